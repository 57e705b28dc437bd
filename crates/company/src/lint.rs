//! Lints.

use crate::company::Company;
use crate::fault::Faults;

pub(crate) fn lint(_company: &Company, _faults: &mut Faults) {}

use std::sync::{Arc, PoisonError, RwLock};

use opcx_company::mapping::Mapping;
use opcx_core::definitions::Definitions;
use opcx_insight::Places;

/// What the company's folder says, as far as it decides now.
#[derive(Debug, Clone)]
pub struct Reigning {
    /// What decides.
    pub definitions: Arc<Definitions>,
    /// Where that is said.
    pub places: Arc<Places>,
    /// How files become events, for rejected inputs that are read again.
    pub mappings: Arc<[Mapping]>,
}

/// What decides now; something else may, later.
#[derive(Debug)]
pub(super) struct Throne(RwLock<Arc<Reigning>>);

impl Throne {
    pub(super) fn new(reigning: Reigning) -> Throne {
        Throne(RwLock::new(Arc::new(reigning)))
    }

    pub(super) fn now(&self) -> Arc<Reigning> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }

    pub(super) fn set(&self, reigning: Reigning) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(reigning);
    }
}

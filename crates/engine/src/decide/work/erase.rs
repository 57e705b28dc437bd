use std::collections::BTreeMap;
use std::sync::Arc;

use compact_str::format_compact;
use opcx_core::customer::{CustomerId, DeedId};
use opcx_core::definitions::Definitions;
use opcx_core::erasure::{Counts, Erasure, Remains};
use opcx_core::receipt::{Decisions, Receipt, Verdict};
use opcx_core::record::Entry;
use opcx_store::{Alias, Logged, Next, StoreError, UnderWay};

use super::{Desk, Doing, TrailChange, Worker};
use crate::decide::assign::{Item, Leaving};

impl Worker<'_> {
    /// Somebody is gone from every answer; what told of them is taken out of log and state from now on.
    pub(super) fn erase(
        &self,
        item: &Item,
        logged: &Logged,
        leaving: &Leaving,
        desks: &mut BTreeMap<CustomerId, Desk>,
        done: &mut Doing,
    ) -> Result<(), StoreError> {
        let Entry::Command(command) = &logged.record.entry else { return Ok(()) };
        for (id, person) in &leaving.others {
            self.load(*id, desks)?;
            if let Some(customer) = desks.get_mut(id).and_then(|desk| desk.customer.as_mut()) {
                Arc::make_mut(customer).person = person.clone();
            }
        }
        // What their timers have just led to is not sent.
        let effects = &mut done.effects;
        effects.parcels.clear();
        effects.cases.clear();
        effects.promises.clear();

        let (mut trail, mut receipt, mut unmatched) =
            (Vec::new(), DeedId { customer: item.home, number: 0 }, 0);
        if let Some(desk) = desks.get_mut(&item.home) {
            trail = self.trail(item.home, &desk.trail)?;
            if let Some(mut customer) = desk.customer.take() {
                receipt = Arc::make_mut(&mut customer).deeds.next_id(item.home);
                unmatched = customer.known.unmatched;
            }
            desk.trail = TrailChange::Replaced(Vec::new());
        }
        for &id in leaving.gone.iter().skip(1) {
            done.aliases.push(Alias { id, into: None });
        }
        let remains = Remains { counts: Counts { unmatched, ..Counts::default() }, ..Remains::default() };
        let erasure = Erasure {
            by: command.by.clone(),
            reason: command.reason.clone(),
            receipt,
            gone: leaving.gone.clone(),
            remains,
        };
        effects.receipts.push(erasure_receipt(self.definitions, logged, &erasure));
        let next = Next::Receipts { row: Vec::new(), kept: None };
        let identifiers = leaving.identifiers.clone();
        done.erasure = Some((logged.position, UnderWay { erasure, identifiers, trail, next }));
        Ok(())
    }
}

/// The receipt of an erasure: the only one about the customer that is kept.
pub(in crate::decide) fn erasure_receipt(
    definitions: &Definitions,
    logged: &Logged,
    erasure: &Erasure,
) -> Receipt {
    Receipt {
        id: erasure.receipt,
        position: logged.position,
        at: logged.record.at,
        definitions: definitions.version,
        decisions: Decisions::one(
            "order".into(),
            &format_compact!("{}: {}", erasure.by, erasure.reason),
            Verdict::Noted("erased".into()),
        ),
    }
}

use opcx_core::customer::CustomerId;
use opcx_core::identity::{Identifier, Person};
use opcx_core::record::Whom;
use opcx_store::{Logged, StoreError};

use super::{Desk, IdentityChange};

/// Somebody who is to be erased.
pub(in crate::decide) struct Leaving {
    /// How they are named.
    pub(in crate::decide) identifiers: Vec<Identifier>,
    /// Their id, then those that were merged into it; none if nobody is known by that name.
    pub(in crate::decide) gone: Vec<CustomerId>,
    /// Others who were told to be somebody else than them, without the identifiers that say so.
    pub(in crate::decide) others: Vec<(CustomerId, Person)>,
}

impl Desk<'_> {
    /// Somebody is to be erased. Such an order is decided on by itself, so what is stored is all there is.
    pub(super) fn erase(&mut self, at: usize, logged: &Logged, whom: &Whom) -> Result<(), StoreError> {
        let home = match whom {
            Whom::Identifier(identifier) => self.owner(identifier)?,
            Whom::Customer(id) => self.past.whole()?.stands_for(*id)?,
        };
        let Some(home) = home else {
            // Nobody known; but what was rejected may name them.
            let identifiers = match whom {
                Whom::Identifier(identifier) => vec![identifier.clone()],
                Whom::Customer(_) => return Ok(()),
            };
            let leaving = Leaving { identifiers, gone: Vec::new(), others: Vec::new() };
            self.push(at, CustomerId(logged.position), IdentityChange::Erased(Box::new(leaving)), Vec::new());
            return Ok(());
        };
        self.fetch(home)?;
        let person = self.people.get(&home).map(|known| known.person.clone()).unwrap_or_default();
        let mut gone = vec![home];
        let store = self.past.whole()?;
        for position in store.trail(home)? {
            let id = CustomerId(position);
            if id != home && store.stands_for(id)? == Some(home) {
                gone.push(id);
            }
        }
        let mut others = Vec::new();
        for other in person.apart.iter().flat_map(|(one, other)| [one, other]) {
            if let Some(id) = self.owner(other)?.filter(|id| *id != home && self.groups.node(*id).is_none()) {
                self.fetch(id)?;
                self.groups.tie(home, id);
                let mut other = self.people.get(&id).map(|known| known.person.clone()).unwrap_or_default();
                let theirs = |identifier: &Identifier| person.identifiers.contains(identifier);
                other.apart.retain(|(a, b)| !theirs(a) && !theirs(b));
                others.push((id, other));
            }
        }
        let identifiers: Vec<Identifier> = person.identifiers.into_iter().collect();
        self.owners_gone.clone_from(&identifiers);
        let leaving = Leaving { identifiers, gone, others };
        self.push(at, home, IdentityChange::Erased(Box::new(leaving)), Vec::new());
        Ok(())
    }
}

use opcx_core::customer::CustomerId;
use opcx_core::identity::{Identifier, IdentifierKind};
use opcx_store::Store;

use crate::InsightError;

/// Whom `who` names: an id (`c123`), an identifier (`email:a@b.c`), or an identifier's value alone,
/// of whatever kind, stronger kinds first. An id that was merged names whom it was merged into.
///
/// # Errors
/// The store cannot be read.
pub fn find(store: &dyn Store, who: &str) -> Result<Option<CustomerId>, InsightError> {
    if let Some(id) = CustomerId::parse(who)
        && let Some(known) = store.stands_for(id)?
    {
        return Ok(Some(known));
    }
    if let Some((word, value)) = who.split_once(':')
        && let Some(kind) = IdentifierKind::from_word(word)
    {
        return owner(store, kind, value);
    }
    for kind in IdentifierKind::ALL {
        if let Some(owner) = owner(store, kind, who)? {
            return Ok(Some(owner));
        }
    }
    Ok(None)
}

/// Whose the identifier is; a value that stands for nobody is nobody's.
fn owner(store: &dyn Store, kind: IdentifierKind, value: &str) -> Result<Option<CustomerId>, InsightError> {
    match Identifier::new(kind, value) {
        Ok(identifier) => Ok(store.owner(&identifier)?),
        Err(_) => Ok(None),
    }
}

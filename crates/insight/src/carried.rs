//! Carried: what was read in one text of a customer's, and which of its words carried that.

use opcx_core::customer::CustomerId;
use opcx_core::definitions::Definitions;
use opcx_core::event::{CustomersWords, Event};
use opcx_core::log::Position;
use opcx_core::reading::Reading;
use opcx_core::record::Entry;
use opcx_store::Store;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::InsightError;
use crate::said::Said;
use crate::timeline::Read;

/// What was read in one text, and which of its words carried that.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Carried {
    /// The record in which it was said.
    pub position: u64,
    /// Who said it.
    pub customer: String,
    /// What was read, as it was stored; null if nothing looked at the text, or if it may not be looked at.
    pub read: Option<Read>,
    /// What read it: the `fast` or the `deep` tier, or `given` by whoever sent the text.
    pub tier: Option<String>,
    /// Which version of that.
    pub version: Option<u16>,
    /// The text word by word, with what each adds; none where that is not known.
    pub words: Vec<WeighedWord>,
    /// Why it is not known.
    pub untold: Option<String>,
    /// What is not shown, and why.
    pub withheld: Option<String>,
}

/// One word of a text as it was written, with what stands next to it without a space, and what it adds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct WeighedWord {
    /// The word.
    pub word: String,
    /// What it adds to the log-odds of the valence read, in thousandths; below nought it speaks against.
    pub valence: i32,
    /// Likewise for the first of the emotions read; nought where none was.
    pub emotion: i32,
}

/// What was read in the customer's words in the record `id`, and which of them carried that, as `weigh` tells; or it
/// tells why it cannot.
///
/// # Errors
/// No customer said anything there, or the store cannot be read.
pub fn carried(
    store: &dyn Store,
    definitions: &Definitions,
    id: &str,
    weigh: impl FnOnce(CustomersWords<'_>, &Reading) -> Result<Vec<WeighedWord>, String>,
) -> Result<Carried, InsightError> {
    let unknown = || {
        let mend = "write the position of a record in which a customer said something";
        InsightError::unknown("text of a customer's at record", id, mend)
    };
    let position = id.parse().map(Position::new).map_err(|_| unknown())?;
    if position >= store.progress()?.position {
        return Err(unknown());
    }
    let logged = store.read_at(&[position])?.pop().ok_or_else(unknown)?;
    let Entry::Event(event) = &logged.record.entry else { return Err(unknown()) };
    // Law 11: words of staff are no customer's words, so that nothing weighs them.
    let words = event.customers_words().ok_or_else(unknown)?;
    let whose = whose(store, event, position)?.ok_or_else(unknown)?;
    let customer = store.customer(whose)?.ok_or_else(unknown)?;
    let reading = store.readings(&[position])?.pop().flatten();
    let Said { read, withheld, .. } = Said::of(definitions, event, reading.as_ref(), &customer.known.grants);
    let nothing = Carried {
        position: position.get(),
        customer: whose.to_string(),
        read,
        tier: None,
        version: None,
        words: Vec::new(),
        untold: None,
        withheld,
    };
    if nothing.withheld.is_some() {
        return Ok(nothing);
    }
    let Some(reading) = reading else {
        return Ok(Carried { untold: Some("no model looked at this text".to_owned()), ..nothing });
    };
    let (words, untold) = match weigh(words, &reading) {
        Ok(words) => (words, None),
        Err(why) => (Vec::new(), Some(why)),
    };
    let (tier, version) = (Some(reading.model.tier.word().to_owned()), Some(reading.model.version));
    Ok(Carried { tier, version, words, untold, ..nothing })
}

/// Whose record it is. Whoever is called so by now need not be whose it was: that one may have been erased.
fn whose(store: &dyn Store, event: &Event, position: Position) -> Result<Option<CustomerId>, InsightError> {
    let Some(strongest) = event.strongest() else { return Ok(None) };
    let Some(owner) = store.owner(strongest)? else { return Ok(None) };
    Ok(store.trail(owner)?.binary_search(&position).is_ok().then_some(owner))
}

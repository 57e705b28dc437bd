use std::collections::BTreeMap;

use opcx_core::consent::Purpose;
use opcx_core::customer::Customer;
use opcx_core::definitions::Definitions;
use opcx_core::event::{Category, Origin};
use opcx_core::log::Position;
use opcx_core::reading::Reading;
use opcx_core::record::Entry;
use opcx_store::Store;

use crate::InsightError;
use crate::ledger::Told;

/// Most characters of the customer's words that are quoted.
const SAID_CHARS_MAX: usize = 140;

/// What the log tells about the records that a customer's state points to.
pub(crate) struct Recount {
    /// Their own records in order.
    pub(crate) trail: Vec<Position>,
    told: BTreeMap<Position, Told>,
}

impl Recount {
    pub(crate) fn of(
        store: &dyn Store,
        definitions: &Definitions,
        customer: &Customer,
    ) -> Result<Recount, InsightError> {
        let known = &customer.known;
        let trail = store.trail(customer.id)?;

        // Only the customer's own records say something about them.
        let mut own: Vec<Position> = known
            .trust
            .entries()
            .map(|entry| entry.evidence.position)
            .filter(|position| trail.binary_search(position).is_ok())
            .collect();
        own.sort_unstable();
        own.dedup();
        let readings = store.readings(&own)?;
        let mut told = BTreeMap::new();
        for (logged, reading) in store.read_at(&own)?.into_iter().zip(readings) {
            match logged.record.entry {
                Entry::Event(event) => {
                    // Law 4: what they said is shown only as far as it may be looked at for service.
                    let visible = known.grants.allow(Category::Feedback, Purpose::Service)
                        && known.grants.allow(definitions.category_of(&event.kind), Purpose::Service);
                    let by_customer = event.origin == Origin::Customer;
                    let of_feedback = Told {
                        channel: Some(event.channel.to_string()),
                        said: event.said.as_deref().filter(|_| visible && by_customer).map(quoted),
                        answer: event.said.as_deref().filter(|_| visible && !by_customer).map(quoted),
                        felt: reading
                            .as_ref()
                            // Law 11: nobody reads the emotions of staff.
                            .filter(|_| visible && by_customer)
                            .and_then(Reading::strongest)
                            .map(|emotion| emotion.word().to_owned()),
                    };
                    told.insert(logged.position, of_feedback);
                }
                Entry::Reading(_)
                | Entry::Rejected(_)
                | Entry::Command(_)
                | Entry::Delivery(_)
                | Entry::Tick
                | Entry::Erased(_)
                | Entry::Erasure(_) => {}
            }
        }
        Ok(Recount { trail, told })
    }

    /// What the customer's own event at that position adds to their ledger.
    pub(crate) fn told(&self, position: Position) -> Option<Told> {
        self.told.get(&position).cloned()
    }
}

/// The words on one line, shortened.
fn quoted(said: &str) -> String {
    let one_line = said.split_whitespace().collect::<Vec<_>>().join(" ");
    match one_line.char_indices().nth(SAID_CHARS_MAX) {
        None => one_line,
        Some((end, _)) => format!("{}…", &one_line[..end]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_quoted_on_one_line_and_cut_between_characters() {
        assert_eq!(quoted(" my bag\n\tis  gone "), "my bag is gone");
        let long = "ж".repeat(SAID_CHARS_MAX + 1);
        assert_eq!(quoted(&long), format!("{}…", "ж".repeat(SAID_CHARS_MAX)));
    }
}

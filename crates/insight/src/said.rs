use opcx_core::consent::{Grants, Purpose};
use opcx_core::definitions::Definitions;
use opcx_core::event::{Category, Event, Origin};
use opcx_core::reading::Reading;

use crate::timeline::Read;

/// What was said with an event, as far as it may be looked at for service (law 4), and what is not shown and why.
#[derive(Debug, Default)]
pub(crate) struct Said {
    pub(crate) said: Option<String>,
    pub(crate) read: Option<Read>,
    pub(crate) withheld: Option<String>,
}

impl Said {
    pub(crate) fn of(
        definitions: &Definitions,
        event: &Event,
        reading: Option<&Reading>,
        grants: &Grants,
    ) -> Said {
        let category = definitions.category_of(&event.kind);
        let may_see = |category: &Category| grants.allow(*category, Purpose::Service);
        let hidden = [category, Category::Feedback].into_iter().find(|category| !may_see(category));
        let is_shown = hidden.is_none();
        let by_customer = event.origin == Origin::Customer;
        Said {
            said: event.said.as_ref().filter(|_| is_shown).map(ToString::to_string),
            // Law 11: nobody reads the emotions of staff.
            read: reading.filter(|_| is_shown && by_customer).map(Read::of),
            withheld: hidden
                .filter(|_| event.said.is_some())
                .map(|category| withheld("what was said", category)),
        }
    }
}

/// That something is not shown, and why.
pub(crate) fn withheld(what: &str, category: Category) -> String {
    format!("{what}: the customer has not allowed {} to be looked at for service", category.word())
}

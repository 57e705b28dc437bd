use opcx_core::definitions::Definitions;
use opcx_core::event::Category;
use opcx_core::playbook::{Aim, Mode};

use super::Bug;

/// What the engine goes by, with the bug, if it is one of these. The laws go by what is right.
pub(crate) fn planted(right: &Definitions, bug: Option<Bug>) -> Definitions {
    let mut wrong = right.clone();
    match bug {
        Some(Bug::DelightFirst) => wrong.playbooks.iter_mut().for_each(|playbook| playbook.aim = Aim::Inform),
        Some(Bug::CapIgnored) => wrong.playbooks.iter_mut().for_each(|playbook| playbook.at_most = None),
        Some(Bug::ShadowSends) => {
            for playbook in &mut wrong.playbooks {
                playbook.mode = Mode::Live;
            }
        }
        Some(Bug::BrowsingIsSeen) => {
            let categories = wrong.vocabulary.kinds.values_mut();
            let facts = wrong.vocabulary.facts.values_mut().map(|fact| &mut fact.category);
            categories.chain(facts).for_each(|category| *category = Category::Service);
        }
        _ => return wrong,
    }
    Definitions::new(
        wrong.version,
        wrong.vocabulary,
        wrong.journeys,
        wrong.moments,
        wrong.promises,
        wrong.playbooks,
        wrong.templates,
        wrong.calendars,
        wrong.house,
    )
}

use std::cell::Cell;

use opcx_core::event::{CustomersWords, Origin};
use opcx_core::identity::IdentifierKind;
use opcx_core::log::Position;
use opcx_core::reading::Reading;
use opcx_core::record::Entry;
use opcx_insight::{Carried, InsightError, WeighedWord, carried};
use opcx_store::Store as _;

use crate::company::definitions;
use crate::denial::deny_feedback;
use crate::world::{Deed, World, a_week};

/// Each word weighs as many thousandths as it has letters.
fn weigh(words: CustomersWords<'_>, _: &Reading) -> Result<Vec<WeighedWord>, String> {
    let weight = |word: &str| i32::try_from(word.len()).expect("a short word");
    let weighed = |word: &str| WeighedWord { word: word.into(), valence: weight(word), emotion: 0 };
    Ok(words.get().split_whitespace().map(weighed).collect())
}

fn asked(world: &World, position: u64) -> Result<Carried, InsightError> {
    carried(&*world.store, &definitions(), &position.to_string(), weigh)
}

#[test]
fn law_11_only_words_of_customers_are_weighed() {
    let world = a_week();
    let end = world.store.progress().unwrap().position.get();
    let positions: Vec<Position> = (0..end).map(Position::new).collect();
    let (mut customers, mut others) = (0, 0);
    for logged in world.store.read_at(&positions).unwrap() {
        let said = match &logged.record.entry {
            Entry::Event(event) => event.customers_words().map(|words| words.get().to_owned()),
            _ => None,
        };
        match (asked(&world, logged.position.get()), said) {
            (Ok(told), Some(said)) => {
                let words: Vec<String> = told.words.into_iter().map(|word| word.word).collect();
                assert_eq!(words.join(" "), said);
                customers += 1;
            }
            (Err(InsightError::Unknown { .. }), None) => others += 1,
            (told, said) => panic!("{said:?}: {told:?}"),
        }
    }
    assert!(customers > 30 && others > 50, "{customers} texts of customers, {others} other records");
    assert!(asked(&world, end).is_err(), "nothing is there yet");
    assert!(carried(&*world.store, &definitions(), "-1", weigh).is_err());
}

#[test]
fn law_04_words_that_may_not_be_looked_at_are_not_weighed() {
    let mut world = World::new();
    let who = [(IdentifierKind::Handle, "shy")];
    let said = Some("you lost my bag");
    let message = Deed { who: &who, kind: "Message", facts: &[], said, origin: Origin::Customer };
    world.event(&message);
    world.decide();
    let before = asked(&world, 0).unwrap();
    assert_eq!((before.words.len(), before.tier.as_deref(), before.version), (4, Some("fast"), Some(1)));

    deny_feedback(&mut world, "shy");
    let weighed = Cell::new(false);
    let told = carried(&*world.store, &definitions(), "0", |words, reading| {
        weighed.set(true);
        weigh(words, reading)
    });
    let told = told.unwrap();
    assert!(!weighed.get());
    assert_eq!((told.read, told.words), (None, Vec::new()));
    assert_eq!(
        told.withheld.as_deref(),
        Some("what was said: the customer has not allowed feedback to be looked at for service")
    );
}

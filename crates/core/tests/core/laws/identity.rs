//! Who is who: joining is a union, a split undoes it, limits and "kept apart" hold.

use opcx_core::customer::CustomerId;
use opcx_core::identity::{Because, Identifier, IdentifierKind, Limits, Person, Refusal, resolve};
use opcx_core::log::Position;
use proptest::prelude::*;
use std::collections::BTreeMap;

/// Everybody known, as the engine keeps them.
#[derive(Clone, Default)]
struct World {
    people: BTreeMap<CustomerId, Person>,
    next: u64,
}

impl World {
    fn owner(&self, identifier: &Identifier) -> Option<(CustomerId, &Person)> {
        let owns = |person: &Person| person.identifiers.contains(identifier);
        self.people.iter().find(|(_, person)| owns(person)).map(|(id, person)| (*id, person))
    }

    fn tell(&mut self, who: &[Identifier], limits: &Limits, because: &Because) -> Vec<(Identifier, Refusal)> {
        let position = Position::new(self.next);
        self.next += 1;
        let named: Vec<_> = who.iter().map(|one| (one.clone(), self.owner(one))).collect();
        let found = resolve(&named, limits, position, because);
        let home = found.customers.first().copied().unwrap_or(CustomerId(position));
        for id in &found.customers {
            self.people.remove(id);
        }
        self.people.insert(home, found.person);
        found.refused
    }

    fn groups(&self) -> Vec<Vec<String>> {
        let words = |person: &Person| person.identifiers.iter().map(ToString::to_string).collect();
        let mut groups: Vec<Vec<String>> = self.people.values().map(words).collect();
        groups.sort();
        groups
    }
}

fn identifier(kind: IdentifierKind, number: u8) -> Identifier {
    Identifier::new(kind, &format!("{}{number}@x.org", kind.word())).expect("a name")
}

fn named(kind: IdentifierKind, value: &str) -> Identifier {
    Identifier::new(kind, value).expect("a name")
}

fn identifiers() -> impl Strategy<Value = Identifier> {
    (0_usize..5, 0_u8..4).prop_map(|(kind, number)| match IdentifierKind::ALL[kind] {
        IdentifierKind::Phone => named(IdentifierKind::Phone, &format!("+4912345{number}")),
        kind => identifier(kind, number),
    })
}

fn events() -> impl Strategy<Value = Vec<Vec<Identifier>>> {
    proptest::collection::vec(proptest::collection::vec(identifiers(), 1..4), 1..20)
}

fn boundless() -> Limits {
    IdentifierKind::ALL.into_iter().fold(Limits::default(), |limits, kind| limits.with(kind, u16::MAX))
}

fn ordered() -> Because {
    Because::Ordered { by: "lee".into(), reason: "asked".into() }
}

proptest! {
    #[test]
    fn an_identifier_is_one_persons_and_links_are_a_tree(events in events()) {
        let mut world = World::default();
        for event in &events {
            world.tell(event, &Limits::default(), &Because::OneEvent);
        }
        let all: Vec<_> = world.people.values().flat_map(|person| &person.identifiers).collect();
        let once: std::collections::BTreeSet<_> = all.iter().collect();
        prop_assert_eq!(all.len(), once.len());
        for person in world.people.values() {
            prop_assert_eq!(person.links.len() + 1, person.identifiers.len());
        }
    }

    #[test]
    fn who_is_one_does_not_depend_on_the_order_of_being_told(
        (events, shuffled) in events().prop_flat_map(|events| (Just(events.clone()), Just(events).prop_shuffle())),
    ) {
        let (mut world, mut other) = (World::default(), World::default());
        for event in &events {
            world.tell(event, &boundless(), &Because::OneEvent);
        }
        for event in &shuffled {
            other.tell(event, &boundless(), &Because::OneEvent);
        }
        prop_assert_eq!(world.groups(), other.groups());
    }

    #[test]
    fn union_is_commutative_and_associative(events in events()) {
        let mut world = World::default();
        for event in &events {
            world.tell(event, &boundless(), &Because::OneEvent);
        }
        let people: Vec<_> = world.people.values().cycle().take(3).cloned().collect();
        let [a, b, c] = people.as_slice() else { return Ok(()) };
        prop_assert_eq!(a.union(b), b.union(a));
        prop_assert_eq!(a.union(&b.union(c)), a.union(b).union(c));
    }

    #[test]
    fn a_split_undoes_the_joining_exactly(events in events(), one in identifiers(), other in identifiers()) {
        let mut world = World::default();
        for event in &events {
            world.tell(event, &Limits::default(), &Because::OneEvent);
        }
        world.tell(std::slice::from_ref(&one), &Limits::default(), &Because::OneEvent);
        world.tell(std::slice::from_ref(&other), &Limits::default(), &Because::OneEvent);
        let (Some((a, was_one)), Some((b, was_other))) = (world.owner(&one), world.owner(&other)) else {
            return Err(TestCaseError::fail("both are known"));
        };
        prop_assume!(a != b);
        let (was_one, was_other) = (was_one.clone(), was_other.clone());
        let refused = world.tell(&[one.clone(), other.clone()], &boundless(), &ordered());
        prop_assert_eq!(refused, vec![]);
        let (home, joined) = world.owner(&one).expect("joined");
        prop_assert_eq!(home, a.min(b), "the smaller id is kept");
        let (left, right) = joined.split(&one, &other).expect("they are joined");
        prop_assert_eq!((&left.identifiers, &left.links), (&was_one.identifiers, &was_one.links));
        prop_assert_eq!((&right.identifiers, &right.links), (&was_other.identifiers, &was_other.links));
        prop_assert!(left.kept_apart_from(&right).is_some());
    }

    #[test]
    fn events_never_join_more_than_the_limits_allow(events in events()) {
        let limits = IdentifierKind::ALL.into_iter().fold(Limits::default(), |limits, kind| limits.with(kind, 2));
        let mut world = World::default();
        for event in &events {
            world.tell(event, &limits, &Because::OneEvent);
            for person in world.people.values() {
                for kind in IdentifierKind::ALL {
                    prop_assert!(person.identifiers.iter().filter(|known| known.kind == kind).count() <= 2);
                }
            }
        }
    }

    #[test]
    fn who_was_told_apart_never_comes_together_by_events(events in events(), later in events()) {
        let mut world = World::default();
        for event in &events {
            world.tell(event, &boundless(), &Because::OneEvent);
        }
        let Some((id, person)) = world.people.iter().find(|(_, person)| person.identifiers.len() > 1) else {
            return Ok(());
        };
        let (id, person) = (*id, person.clone());
        let one = person.identifiers.first().expect("two at least").clone();
        let other = person.identifiers.last().expect("two at least").clone();
        let (left, right) = person.split(&one, &other).expect("they are joined");
        world.people.insert(id, left);
        world.next += 1;
        world.people.insert(CustomerId(Position::new(world.next)), right);
        world.next += 1;
        for event in &later {
            world.tell(event, &boundless(), &Because::OneEvent);
            prop_assert_ne!(world.owner(&one).map(|(id, _)| id), world.owner(&other).map(|(id, _)| id));
        }
        world.tell(&[one.clone(), other.clone()], &boundless(), &ordered());
        prop_assert_eq!(world.owner(&one).map(|(id, _)| id), world.owner(&other).map(|(id, _)| id));
    }
}

#[test]
fn who_was_joined_over_a_limit_still_learns_of_other_kinds() {
    let (ada, bob) = (named(IdentifierKind::UserId, "ada"), named(IdentifierKind::UserId, "bob"));
    let mail = named(IdentifierKind::Email, "ada@example.org");
    let cat = named(IdentifierKind::UserId, "cat");
    let mut world = World::default();
    world.tell(&[ada.clone(), bob], &boundless(), &ordered());
    assert_eq!(world.tell(&[ada.clone(), mail], &Limits::default(), &Because::OneEvent), []);
    assert_eq!(
        world.tell(&[ada, cat.clone()], &Limits::default(), &Because::OneEvent),
        [(cat, Refusal::TooMany(IdentifierKind::UserId))]
    );
}

#[test]
fn a_device_that_two_people_share_joins_nobody() {
    let (ada, bob) = (named(IdentifierKind::UserId, "ada"), named(IdentifierKind::UserId, "bob"));
    let tablet = named(IdentifierKind::AnonymousId, "tablet-1");
    let mut world = World::default();
    world.tell(&[ada, tablet.clone()], &Limits::default(), &Because::OneEvent);
    let refused = world.tell(&[bob, tablet.clone()], &Limits::default(), &Because::OneEvent);
    assert_eq!(refused, [(tablet, Refusal::TooMany(IdentifierKind::UserId))]);
    assert_eq!(world.groups().len(), 2);
}

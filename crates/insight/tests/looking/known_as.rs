//! How people are called in lists of many, of a week at a small airline.

use expect_test::expect;
use opcx_core::consent::Statement;
use opcx_core::event::{Origin, Value};
use opcx_core::identity::IdentifierKind;
use opcx_insight::{
    CasesQuestion, DecisionsQuestion, KnownAs, Overview, PromisesQuestion, SearchQuestion, TrustQuestion,
    WentThroughQuestion, brief, cases, customer, decisions, promises, search, trust, went_through,
};

use crate::company::definitions;
use crate::denial::feedback_denied;
use crate::world::{Deed, World, a_week};

const FRESH: [(IdentifierKind, &str); 1] = [(IdentifierKind::Handle, "fresh")];

/// The passenger who came last tells their name.
fn tells(world: &mut World, facts: &[(&str, Value)], consents: Vec<Statement>) {
    let deed = Deed { who: &FRESH, kind: "Seat Chosen", facts, said: None, origin: Origin::Customer };
    world.event_with(&deed, consents);
    world.decide();
}

/// What each view calls them whom it tells of first; the passenger who came last, but for trust.
fn story(world: &World) -> String {
    let (store, definitions) = (&*world.store, definitions());
    let overview = Overview::whole(store).unwrap();
    let said = |known_as: &Option<KnownAs>| known_as.as_ref().map_or("nobody".into(), ToString::to_string);
    let id = customer(store, &definitions, "handle:fresh").unwrap().id;

    let mut story = Vec::new();
    let told = cases(store, &overview, &definitions, &CasesQuestion::default()).unwrap().page.rows;
    let case = told.iter().find(|case| case.customer == id).unwrap();
    story.push(format!("case: {}", said(&case.known_as)));
    story.push(format!("brief: {}", said(&brief(store, &definitions, &case.id).unwrap().case.known_as)));
    let told = promises(store, &overview, &definitions, &PromisesQuestion::default()).unwrap().page.rows;
    let promise = told.iter().find(|promise| promise.customer == id).unwrap();
    story.push(format!("promise: {}", said(&promise.known_as)));
    let question = DecisionsQuestion { customer: Some(id.clone()), ..DecisionsQuestion::default() };
    let told = decisions(store, &definitions, &question).unwrap().page.rows;
    story.push(format!("decision: {}", said(&told[0].known_as)));
    let told = went_through(store, &definitions, "bags", &WentThroughQuestion::default()).unwrap().page.rows;
    story.push(format!("went through: {}", said(&told[0].known_as)));
    let question = SearchQuestion { find: "fre".into(), ..SearchQuestion::default() };
    let told = search(store, &definitions, &question).unwrap().page.rows;
    story.push(format!("found: {}", told[0].name.as_deref().unwrap_or("no name")));
    let own = customer(store, &definitions, &id).unwrap();
    story.push(format!("customer: {}", own.name.as_deref().unwrap_or("no name")));
    assert!(own.cases.iter().all(|case| case.known_as.is_none()), "a view of one says it once");
    let told = trust(store, &overview, &definitions, &TrustQuestion::default()).unwrap().page.rows;
    story.push(format!("fell furthest: {}", said(&told[0].known_as)));
    story.join("\n")
}

#[test]
fn somebody_is_called_by_their_strongest_identifier_where_no_name_is_known() {
    expect![[r#"
        case: handle:fresh
        brief: handle:fresh
        promise: handle:fresh
        decision: handle:fresh
        went through: handle:fresh
        found: no name
        customer: no name
        fell furthest: handle:guest2"#]]
    .assert_eq(&story(&a_week()));
}

#[test]
fn somebody_is_called_by_name_as_far_as_it_may_be_looked_at() {
    let mut world = a_week();
    let text = |text: &str| Value::Text(text.into());
    tells(&mut world, &[("first_name", text(" Freya ")), ("name", text("Freya Falk"))], Vec::new());
    expect![[r#"
        case: Freya Falk, handle:fresh
        brief: Freya Falk, handle:fresh
        promise: Freya Falk, handle:fresh
        decision: Freya Falk, handle:fresh
        went through: Freya Falk, handle:fresh
        found: Freya Falk
        customer: Freya Falk
        fell furthest: handle:guest2"#]]
    .assert_eq(&story(&world));

    // In this vocabulary the whole name is feedback.
    tells(&mut world, &[], vec![feedback_denied()]);
    let without = story(&world);
    expect![[r#"
        case: Freya, handle:fresh
        brief: Freya, handle:fresh
        promise: Freya, handle:fresh
        decision: Freya, handle:fresh
        went through: Freya, handle:fresh
        found: Freya
        customer: Freya
        fell furthest: handle:guest2"#]]
    .assert_eq(&without);
    tells(&mut world, &[("name", text("Freyja Falk"))], Vec::new());
    assert_eq!(story(&world), without, "a name that may not be looked at changes nothing (law 4)");
}

//! What we read of CEL means what CEL says: random conditions, evaluated by the `cel` crate and by us.

mod sight;

use std::collections::HashMap;
use std::sync::Arc;

use cel::extractors::This;
use cel::{Context, Program};
use opcx_core::event::Value;
use proptest::prelude::*;
use sight::{World, condition};

/// Numbers carry a decimal point, since CEL tells whole numbers from others and we do not.
fn number() -> BoxedStrategy<String> {
    let leaf = prop_oneof![
        (0_u8..20).prop_map(|number| format!("{number}.0")),
        Just("0.5".to_owned()),
        Just("facts.n".to_owned()),
        Just("facts.k".to_owned()),
    ];
    leaf.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            // Without brackets, so that both must agree on what binds stronger.
            (inner.clone(), "[-+*]", inner.clone()).prop_map(|(a, sign, b)| format!("{a} {sign} {b}")),
            inner.clone().prop_map(|a| format!("({a})")),
            inner.clone().prop_map(|a| format!("({a}) / 4.0")),
            inner.clone().prop_map(|a| format!("-({a})")),
            (has(), inner.clone(), inner).prop_map(|(test, a, b)| format!("({test} ? {a} : {b})")),
        ]
    })
    .boxed()
}

fn text() -> BoxedStrategy<String> {
    prop_oneof![
        Just("facts.s".to_owned()),
        Just("facts.t".to_owned()),
        prop::sample::select(vec!["\"\"", "\"dhl\"", "'dh'", "\"é🙂\"", "\"a \\\"b\\\"\""])
            .prop_map(str::to_owned),
    ]
    .boxed()
}

fn has() -> BoxedStrategy<String> {
    prop::sample::select(vec!["has(facts.n)", "has(facts.gone)", "has(facts.lost)", "facts.b", "true"])
        .prop_map(str::to_owned)
        .boxed()
}

fn truth() -> BoxedStrategy<String> {
    let leaf = prop_oneof![
        has(),
        (number(), "<|<=|>|>=|==|!=", number()).prop_map(|(a, sign, b)| format!("{a} {sign} {b}")),
        (text(), "<|<=|>|>=|==|!=", text()).prop_map(|(a, sign, b)| format!("{a} {sign} {b}")),
        (text(), text()).prop_map(|(a, b)| format!(
            "{a} in [\"dhl\", {}]",
            if b.starts_with('f') { "\"x\"" } else { &b }
        )),
        (text(), "contains|startsWith|endsWith", text()).prop_map(|(a, test, b)| format!("{a}.{test}({b})")),
        (text(), "contains|startsWith|endsWith", text())
            .prop_map(|(a, test, b)| format!("{a}.lowerAscii().{test}({b})")),
        (text(), "<|>=|==", text()).prop_map(|(a, sign, b)| format!("{a}.lowerAscii() {sign} {b}")),
        (text(), "contains|startsWith", text()).prop_map(|(a, test, b)| format!(
            "[\"dhl\", \"x\", {0}].exists(word, {a}.{test}(word) && {b} != word)",
            if b.starts_with('f') { "\"\"" } else { &b }
        )),
        (text(), text()).prop_map(|(a, b)| format!("size({a}) == size({b})")),
    ];
    leaf.prop_recursive(4, 24, 3, |inner| {
        prop_oneof![
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("{a} && {b}")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("{a} || {b}")),
            inner.clone().prop_map(|a| format!("({a})")),
            inner.clone().prop_map(|a| format!("!({a})")),
            (inner.clone(), inner.clone(), inner).prop_map(|(test, a, b)| format!("(({test}) ? {a} : {b})")),
        ]
    })
    .boxed()
}

/// What the `cel` crate says; an error counts as *does not hold*, as with us.
fn by_cel(text: &str, n: f64, s: &str, b: bool) -> bool {
    let mut facts: HashMap<String, cel::Value> = HashMap::new();
    facts.insert("n".to_owned(), n.into());
    facts.insert("k".to_owned(), 7.25.into());
    facts.insert("s".to_owned(), s.into());
    facts.insert("t".to_owned(), "dhl express".into());
    facts.insert("b".to_owned(), b.into());
    let mut context = Context::default();
    context.add_variable_from_value("facts", facts);
    // The crate has no strings extension; what it says of `lowerAscii` is in one line.
    context
        .add_function("lowerAscii", |This(text): This<Arc<String>>| text.to_ascii_lowercase())
        .expect("the name is free");
    let program = Program::compile(text).unwrap_or_else(|error| panic!("{text}: {error}"));
    program.execute(&context) == Ok(cel::Value::Bool(true))
}

fn by_us(text: &str, n: f64, s: &str, b: bool) -> bool {
    let world = World::new(&[
        ("n", Value::Number(n)),
        ("k", Value::Number(7.25)),
        ("s", Value::Text(s.into())),
        ("t", Value::Text("dhl express".into())),
        ("b", Value::Bool(b)),
    ]);
    // Beside something that is not understood, so that the lints do not refuse what never holds.
    condition(&format!("size(event.channel) < 0 || ({text})")).holds(&world.sight()) == Ok(true)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(2_000) })]

    #[test]
    fn a_condition_holds_exactly_where_cel_says_so(
        text in truth(),
        n in prop_oneof![Just(0.0), Just(5.0), -20.0..20.0_f64],
        s in prop::sample::select(vec!["", "dhl", "é🙂", "DHL"]),
        b in any::<bool>(),
    ) {
        prop_assert_eq!(by_us(&text, n, s, b), by_cel(&text, n, s, b), "{}", text);
    }
}

#[test]
fn what_is_missing_is_absorbed_by_what_decides_without_it() {
    for (text, holds) in [
        ("facts.gone > 1.0 || facts.b", true),
        ("facts.b || facts.gone > 1.0", true),
        ("facts.gone > 1.0 && facts.b", false),
        ("!(facts.gone > 1.0 && !facts.b)", true),
        ("!(facts.gone > 1.0)", false),
        ("has(facts.gone) && facts.gone > 1.0", false),
    ] {
        assert_eq!(by_us(text, 1.0, "", true), holds, "{text}");
    }
}

#[test]
fn whole_numbers_divide_as_numbers_do_which_cel_does_not() {
    assert!(by_us("7 / 2 == 3.5", 1.0, "", true));
    assert!(!by_cel("7 / 2 == 3.5", 1.0, "", true));
}

#[test]
fn times_and_lengths_of_time_are_compared_and_reckoned() {
    // The event happened at 1970-01-01T00:00:00Z.
    for (text, holds) in [
        ("event.time == timestamp(\"1970-01-01T00:00:00Z\")", true),
        ("event.time < timestamp(\"1970-01-01T01:00:00+01:00\")", false),
        ("event.time + duration(\"1h 30m\") > timestamp(\"1970-01-01T01:00:00Z\")", true),
        ("timestamp(\"1970-01-03T00:00:00Z\") - event.time == duration(\"48h\")", true),
        ("-duration(\"1h\") < duration(\"0h\")", true),
        ("duration(\"1h\") + duration(\"1h\") >= duration(\"2h\")", true),
    ] {
        assert_eq!(by_us(text, 1.0, "", true), holds, "{text}");
    }
}

//! Flattening: a JSON object of any shape becomes named facts, in one pass and without a tree.
//!
//! * `{"address": {"city": "Oslo"}}` → `address.city`.
//! * An array of plain values is one fact with several values. Of an array of objects the first
//!   [`ELEMENTS_FLATTENED_MAX`] are flattened (`products.0.sku`).
//! * Where not everything is kept, or elements are objects, `NAME.count` tells how many there were.
//! * `null` says nothing and leaves no fact. Whole numbers beyond 2^53 stay exact as texts; those
//!   beyond 64 bits are read as (inexact) numbers.

use std::fmt;

use compact_str::CompactString;
use opcx_core::event::{FACTS_MAX, Name, Value};
use serde::de::{self, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};

use super::field::Key;

/// Most elements of an array of objects that become facts: enough for an order's first lines, and
/// few enough that one cart cannot fill an event with facts.
pub(super) const ELEMENTS_FLATTENED_MAX: usize = 8;
/// Most plain values that one fact holds.
pub(super) const LIST_VALUES_MAX: usize = 128;
/// Deepest nesting that is flattened; deeper data is not meant for people.
pub(super) const DEPTH_MAX: usize = 16;
/// Longest name of a fact in bytes, dots included; bounds what nesting can multiply.
pub(super) const NAME_BYTES_MAX: usize = 200;

/// Facts in the order sent; of a repeated name the last one counts in the end.
pub(super) type Pairs = Vec<(Name, Value)>;

/// A JSON value on its way to becoming facts.
pub(super) struct Flatten<'p> {
    /// What the facts are called, or begin with; empty for an object whose keys are the names.
    name: &'p str,
    depth: usize,
    pairs: &'p mut Pairs,
}

impl<'p> Flatten<'p> {
    /// Flattens an object whose keys are the facts' names. What is no object leaves no facts.
    pub(super) fn object(pairs: &'p mut Pairs) -> Flatten<'p> {
        Flatten { name: "", depth: 0, pairs }
    }

    /// Flattens one value called `name`.
    pub(super) fn value(name: &'p str, pairs: &'p mut Pairs) -> Flatten<'p> {
        Flatten { name, depth: 1, pairs }
    }

    fn put<E: de::Error>(self, value: Value) -> Result<(), E> {
        if self.name.is_empty() {
            return Ok(());
        }
        if self.name.len() > NAME_BYTES_MAX {
            let start: String = self.name.chars().take(40).collect();
            return Err(E::custom(format_args!(
                "the property `{start}...` has a name of {} bytes, at most {NAME_BYTES_MAX} are read; shorten or flatten it",
                self.name.len()
            )));
        }
        if self.pairs.len() >= FACTS_MAX {
            return Err(E::custom(format_args!(
                "the message has more than {FACTS_MAX} properties; send fewer, or split it"
            )));
        }
        self.pairs.push((Name::from(self.name), value));
        Ok(())
    }

    fn check_depth<E: de::Error>(&self) -> Result<(), E> {
        if self.depth < DEPTH_MAX {
            return Ok(());
        }
        Err(E::custom(format_args!(
            "the properties are nested more than {DEPTH_MAX} deep; send them flatter"
        )))
    }
}

impl<'de> DeserializeSeed<'de> for Flatten<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Flatten<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON value")
    }

    fn visit_bool<E: de::Error>(self, flag: bool) -> Result<(), E> {
        self.put(Value::Bool(flag))
    }

    fn visit_i64<E: de::Error>(self, number: i64) -> Result<(), E> {
        self.put(signed(number))
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<(), E> {
        self.put(unsigned(number))
    }

    fn visit_f64<E: de::Error>(self, number: f64) -> Result<(), E> {
        self.put(Value::Number(number))
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<(), E> {
        self.put(Value::Text(text.into()))
    }

    fn visit_unit<E: de::Error>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        self.check_depth()?;
        while let Some(Key(key)) = map.next_key()? {
            let depth = self.depth + 1;
            if self.name.is_empty() {
                map.next_value_seed(Flatten { name: &key, depth, pairs: self.pairs })?;
            } else {
                let name = dotted(self.name, &key);
                map.next_value_seed(Flatten { name: &name, depth, pairs: self.pairs })?;
            }
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut seq: A) -> Result<(), A::Error> {
        if self.name.is_empty() {
            while seq.next_element::<de::IgnoredAny>()?.is_some() {}
            return Ok(());
        }
        self.check_depth()?;
        let mut list = Vec::new();
        let mut count = 0_usize;
        let mut plain = 0_usize;
        while let Some(element) =
            seq.next_element_seed(Element { array: self.again(), list: &mut list, index: count })?
        {
            count += 1;
            plain += usize::from(element == Shape::Plain);
        }
        let all_kept = plain == count && plain == list.len();
        if !all_kept {
            // Arrays of more than 2^32 elements do not fit into a body.
            let count = Value::Number(f64::from(u32::try_from(count).unwrap_or(u32::MAX)));
            let name = dotted(self.name, "count");
            Flatten { name: &name, ..self.again() }.put(count)?;
        }
        if all_kept || !list.is_empty() {
            self.put(Value::List(list))?;
        }
        Ok(())
    }
}

impl Flatten<'_> {
    /// The same place, lent for a while.
    fn again(&mut self) -> Flatten<'_> {
        Flatten { name: self.name, depth: self.depth, pairs: self.pairs }
    }
}

/// One element of an array.
struct Element<'p> {
    array: Flatten<'p>,
    list: &'p mut Vec<Value>,
    index: usize,
}

/// What an element of an array was.
#[derive(PartialEq, Eq)]
enum Shape {
    Plain,
    Nested,
}

impl Element<'_> {
    fn plain(self, value: Value) -> Shape {
        if self.list.len() < LIST_VALUES_MAX {
            self.list.push(value);
        }
        Shape::Plain
    }

    /// Where a nested element's facts go.
    fn name(&self) -> CompactString {
        dotted(self.array.name, &self.index.to_string())
    }
}

impl<'de> DeserializeSeed<'de> for Element<'_> {
    type Value = Shape;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Shape, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Element<'_> {
    type Value = Shape;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON value")
    }

    fn visit_bool<E: de::Error>(self, flag: bool) -> Result<Shape, E> {
        Ok(self.plain(Value::Bool(flag)))
    }

    fn visit_i64<E: de::Error>(self, number: i64) -> Result<Shape, E> {
        Ok(self.plain(signed(number)))
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<Shape, E> {
        Ok(self.plain(unsigned(number)))
    }

    fn visit_f64<E: de::Error>(self, number: f64) -> Result<Shape, E> {
        Ok(self.plain(Value::Number(number)))
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Shape, E> {
        Ok(self.plain(Value::Text(text.into())))
    }

    fn visit_unit<E: de::Error>(self) -> Result<Shape, E> {
        // Counted, but there is nothing to keep.
        Ok(Shape::Nested)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Shape, A::Error> {
        if self.index < ELEMENTS_FLATTENED_MAX {
            let name = self.name();
            Flatten { name: &name, depth: self.array.depth + 1, pairs: self.array.pairs }.visit_map(map)?;
        } else {
            while map.next_entry::<de::IgnoredAny, de::IgnoredAny>()?.is_some() {}
        }
        Ok(Shape::Nested)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Shape, A::Error> {
        if self.index < ELEMENTS_FLATTENED_MAX {
            let name = self.name();
            Flatten { name: &name, depth: self.array.depth + 1, pairs: self.array.pairs }.visit_seq(seq)?;
        } else {
            while seq.next_element::<de::IgnoredAny>()?.is_some() {}
        }
        Ok(Shape::Nested)
    }
}

fn dotted(name: &str, key: &str) -> CompactString {
    let mut dotted = CompactString::with_capacity(name.len() + 1 + key.len());
    dotted.push_str(name);
    dotted.push('.');
    dotted.push_str(key);
    dotted
}

/// The largest whole number below which all whole numbers are exact as `f64`: 2^53.
const EXACT_MAX: u64 = 1 << 53;

fn signed(number: i64) -> Value {
    if number.unsigned_abs() > EXACT_MAX {
        return Value::Text(CompactString::from(number.to_string()));
    }
    #[expect(clippy::cast_precision_loss, reason = "within 2^53 every whole number is exact")]
    Value::Number(number as f64)
}

fn unsigned(number: u64) -> Value {
    match i64::try_from(number) {
        Ok(number) => signed(number),
        Err(_) => Value::Text(CompactString::from(number.to_string())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::{Expect, expect};

    fn check(json: &str, expected: &Expect) {
        let mut pairs = Pairs::new();
        let mut reader = serde_json::Deserializer::from_str(json);
        let shown = match Flatten::object(&mut pairs).deserialize(&mut reader) {
            Ok(()) => pairs.iter().map(|(name, value)| format!("{name} = {value:?}\n")).collect(),
            Err(error) => format!("{error}\n"),
        };
        expected.assert_eq(&shown);
    }

    #[test]
    fn nested_properties_get_dotted_names_and_null_says_nothing() {
        check(
            r#"{"order_id": "o-1", "address": {"city": "Oslo", "geo": {"lat": 59.9}}, "gift": true, "note": null, "tab\u0009": 1}"#,
            &expect![[r#"
                order_id = Text("o-1")
                address.city = Text("Oslo")
                address.geo.lat = Number(59.9)
                gift = Bool(true)
                tab	 = Number(1.0)
            "#]],
        );
    }

    #[test]
    fn arrays_of_plain_values_are_one_fact_and_arrays_of_objects_are_flattened_and_counted() {
        check(
            r#"{"tags": ["a", 1, false], "none": [], "products": [{"sku": "x"}, {"sku": "y", "sizes": [1, 2]}], "mixed": [1, {"a": 2}, null]}"#,
            &expect![[r#"
                tags = List([Text("a"), Number(1.0), Bool(false)])
                none = List([])
                products.0.sku = Text("x")
                products.1.sku = Text("y")
                products.1.sizes = List([Number(1.0), Number(2.0)])
                products.count = Number(2.0)
                mixed.1.a = Number(2.0)
                mixed.count = Number(3.0)
                mixed = List([Number(1.0)])
            "#]],
        );
    }

    #[test]
    fn of_long_arrays_the_start_is_kept_and_the_count_is_true() {
        let objects = vec![r#"{"n":1}"#; 20].join(",");
        let numbers = vec!["7"; 200].join(",");
        let mut pairs = Pairs::new();
        let json = format!(r#"{{"objects": [{objects}], "numbers": [{numbers}]}}"#);
        Flatten::object(&mut pairs).deserialize(&mut serde_json::Deserializer::from_str(&json)).unwrap();
        let get = |name: &str| pairs.iter().find(|pair| pair.0 == name).map(|pair| pair.1.clone());
        assert_eq!(get("objects.count"), Some(Value::Number(20.0)));
        assert!(get("objects.7.n").is_some() && get("objects.8.n").is_none());
        assert_eq!(get("numbers.count"), Some(Value::Number(200.0)));
        assert_eq!(get("numbers"), Some(Value::List(vec![Value::Number(7.0); LIST_VALUES_MAX])));
    }

    #[test]
    fn whole_numbers_too_large_for_a_number_stay_exact_as_texts() {
        check(
            r#"{"a": 9007199254740992, "b": 9007199254740993, "c": -9007199254740993, "d": 18446744073709551615, "e": 18446744073709551616}"#,
            &expect![[r#"
                a = Number(9007199254740992.0)
                b = Text("9007199254740993")
                c = Text("-9007199254740993")
                d = Text("18446744073709551615")
                e = Number(1.8446744073709552e19)
            "#]],
        );
    }

    #[test]
    fn what_would_grow_without_bound_is_refused() {
        let deep = format!("{}1{}", r#"{"a":"#.repeat(20), "}".repeat(20));
        check(
            &deep,
            &expect![[r#"
            the properties are nested more than 16 deep; send them flatter at line 1 column 81
        "#]],
        );
        let long = format!(r#"{{"{}": 1}}"#, "n".repeat(201));
        check(
            &long,
            &expect![[r#"
            the property `nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn...` has a name of 201 bytes, at most 200 are read; shorten or flatten it at line 1 column 207
        "#]],
        );
        let many: Vec<_> = (0..600).map(|n| format!(r#""n{n}": 1"#)).collect();
        check(
            &format!("{{{}}}", many.join(",")),
            &expect![[r#"
            the message has more than 512 properties; send fewer, or split it at line 1 column 5020
        "#]],
        );
    }

    #[test]
    fn what_is_no_object_has_no_facts() {
        for json in ["null", "1", r#""text""#, "[1]", r#"[{"a":[]}]"#, "[[1]]"] {
            let mut pairs = Pairs::new();
            let mut reader = serde_json::Deserializer::from_str(json);
            Flatten::object(&mut pairs).deserialize(&mut reader).unwrap();
            assert_eq!(pairs, Pairs::new(), "{json}");
        }
    }
}

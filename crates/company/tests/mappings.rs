//! Mappings: real files can be said, and what cannot be meant is refused.

use expect_test::{Expect, expect};
use opcx_company::mapping::{Choice, Column, Format, Mapping, Order, Part, Pattern, Time, TimeFormat, Who};
use opcx_company::{Files, parse};
use opcx_core::calendar::Zone;
use opcx_core::condition::{Declared, FactType};
use opcx_core::event::{Category, Origin};
use opcx_core::identity::IdentifierKind;

const VOCABULARY: &str = "kinds:\n  Public Post: feedback\n  Public Reply: service\nfacts:\n  airline: text\n  company: text\n  retweets: number\n  tags: texts\n";

fn read(mapping: &str) -> (Option<Mapping>, String) {
    let files = Files::from(
        [("opcx.toml", ""), ("vocabulary.yaml", VOCABULARY), ("mappings/one.yaml", mapping)]
            .map(|(path, text)| (path.to_owned(), text.to_owned())),
    );
    let loaded = parse(&files);
    let faults = loaded.faults.iter().map(|fault| format!("{fault}\n")).collect();
    (loaded.mappings.into_iter().next(), faults)
}

#[allow(clippy::needless_pass_by_value, reason = "an expectation is written where it is passed")]
fn check(mapping: &str, expected: Expect) {
    expected.assert_eq(&read(mapping).1);
}

fn column(name: &str) -> Column {
    Column { of_record: false, path: vec![name.into()] }
}

fn fact(name: &str, kind: FactType) -> Declared {
    Declared { name: name.into(), category: Category::Service, kind }
}

#[test]
fn a_table_of_tweets_is_said_in_a_few_lines() {
    let (mapping, faults) = read(
        r#"
format: csv
order: newest first
source: twitter
id: tweet_id
time: { column: tweet_created, format: "%Y-%m-%d %H:%M:%S %z" }
kind: Public Post
channel: twitter
who: { handle: name }
said: text
facts: { airline: airline, retweets: retweet_count }
"#,
    );
    assert_eq!(faults, "");
    let tweets = Mapping {
        name: "one".into(),
        format: Format::Csv,
        order: Order::NewestFirst,
        source: "twitter".into(),
        each: None,
        id: Pattern(vec![Part::Column(column("tweet_id"))]),
        time: Time {
            column: column("tweet_created"),
            format: TimeFormat::Pattern("%Y-%m-%d %H:%M:%S %z".to_owned()),
            zone: Zone::UTC,
        },
        kind: Choice::Always(Some("Public Post".into())),
        channel: Choice::Always("twitter".into()),
        by: Choice::Always(Origin::Customer),
        who: vec![(IdentifierKind::Handle, Who::Pattern(Pattern(vec![Part::Column(column("name"))])))],
        said: Some(column("text")),
        facts: vec![
            (fact("airline", FactType::Text), column("airline")),
            (fact("retweets", FactType::Number), column("retweet_count")),
        ],
    };
    assert_eq!(mapping, Some(tweets));
}

#[test]
fn a_conversation_becomes_an_event_for_each_turn_of_the_customer_it_is_about() {
    let (mapping, faults) = read(
        r#"
format: jsonl
order: any
source: twitter-care
each: turns
id: "{record.session_id}-{#}"
time: datetime
kind:
  column: role
  cases: { client: Public Post, agent: Public Reply }
  otherwise: skip
by:
  column: role
  cases: { agent: staff }
  otherwise: customer
channel: twitter
who:
  handle: { first: author, where: { role: client } }
said: text
facts: { company: record.company }
"#,
    );
    assert_eq!(faults, "");
    let mapping = mapping.expect("a mapping without faults");
    assert_eq!(mapping.each, Some(column("turns")));
    assert_eq!(
        mapping.id,
        Pattern(vec![
            Part::Column(Column { of_record: true, path: vec!["session_id".into()] }),
            Part::Words("-".into()),
            Part::Number,
        ])
    );
    assert_eq!(
        mapping.time,
        Time { column: column("datetime"), format: TimeFormat::Rfc3339, zone: Zone::UTC }
    );
    assert_eq!(mapping.kind.of(Some("client")), Some(&Some("Public Post".into())));
    assert_eq!(mapping.kind.of(Some("agent")), Some(&Some("Public Reply".into())));
    assert_eq!(mapping.kind.of(Some("other")), Some(&None));
    assert_eq!(mapping.by.of(Some("agent")), Some(&Origin::Staff));
    assert_eq!(mapping.by.of(None), Some(&Origin::Customer));
    assert_eq!(
        mapping.who,
        [(
            IdentifierKind::Handle,
            Who::FirstItem { column: column("author"), wherever: column("role"), is: "client".into() }
        )]
    );
    assert_eq!(
        mapping.facts,
        [(fact("company", FactType::Text), Column { of_record: true, path: vec!["company".into()] })]
    );
}

#[test]
fn what_cannot_be_meant_is_refused() {
    check(
        r#"
format: csv
each: turns
source: twitter
id: "{tweet_id"
time: { column: created, format: "%Q", zone: Berlin }
kind: { column: role, cases: { client: Publik Post } }
channel: twitter
by: robot
who: {}
facts: { airlin: airline, tags: tags }
"#,
        expect![[r#"
            mappings/one.yaml:3:7: a row of a CSV file holds no list; leave `each` out [mapping]
            mappings/one.yaml:5:5: `{tweet_id` is not a pattern; put each column's name in `{` and `}` [pattern]
            mappings/one.yaml:6:34: `%Q` is no format of times (it has no date); write `rfc3339`, `unix seconds`, `unix milliseconds` or a pattern like `%Y-%m-%d %H:%M:%S %z` [time-format]
            mappings/one.yaml:6:46: there is no time zone `Berlin`; write an IANA name such as `Europe/Berlin` or `UTC` [zone]
            mappings/one.yaml:7:40: the kind of event `Publik Post` is not in vocabulary.yaml; add it there, or did you mean `Public Post`? [mapping]
            mappings/one.yaml:9:5: `robot` did nothing; write `customer` or `staff` [mapping]
            mappings/one.yaml:10:6: an event happens to somebody; add an identifier such as `email: ` and its column [mapping]
            mappings/one.yaml:11:10: the fact `airlin` is not in vocabulary.yaml; add it there, or did you mean `airline`? [unknown-name]
            mappings/one.yaml:11:27: the fact `tags` is a list of texts, and a CSV cell holds one text; give it `type: text` in vocabulary.yaml [mapping]
        "#]],
    );
    check(
        r#"
format: jsonl
source: twitter
id: a..b
time: { column: created, format: "%H:%M" }
kind: Public Post
channel: twitter
who: { handle: { first: author, where: { role: client, name: x } }, e_mail: mail }
"#,
        expect![[r#"
            mappings/one.yaml:4:5: `a..b` names no column; write its name, in JSON with dots between the keys [pattern]
            mappings/one.yaml:5:34: `%H:%M` is no format of times (it has no date); write `rfc3339`, `unix seconds`, `unix milliseconds` or a pattern like `%Y-%m-%d %H:%M:%S %z` [time-format]
            mappings/one.yaml:8:16: `first` looks through the items of a record; add `each`, or name a column [mapping]
            mappings/one.yaml:8:40: `where` needs one column and one text, like `{ role: client }` [mapping]
            mappings/one.yaml:8:69: who has no key `e_mail`; did you mean `email`? [unknown-key]
        "#]],
    );
}

//! Rows: what a mapping makes of them.

use expect_test::{Expect, expect};
use opcx::import::{File, Records};
use opcx_company::Files;
use opcx_company::mapping::Mapping;
use opcx_core::event::{Event, Value};

const VOCABULARY: &str = "kinds:\n  Public Post: feedback\n  Public Reply: service\nfacts:\n  company: text\n  retweets: number\n  verified: bool\n  seen_at: time\n  tags: texts\n";

const TWEETS: &str = r#"
format: csv
source: twitter
id: tweet_id
time: { column: created, format: "%Y-%m-%d %H:%M:%S %z" }
kind: Public Post
channel: twitter
who: { handle: name }
said: text
facts: { retweets: retweets, verified: verified, seen_at: seen }
"#;

const CONVERSATIONS: &str = r#"
format: jsonl
source: care
each: turns
id: "{record.session}-{#}"
time: at
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
facts: { company: record.about.company, tags: tags }
"#;

#[allow(clippy::needless_pass_by_value, reason = "an expectation is written where it is passed")]
fn check(mapping: &str, text: &str, expected: Expect) {
    let files = Files::from(
        [("opcx.toml", ""), ("vocabulary.yaml", VOCABULARY), ("mappings/one.yaml", mapping)]
            .map(|(path, text)| (path.to_owned(), text.to_owned())),
    );
    let loaded = opcx_company::parse(&files);
    assert_eq!(loaded.faults, []);
    expected.assert_eq(&told(&loaded.mappings[0], text));
}

/// What a mapping makes of a file, line by line.
pub(crate) fn told(mapping: &Mapping, text: &str) -> String {
    let file = File::of_text("f".to_owned(), text.to_owned()).unwrap();
    let mut records = Records::open(file, mapping).unwrap();
    let mut shown = String::new();
    while let Some(line) = records.advance().unwrap() {
        let read = records.events(mapping);
        shown += &format!("line {line}\n");
        shown.extend(read.events.iter().map(event));
        shown.extend((0..read.skipped).map(|_| "  skipped\n".to_owned()));
        shown.extend(read.refused.iter().map(|refusal| format!("  refused: {refusal}\n")));
    }
    shown
}

fn event(event: &Event) -> String {
    let who: Vec<String> = event.who.iter().map(ToString::to_string).collect();
    let facts: Vec<String> = event
        .facts
        .iter()
        .map(|(name, value)| match value {
            Value::Text(text) => format!(" {name}={text}"),
            other => format!(" {name}={other:?}"),
        })
        .collect();
    format!(
        "  {} {} {} by {:?} {}{}{}\n",
        event.id,
        event.happened,
        event.kind,
        event.origin,
        who.join("+"),
        facts.concat(),
        event.said.as_ref().map(|said| format!(" {said:?}")).unwrap_or_default(),
    )
}

#[test]
fn texts_over_several_lines_are_one_value_and_lines_are_counted_right() {
    check(
        TWEETS,
        "\u{feff}tweet_id,created,name,text,retweets,verified,seen\n\
         1,2015-02-24 11:35:52 -0800,@Ada,\"My \"\"bag\"\",\nis gone\",3,yes,2015-02-25 09:00:00 +0100\n\
         2,2015-02-24 11:35:53 -0800,bob,,,,\n",
        expect![[r#"
            line 2
              1 2015-02-24T19:35:52Z Public Post by Customer handle:ada retweets=Number(3.0) seen_at=2015-02-25T08:00:00Z verified=Bool(true) "My \"bag\",\nis gone"
            line 4
              2 2015-02-24T19:35:53Z Public Post by Customer handle:bob
        "#]],
    );
}

#[test]
fn what_cannot_be_read_says_where_and_how_to_mend_it() {
    check(
        TWEETS,
        "tweet_id,created,name,text,retweets,verified,seen\n\
         ,2015-02-24 11:35:52 -0800,ada,,,,\n\
         2,,ada,,,,\n\
         3,24.2.2015,ada,,,,\n\
         4,2015-02-24 11:35:52 -0800,,,,,\n\
         5,2015-02-24 11:35:52 -0800,anonymous,,,,\n\
         6,2015-02-24 11:35:52 -0800,ada,,many,,\n\
         7,2015-02-24 11:35:52 -0800,ada,,1,perhaps,\n\
         8,2015-02-24 11:35:52 -0800,ada,,1,no,soon\n\
         9,2015-02-24 11:35:52 -0800,ada\n",
        expect![[r"
            line 2
              refused: the id is missing: nothing in `tweet_id`
            line 3
              refused: the time is missing: nothing in `created`
            line 4
              refused: `created` holds `24.2.2015`, and the mapping reads times as `%Y-%m-%d %H:%M:%S %z`
            line 5
              refused: nobody is named by `handle: name`
            line 6
              refused: the handle `anonymous` stands for nobody; leave it out
            line 7
              refused: `retweets` holds `many`, and the fact `retweets` is a number, written like `1234.5`
            line 8
              refused: `verified` holds `perhaps`, and the fact `verified` is yes or no: `true`, `false`, `1`, `0`, `yes`, `no`
            line 9
              refused: `seen` holds `soon`, and the fact `seen_at` is a time, written like the event's own or as RFC 3339
            line 10
              refused: the row has 3 values, the header has 7; look for a comma or a quote too many or too few
        "]],
    );
}

#[test]
fn each_turn_of_a_conversation_is_an_event_of_its_customer_and_staff_is_not_read() {
    check(
        CONVERSATIONS,
        concat!(
            r#"{"session":"s1","about":{"company":"Acme"},"turns":[{"role":"agent","author":"care","at":"2020-04-01T17:31:32Z","text":"How can I help?"},{"role":"client","author":"ada","at":"2020-04-01T18:58:27Z","text":"Where is it?","tags":["late","parcel"]},{"role":"bot"}]}"#,
            "\n\n",
            r#"{"session":17,"turns":[{"role":"client","author":"bob","at":"never"},{"role":"client","author":"bob","at":"2020-04-02"}]}"#,
            "\n{\"session\":\"s3\"}\n[1]\n{\"session\":",
        ),
        expect![[r#"
            line 1
              s1-1 2020-04-01T17:31:32Z Public Reply by Staff handle:ada company=Acme
              s1-2 2020-04-01T18:58:27Z Public Post by Customer handle:ada company=Acme tags=List([Text("late"), Text("parcel")]) "Where is it?"
              skipped
            line 3
              17-2 2020-04-02T00:00:00Z Public Post by Customer handle:bob
              refused: item 1: `at` holds `never`, and the mapping reads times as RFC 3339, like `2026-11-21T10:00:00Z`
            line 4
              refused: `turns` is no list of objects, and `each` makes an event of each
            line 5
              refused: the line is no JSON object: invalid type: sequence, expected a map at line 1 column 0
            line 6
              refused: the line is no JSON object: EOF while parsing a value at line 1 column 11
        "#]],
    );
}

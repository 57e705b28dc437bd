//! Every fault says where, what, and how to mend it. A story: the starter with something changed.

use expect_test::{Expect, expect};
use opcx_company::{Files, parse, starter};

/// The starter with files added, or replaced when they are there.
fn with(changes: &[(&str, &str)]) -> Files {
    let mut files = starter();
    for (path, text) in changes {
        files.insert((*path).to_owned(), (*text).to_owned());
    }
    files
}

/// The starter with one text replaced by another in one of its files.
fn changed(path: &str, from: &str, to: &str) -> Files {
    let mut files = starter();
    let text = files.get_mut(path).expect("the starter has the file");
    assert!(text.contains(from), "{path} holds `{from}`");
    *text = text.replacen(from, to, 1);
    files
}

#[allow(clippy::needless_pass_by_value, reason = "an expectation is written where it is passed")]
fn check(files: Files, expected: Expect) {
    let loaded = parse(&files);
    let mut shown: String = loaded.faults.iter().map(|fault| format!("{fault}\n")).collect();
    shown.push_str(if loaded.definitions.is_some() { "usable\n" } else { "refused\n" });
    expected.assert_eq(&shown);
}

const JOURNEY: &str = "journeys/online-order.yaml";

#[test]
fn all_faults_of_all_files_are_reported_at_once() {
    check(
        with(&[
            (
                "opcx.toml",
                "listen = \"nowhere\"\nport = 80\n[house]\nzone = \"Europe/Berlinn\"\nquiet = \"21-8\"\ncontacts = \"often\"\nmessage_channel = \"post\"\nteams = [\"care\"]\nhuman_channels = [\"chat\", \"phone\"]\n[channels.crm]\nkind = \"webhook\"\nurl = \"crm.example.org\"\nsecrets = [\"whsec_abc\"]\n[channels.log]\nkind = \"file\"\nurl = \"x\"\n",
            ),
            (
                "vocabulary.yaml",
                "kinds:\n  Order Shipped: shipping\nfacts:\n  order_id: string\n  value: { type: number, categroy: purchase }\ndimensions: [carier]\n",
            ),
            (
                JOURNEY,
                "journey: online-order\nstages:\n  - stage: buy\n    moments:\n      - moment: pay\n        who: someone\n        account: trust\n        listens: event.kind == \"Order Shiped\" && facts.valu > \"10\"\n        way_out: fax\n",
            ),
            (
                "playbooks/late-delivery.yaml",
                "playbook: late-delivery\nwhen: promise delivered at risk\nif: facts.value >\ndo:\n  - message: late\n  - case: logistics\n  - mesage: late\nat_most: once\nhold_out: half\npriority: 200\n",
            ),
            (
                "templates/late-delivery.md",
                "---\nclaims: [promise x kept]\n---\nHello {{ customer.name }}, {{ }} and {{ facts.order_id\n",
            ),
            ("mappings/orders.yaml", "format: xlsx\n"),
            ("calendars/care.yaml", "zone: Berlin\nweek:\n  mondays: [\"9-17\"]\n"),
        ]),
        expect![[r#"
            calendars/care.yaml:1:7: there is no time zone `Berlin`; write an IANA name such as `Europe/Berlin` or `UTC` [zone]
            calendars/care.yaml:3:3: `mondays` is no weekday; write `monday` or `monday to friday` [calendar]
            calendars/care.yaml:3:13: `9` is not a time of day; write hours and minutes like `09:30`, at most `24:00` [calendar]
            journeys/online-order.yaml:5:9: a moment lacks `feels`; add what they feel [moment-without-answers]
            journeys/online-order.yaml:5:9: a moment lacks `how`; add the channels through which they do it, like `[web, app]` [moment-without-answers]
            journeys/online-order.yaml:5:9: a moment lacks `wants`; add what they are trying to do [moment-without-answers]
            journeys/online-order.yaml:5:9: nobody answers for the moment `pay`; add `owner` to it or to its journey [moment-without-owner]
            journeys/online-order.yaml:7:18: `trust` is unknown here; use one of `capability`, `reliability`, `humanity`, `transparency` [word]
            journeys/online-order.yaml:8:32: the kind of event `Order Shiped` is not in vocabulary.yaml; add it there, or did you mean `Order Shipped`? [condition]
            journeys/online-order.yaml:8:50: the fact `valu` is not in vocabulary.yaml; add it there, or did you mean `value`? [condition]
            journeys/online-order.yaml:9:18: `fax` is no channel on which a human answers; add it to `human_channels` of opcx.toml, or use one of `chat`, `phone` [moment-without-way-out]
            mappings/orders.yaml:1:1: a mapping lacks `channel`; add where it happened, or cases [missing-key]
            mappings/orders.yaml:1:1: a mapping lacks `id`; add the event's id: a column, or a pattern like `{session_id}-{#}` [missing-key]
            mappings/orders.yaml:1:1: a mapping lacks `kind`; add the kind of event, or cases [missing-key]
            mappings/orders.yaml:1:1: a mapping lacks `source`; add the event's source, like `twitter` [missing-key]
            mappings/orders.yaml:1:1: a mapping lacks `time`; add when it happened: a column with a time as RFC 3339 writes it, or a group of keys [missing-key]
            mappings/orders.yaml:1:1: a mapping lacks `who`; add who it happened to: a kind of identifier and where it stands [missing-key]
            mappings/orders.yaml:1:9: `xlsx` is unknown here; use one of `csv`, `jsonl` [word]
            opcx.toml:1:10: `nowhere` is not an address with a port; write it like `127.0.0.1:7700` [listen]
            opcx.toml:2:1: opcx.toml has no key `port`; use one of `listen`, `data`, `memory_mb`, `public`, `keys`, `people`, `channels`, `webhooks` and others [unknown-key]
            opcx.toml:4:8: there is no time zone `Europe/Berlinn`; write an IANA name such as `Europe/Berlin` or `UTC` [zone]
            opcx.toml:5:9: `21` is not a time of day; write hours and minutes like `09:30`, at most `24:00` [quiet]
            opcx.toml:6:12: `often` does not say how often; write it like `1 per customer per 7d` [cap]
            opcx.toml:7:19: the channel `post` is not in opcx.toml; add it there [unknown-name]
            opcx.toml:12:7: `crm.example.org` is not a web address; write it like `https://crm.example.org/hooks` [url]
            opcx.toml:13:12: here belongs the name of an environment variable, like `OPCX_WRITE_KEY`, never the secret itself [variable]
            opcx.toml:14:1: a channel of kind `file` needs a path; add `path = "messages.jsonl"` [channel]
            opcx.toml:16:1: a channel of kind `file` has no `url`; leave it out or change the kind [channel]
            playbooks/answer-overdue.yaml:6:7: the promise `answered` is not in journeys/; add it there [when]
            playbooks/bad-feeling.yaml:6:7: the moment `ask` is not in journeys/; add it there, or use one of `pay` [when]
            playbooks/late-delivery.yaml:2:7: the promise `delivered` is not in journeys/; add it there [when]
            playbooks/late-delivery.yaml:3:18: the end of the condition stands where a value or a name belongs [condition]
            playbooks/late-delivery.yaml:5:14: the template `late` is not in templates/; add it there, or use one of `late-delivery`, `thank-you` [unknown-name]
            playbooks/late-delivery.yaml:6:11: the team `logistics` is not in opcx.toml (`[house] teams`); add it there, or use one of `care` [unknown-name]
            playbooks/late-delivery.yaml:7:5: an action has no key `mesage`; did you mean `message`? [unknown-key]
            playbooks/late-delivery.yaml:8:10: `once` does not say how often; write it like `1 per customer per 7d` [cap]
            playbooks/late-delivery.yaml:9:11: `half` is not a share; write it like `5%` or `2.5%`, below 100% [share]
            playbooks/late-delivery.yaml:10:11: `200` is not a whole number from 0 to 100 [number]
            playbooks/payment-trouble.yaml:6:7: the moment `pay` is never bad; give it a `bad` condition [playbook-never-fires]
            playbooks/payment-trouble.yaml:7:5: the fact `order_value` is not in vocabulary.yaml; add it there, or use one of `order_id`, `timezone`, `value` [condition]
            playbooks/welcome-back.yaml:8:7: the kind of event `Order Completed` is not in vocabulary.yaml; add it there, or use one of `Order Shipped` [when]
            templates/late-delivery.md:2:10: the promise `x` is not in journeys/; add it there [claim]
            templates/late-delivery.md:4:7: `customer.name` is unknown; use one of `customer.trust`, `customer.open_failures`, `customer.open_promises`, `customer.events`, `customer.timezone` [template]
            templates/late-delivery.md:4:28: `` names nothing; write what fills the hole, like `{{ facts.order_id }}` [template]
            templates/late-delivery.md:4:38: the hole that starts here does not end; close it with `}}` [template]
            templates/thank-you.md:3:5: the kind of event `Order Completed` is not in vocabulary.yaml; add it there, or use one of `Order Shipped` [claim]
            vocabulary.yaml:2:18: `shipping` is unknown here; use one of `service`, `purchase`, `feedback`, `browsing`, `advertising`, `operations` [word]
            vocabulary.yaml:4:13: `string` is unknown here; use one of `bool`, `number`, `text`, `time`, `texts` [word]
            vocabulary.yaml:5:26: a fact has no key `categroy`; did you mean `category`? [unknown-key]
            vocabulary.yaml:6:14: the fact `carier` is not declared above; add it there, or use one of `order_id`, `timezone`, `value` [unknown-name]
            refused
        "#]],
    );
}

#[test]
fn what_is_no_yaml_or_toml_is_said_with_its_place_and_the_usual_reason() {
    check(
        with(&[
            ("opcx.toml", "listen = \nteams = [\n"),
            ("vocabulary.yaml", "kinds:\n\tOrder: service\n"),
            (JOURNEY, "journey: a\njourney: b\n"),
            ("playbooks/late-delivery.yaml", "playbook: x\nif: has(facts.a) ? 1 : 2\n"),
            ("playbooks/bad-feeling.yaml", "playbook: y\nif: !has(facts.a)\n"),
            ("playbooks/welcome-back.yaml", "playbook: y\n---\nplaybook: z\n"),
            ("playbooks/payment-trouble.yaml", "playbook: [1, 2\n"),
            ("playbooks/answer-overdue.yaml", "- a\n- b\n"),
        ]),
        expect![[r#"
            journeys/online-order.yaml:1:1: a journey lacks `stages`; add its stages in order [missing-key]
            journeys/online-order.yaml:2:1: `journey` stands here a second time (first in line 1); keep one of the two [yaml]
            opcx.toml:1:10: this is no TOML: string values must be quoted, expected literal string; see https://toml.io [toml]
            opcx.toml:2:10: this is no TOML: unclosed array, expected `]`; see https://toml.io [toml]
            playbooks/answer-overdue.yaml:1:1: here belongs a playbook, keys with something behind each, not a list [misfit]
            playbooks/bad-feeling.yaml:1:1: a playbook lacks `do`; add what it does, in order [missing-key]
            playbooks/bad-feeling.yaml:1:1: a playbook lacks `when`; add what sets it off: `event KIND`, `moment NAME bad`, `promise NAME at risk`, `trust ACCOUNT below 400` or `silence 14d` [missing-key]
            playbooks/bad-feeling.yaml:2:1: `if` has nothing behind it; fill it in or leave the key out [empty-key]
            playbooks/bad-feeling.yaml:2:5: YAML reads `!` at the start of a value as a tag; put the value in quotes, or behind `|` on a line of its own [yaml]
            playbooks/late-delivery.yaml:2:22: this is no YAML (mapping values are not allowed in this context); a value with `: ` in it needs quotes, or a line of its own behind `|` [yaml]
            playbooks/payment-trouble.yaml:2:1: this is no YAML (while parsing a flow sequence, expected ',' or ']'); check the indentation, and put a value with quotes or `: ` in it on a line of its own behind `|` [yaml]
            playbooks/welcome-back.yaml:2:1: a second document starts here; put it into a file of its own [yaml]
            vocabulary.yaml:2:2: this is no YAML (tabs disallowed within this context (block indentation)); indent with spaces [yaml]
            refused
        "#]],
    );
}

#[test]
fn an_empty_folder_lacks_two_files() {
    check(
        Files::new(),
        expect![[r#"
        opcx.toml:1:1: the folder has no `opcx.toml`; make one, an empty file will do to begin with [missing-file]
        vocabulary.yaml:1:1: the folder has no `vocabulary.yaml`; list the kinds of event and the facts there [missing-file]
        refused
    "#]],
    );
}

#[test]
fn conditions_are_checked_at_their_own_line_and_column() {
    let conditions = [
        "event.kind = \"Order Shipped\"",
        "event.kind == \"Order Shipt\"",
        "event.knd == \"a\"",
        "facts.order_valu > 10",
        "facts.order_value > \"10\"",
        "order_value > 10",
        "facts.order_value",
        "facts.order_value + 1",
        "facts.promised_at < \"2026-01-01\"",
        "facts.promised_at < timestamp(\"tomorrow\")",
        "event.time - facts.promised_at > duration(\"3 moons\")",
        "event.time - facts.promised_at > 3",
        "facts.carrier in \"dhl\"",
        "facts.carrier in [\"dhl\", 3]",
        "facts.carrier in []",
        "facts.order_value in [\"dhl\"]",
        "facts.carrier.matches(\"^d\")",
        "facts.carrier.contains(3)",
        "size(facts.order_value) > 3",
        "has(facts.carier)",
        "customer.trust.honesty > 3",
        "customer.trust > 3",
        "customer.carrier == \"dhl\"",
        "customer.first_nam == \"Ada\"",
        "reading.valence == \"bad\"",
        "reading.emotion == \"angr\"",
        "reading.emotions.rage > 300",
        "event.by == \"agent\"",
        "promise.due < event.time",
        "true && false || 3",
        "has(facts.carrier) && (facts.order_value > 3",
        "facts.carrier == null",
        "has(facts.carrier) and has(facts.order_id)",
        "facts.carrier == \"dhl",
        "facts.order_value > 72h",
        "facts.carrier == “dhl”",
        "event.kind in [\"Order Shipped\"] event",
        "(has(facts.carrier) ? 1 : \"a\") == 1",
        "-facts.carrier == 1",
        "[1, 2] == [1, 2]",
        "facts.order_value.x > 1",
        "1 < 2 < 3",
        "(1 + 2).x == 3",
        "facts[\"order_value\"] > \"a\"",
        "true < false",
        "event",
        "facts",
        "event.said.lowerAscii().contains(\"Bag\")",
        "facts.order_value.lowerAscii() == \"3\"",
        "[\"bag\", \"case\"].exists(word, event.said.lowerAscii().contains(word))",
        "[\"bag\", \"case\"].exists(word, event.said.contains(wort))",
        "[1, 2].exists(number, facts.order_value == number)",
        "[1, 2].exists(number, number)",
        "facts.carrier.exists(letter, letter == \"a\")",
        "[1, 2].exists(3, true)",
    ];
    let stories: String = conditions
        .iter()
        .map(|condition| {
            let quoted = format!("good: |\n          {condition}");
            let files = changed(JOURNEY, "good: has(facts.promised_at)", &quoted);
            let faults = parse(&files).faults;
            let line = files[JOURNEY].lines().position(|line| line.trim() == *condition).unwrap_or(0) + 1;
            let shown: String = faults
                .iter()
                .map(|fault| {
                    assert_eq!(usize::try_from(fault.place.line).unwrap(), line, "{fault}");
                    format!("  {}: {}\n", fault.place.column - 10, fault.what)
                })
                .collect();
            format!("{condition}\n{}", if shown.is_empty() { "  fine\n".to_owned() } else { shown })
        })
        .collect();
    expect![[r#"
        event.kind = "Order Shipped"
          12: `=` alone compares nothing; write `==`
        event.kind == "Order Shipt"
          15: the kind of event `Order Shipt` is not in vocabulary.yaml; add it there, or did you mean `Order Shipped`?
        event.knd == "a"
          1: `event.knd` is unknown; did you mean `event.kind`?
        facts.order_valu > 10
          1: the fact `order_valu` is not in vocabulary.yaml; add it there, or did you mean `order_value`?
        facts.order_value > "10"
          19: a number is compared with a text, which is never so; leave the quotes out, or change the fact's type in vocabulary.yaml
        order_value > 10
          1: `order_value` is unknown; a fact is written `facts.order_value`
        facts.order_value
          1: this is a number; compare it with something, since a condition is a truth value
        facts.order_value + 1
          1: this is a number; compare it with something, since a condition is a truth value
        facts.promised_at < "2026-01-01"
          19: a time is compared with a text, which is never so; write the time as `timestamp("2026-11-21T10:00:00Z")`
        facts.promised_at < timestamp("tomorrow")
          31: `tomorrow` is not a time; write it like `2026-11-21T10:00:00Z`
        event.time - facts.promised_at > duration("3 moons")
          43: `moons` is no unit of time; use ms, s, m, h, d or w, or their names such as `hours`
        event.time - facts.promised_at > 3
          32: a length of time is compared with a number, which is never so
        facts.carrier in "dhl"
          18: `in` needs a list on its right, like `["a", "b"]`, not a text
        facts.carrier in ["dhl", 3]
          26: a list holds texts or numbers, not both
        facts.carrier in []
          18: an empty list contains nothing; fill it in
        facts.order_value in ["dhl"]
          19: a number cannot be among a list of texts
        facts.carrier.matches("^d")
          15: `matches()` is not available; there are `has()`, `size()`, `duration()`, `timestamp()`, `.contains()`, `.startsWith()`, `.endsWith()`, `.lowerAscii()` and `.exists()`
        facts.carrier.contains(3)
          24: this is a number; `.contains()` asks one text for another
        size(facts.order_value) > 3
          6: a number has no size; only texts and lists have
        has(facts.carier)
          5: the fact `carier` is not in vocabulary.yaml; add it there, or did you mean `carrier`?
        customer.trust.honesty > 3
          1: `customer.trust.honesty` is unknown; did you mean `customer.trust.humanity`?
        customer.trust > 3
          1: trust has four accounts; write one of them: `customer.trust.capability`, `customer.trust.reliability`, `customer.trust.humanity`, `customer.trust.transparency`
        customer.carrier == "dhl"
          1: `carrier` is not remembered about the customer; give it `about: customer` in vocabulary.yaml, or read it from the event as `facts.carrier`
        customer.first_nam == "Ada"
          1: `customer.first_nam` is unknown; did you mean `customer.first_name`?
        reading.valence == "bad"
          20: the valence is never `bad`; use one of `negative`, `neutral`, `positive`
        reading.emotion == "angr"
          20: the emotion is never `angr`; did you mean `anger`?
        reading.emotions.rage > 300
          1: `reading.emotions.rage` is unknown; did you mean `reading.emotions.anger`?
        event.by == "agent"
          13: `event.by` is never `agent`; use one of `customer`, `staff`, `probe`
        promise.due < event.time
          1: `promise.due` cannot be read: no promise is at hand here
        true && false || 3
          18: this is a number; `||` joins truth values
        has(facts.carrier) && (facts.order_value > 3
          46: the end of the condition stands where `)` belongs; a bracket that was opened is not closed
        facts.carrier == null
          18: nothing is ever null; ask `has(facts.x)` whether a fact is there
        has(facts.carrier) and has(facts.order_id)
          20: `and` is not expected here; join conditions with `&&` or `||`
        facts.carrier == "dhl
          18: the text that starts here does not end; close it with `"`
        facts.order_value > 72h
          21: `72h` is not a number; write `42` or `0.5`, and a length of time as `duration("72h")`
        facts.carrier == “dhl”
          18: `“` is a printer's quote; write a straight one, `"`
        event.kind in ["Order Shipped"] event
          33: `event` is not expected here; join conditions with `&&` or `||`
        (has(facts.carrier) ? 1 : "a") == 1
          27: both sides of `:` must be of one type, but one is a number and the other a text
        -facts.carrier == 1
          2: `-` needs a number, this is a text
        [1, 2] == [1, 2]
          8: lists are not compared; ask `"a" in list` or `size(list)`
        facts.order_value.x > 1
          1: the fact `order_value.x` is not in vocabulary.yaml; add it there, or did you mean `order_value`?
        1 < 2 < 3
          7: a truth value is compared with a number, which is never so
        (1 + 2).x == 3
          4: only names have something behind a dot; there are `has()`, `size()`, `duration()`, `timestamp()`, `.contains()`, `.startsWith()`, `.endsWith()`, `.lowerAscii()` and `.exists()`
        facts["order_value"] > "a"
          22: a number is compared with a text, which is never so; leave the quotes out, or change the fact's type in vocabulary.yaml
        true < false
          6: truth values have no order; use `==`, or the value alone
        event
          1: `event` alone says nothing; write one of `event.kind`, `event.channel`, `event.source`, `event.time`, `event.by`, `event.said`
        facts
          1: a fact's name is missing; write it like `facts.order_id`
        event.said.lowerAscii().contains("Bag")
          34: `Bag` is never found among small letters; write `bag`
        facts.order_value.lowerAscii() == "3"
          1: this is a number; `.lowerAscii()` is of texts
        ["bag", "case"].exists(word, event.said.lowerAscii().contains(word))
          fine
        ["bag", "case"].exists(word, event.said.contains(wort))
          50: `wort` is unknown; use one of `event`, `facts`, `customer`, `promise`, `reading`
        [1, 2].exists(number, facts.order_value == number)
          fine
        [1, 2].exists(number, number)
          23: this is a number; `exists` asks a truth value of each item
        facts.carrier.exists(letter, letter == "a")
          1: `exists` goes through a list that is written out, like `["a", "b"]`
        [1, 2].exists(3, true)
          15: `exists` names each item first: `["a", "b"].exists(word, facts.x.contains(word))`
    "#]].assert_eq(&stories);
}

#[test]
fn a_place_within_a_condition_of_several_lines_is_its_own() {
    let long = "good: >\n          has(facts.promised_at)\n            && facts.carier == \"dhl\"\n          && \
                size(facts.oder_id) > 3";
    check(
        changed(JOURNEY, "good: has(facts.promised_at)", long),
        expect![[r#"
            journeys/online-order.yaml:46:16: the fact `carier` is not in vocabulary.yaml; add it there, or did you mean `carrier`? [condition]
            journeys/online-order.yaml:47:19: the fact `oder_id` is not in vocabulary.yaml; add it there, or did you mean `order_id`? [condition]
            refused
        "#]],
    );
    check(
        changed(JOURNEY, "good: has(facts.promised_at)", "good: \"facts.x == \\\"a\\\" && facts.y\""),
        expect![[r#"
            journeys/online-order.yaml:44:16: the fact `x` is not in vocabulary.yaml; add it there, or use one of `carrier`, `first_name`, `order_id`, `order_value`, `promised_at`, `seconds_to_confirm`, `timezone` [condition]
            journeys/online-order.yaml:44:36: the fact `y` is not in vocabulary.yaml; add it there, or use one of `carrier`, `first_name`, `order_id`, `order_value`, `promised_at`, `seconds_to_confirm`, `timezone` [condition]
            refused
        "#]],
    );
    check(
        changed(
            JOURNEY,
            "good: has(facts.promised_at)",
            "good: has(facts.promised_at) &&\n          facts.z",
        ),
        expect![[r#"
            journeys/online-order.yaml:45:11: the fact `z` is not in vocabulary.yaml; add it there, or use one of `carrier`, `first_name`, `order_id`, `order_value`, `promised_at`, `seconds_to_confirm`, `timezone` [condition]
            refused
        "#]],
    );
}

//! Every lint has a story: the starter with something that reads well and cannot be meant.

use expect_test::{Expect, expect};
use opcx_company::{Files, parse, starter};

const JOURNEY: &str = "journeys/online-order.yaml";
const SETTINGS: &str = "opcx.toml";
const VOCABULARY: &str = "vocabulary.yaml";

/// The starter with texts replaced: file, from, to.
#[allow(clippy::needless_pass_by_value, reason = "an expectation is written where it is passed")]
fn check(changes: &[(&str, &str, &str)], expected: Expect) {
    let mut files: Files = starter();
    for (path, from, to) in changes {
        let text = files.entry((*path).to_owned()).or_default();
        if from.is_empty() {
            (*to).clone_into(text);
        } else {
            assert!(text.contains(from), "{path} holds `{from}`");
            *text = text.replacen(from, to, 1);
        }
    }
    let loaded = parse(&files);
    let shown: String = loaded.faults.iter().map(|fault| format!("{fault}\n")).collect();
    expected.assert_eq(&shown);
}

const PLAYBOOK: &str = "playbooks/new.yaml";

#[test]
fn a_moment_has_an_owner_a_signal_and_a_way_out() {
    check(
        &[(JOURNEY, "owner: e-commerce\n", "")],
        expect![[r#"
        journeys/online-order.yaml:13:9: nobody answers for the moment `checkout`; add `owner` to it or to its journey [moment-without-owner]
        journeys/online-order.yaml:22:9: nobody answers for the moment `pay`; add `owner` to it or to its journey [moment-without-owner]
        journeys/online-order.yaml:68:9: nobody answers for the moment `send-back`; add `owner` to it or to its journey [moment-without-owner]
    "#]],
    );
    check(
        &[(JOURNEY, "way_out: chat", "way_out: cat")],
        expect![[r#"
        journeys/online-order.yaml:21:18: `cat` is no channel on which a human answers; add it to `human_channels` of opcx.toml, or did you mean `chat`? [moment-without-way-out]
    "#]],
    );
    check(
        &[(JOURNEY, "        way_out: chat\n", "")],
        expect![[r#"
        journeys/online-order.yaml:14:9: a moment lacks `way_out`; add how a human is reached from here: one of `human_channels` of opcx.toml [moment-without-way-out]
    "#]],
    );
    check(
        &[(SETTINGS, "human_channels = [\"chat\", \"phone\"]\n", "")],
        expect![[r#"
        journeys/online-order.yaml:21:18: opcx.toml names no channel on which a human answers; list them in `human_channels` under `[house]`, and lead the way out to one of them [moment-without-way-out]
        journeys/online-order.yaml:32:18: opcx.toml names no channel on which a human answers; list them in `human_channels` under `[house]`, and lead the way out to one of them [moment-without-way-out]
        journeys/online-order.yaml:45:18: opcx.toml names no channel on which a human answers; list them in `human_channels` under `[house]`, and lead the way out to one of them [moment-without-way-out]
        journeys/online-order.yaml:65:18: opcx.toml names no channel on which a human answers; list them in `human_channels` under `[house]`, and lead the way out to one of them [moment-without-way-out]
        journeys/online-order.yaml:77:18: opcx.toml names no channel on which a human answers; list them in `human_channels` under `[house]`, and lead the way out to one of them [moment-without-way-out]
        journeys/online-order.yaml:94:18: opcx.toml names no channel on which a human answers; list them in `human_channels` under `[house]`, and lead the way out to one of them [moment-without-way-out]
    "#]],
    );
    check(
        &[(
            JOURNEY,
            "event.kind == \"Checkout Started\"",
            "event.kind == \"Checkout Started\" && event.kind == \"Order Shipped\"",
        )],
        expect![[r#"
            journeys/online-order.yaml:20:18: no event can ever match what `checkout` listens to; it contradicts itself [moment-without-signal]
        "#]],
    );
    check(
        &[(JOURNEY, "        feels: wary\n", "        feels: \"\"\n")],
        expect![[r#"
        journeys/online-order.yaml:73:9: `feels` has nothing behind it; write what they feel [moment-without-answers]
    "#]],
    );
    check(
        &[(JOURNEY, "how: [door]", "how: []")],
        expect![[r#"
        journeys/online-order.yaml:57:14: the list is empty; write how people do it here, like `[web, app]` [moment-without-answers]
    "#]],
    );
}

#[test]
fn an_outcome_can_happen() {
    check(
        &[(JOURNEY, "bad: event.kind == \"Payment Failed\"", "bad: event.kind == \"Order Cancelled\"")],
        expect![[r#"
            journeys/online-order.yaml:31:14: no event that `pay` listens to can ever meet this; widen `listens` or mend `bad` [outcome-never-happens]
        "#]],
    );
    check(
        &[(
            JOURNEY,
            "&& facts.seconds_to_confirm < 5",
            "&& facts.seconds_to_confirm < 5 && facts.seconds_to_confirm >= 5",
        )],
        expect![[r#"
            journeys/online-order.yaml:30:15: no event that `pay` listens to can ever meet this; widen `listens` or mend `good` [outcome-never-happens]
        "#]],
    );
}

#[test]
fn a_promise_is_made_and_kept_by_different_things() {
    check(
        &[(JOURNEY, "kept: event.kind == \"Message Answered\"", "kept: event.kind == \"Message Received\"")],
        expect![[r#"
            journeys/online-order.yaml:100:19: the same kind of event makes `answered` and keeps it, which proves nothing; name another kind of event as the evidence [promise-vouches-for-itself]
        "#]],
    );
    check(
        &[(JOURNEY, "            made: event.kind == \"Return Requested\"\n", "")],
        expect![[r#"
        journeys/online-order.yaml:79:13: warning: nothing makes the promise `money-back`; add `made`, or `promise: money-back` to a playbook [promise-never-made]
    "#]],
    );
    check(
        &[(
            JOURNEY,
            "kept: event.kind == \"Message Answered\"",
            "kept: event.by == \"staff\" && event.by == \"customer\"",
        )],
        expect![[r#"
            journeys/online-order.yaml:100:19: no event can ever meet `kept` of `answered`; it contradicts itself [promise-never-settles]
        "#]],
    );
}

#[test]
fn a_playbook_can_fire() {
    let playbook = |when: &str, condition: &str| {
        format!("playbook: new\nwhen: {when}\n{condition}do:\n  - case: care\n")
    };
    let check = |when: &str, condition: &str, expected: Expect| {
        check(&[(PLAYBOOK, "", &playbook(when, condition))], expected);
    };
    check(
        "moment checkout bad",
        "",
        expect![[r#"
        playbooks/new.yaml:2:7: the moment `checkout` is never bad; give it a `bad` condition [playbook-never-fires]
    "#]],
    );
    check(
        "promise answered released",
        "",
        expect![[r#"
        playbooks/new.yaml:2:7: the promise `answered` is never released; give it a `released` condition [playbook-never-fires]
    "#]],
    );
    check(
        "event Order Shipped",
        "if: event.kind == \"Order Delivered\"\n",
        expect![[r#"
        playbooks/new.yaml:3:5: this can never hold when `new` is set off, so it never fires; mend it [playbook-never-fires]
    "#]],
    );
    check(
        "event Order Shipped",
        "if: facts.carrier == \"a\" && facts.carrier == \"b\"\n",
        expect![[r#"
        playbooks/new.yaml:3:5: this can never hold when `new` is set off, so it never fires; mend it [playbook-never-fires]
    "#]],
    );
    check(
        "event Order Shipped",
        "if: facts.order_value > 10 && !(facts.order_value > 5)\n",
        expect![[r#"
        playbooks/new.yaml:3:5: this can never hold when `new` is set off, so it never fires; mend it [playbook-never-fires]
    "#]],
    );
    check(
        "event Order Shipped",
        "if: \"!has(facts.carrier) && facts.carrier == 'dhl'\"\n",
        expect![[r#"
        playbooks/new.yaml:3:5: this can never hold when `new` is set off, so it never fires; mend it [playbook-never-fires]
    "#]],
    );
    check(
        "event Order Shipped",
        "if: customer.trust.reliability > 1000\n",
        expect![[r#"
        playbooks/new.yaml:3:5: this can never hold when `new` is set off, so it never fires; mend it [playbook-never-fires]
        playbooks/new.yaml:3:5: this withholds repair or information where trust is low (law 11); leave the account of trust out, or turn the comparison round [trust-lowers-service]
    "#]],
    );
    check(
        "moment pay bad",
        "if: event.kind == \"Order Completed\"\n",
        expect![[r#"
        playbooks/new.yaml:3:5: this can never hold when `new` is set off, so it never fires; mend it [playbook-never-fires]
    "#]],
    );
    check(
        "moment pay bad",
        "if: false\n",
        expect![[r#"
        playbooks/new.yaml:3:5: this can never hold when `new` is set off, so it never fires; mend it [playbook-never-fires]
    "#]],
    );
    // All of these can happen.
    check("event Order Shipped", "if: facts.carrier == \"a\" || facts.carrier == \"b\"\n", expect![[""]]);
    check("moment pay neutral", "if: facts.order_value >= 10 && facts.order_value <= 10\n", expect![[""]]);
    check("silence 14d", "if: customer.trust.reliability < 400\n", expect![[""]]);
    check(
        "silence 14d",
        "if: facts.order_value > 3\n",
        expect![[r#"
        playbooks/new.yaml:3:5: `facts.order_value` cannot be read: no event is at hand here, since it is time passing that sets this off [condition]
    "#]],
    );
}

#[test]
fn a_promise_that_nothing_makes_sets_nothing_off() {
    check(
        &[
            (JOURNEY, "            made: event.kind == \"Return Requested\"\n", ""),
            (PLAYBOOK, "", "playbook: new\nwhen: promise money-back broken\ndo:\n  - case: care\n"),
        ],
        expect![[r#"
            journeys/online-order.yaml:79:13: warning: nothing makes the promise `money-back`; add `made`, or `promise: money-back` to a playbook [promise-never-made]
            playbooks/new.yaml:2:7: nothing makes the promise `money-back`; add `made` to it, or make it in a playbook [playbook-never-fires]
        "#]],
    );
    check(
        &[
            (JOURNEY, "            made: event.kind == \"Return Requested\"\n", ""),
            (PLAYBOOK, "", "playbook: new\nwhen: event Return Requested\ndo:\n  - promise: money-back\n"),
        ],
        expect![[""]],
    );
    check(
        &[(PLAYBOOK, "", "playbook: new\nwhen: silence 14d\ndo:\n  - promise: delivered-by\n")],
        expect![[r#"
            playbooks/new.yaml:4:3: `delivered-by` is due by `facts.promised_at`, but no event is at hand here to read it from; give the promise a due time such as `72h` [promise-without-time]
        "#]],
    );
}

#[test]
fn playbooks_on_one_trigger_do_not_get_in_each_others_way() {
    let shipped = |rest: &str| format!("playbook: new\nwhen: event Order Completed\n{rest}");
    check(
        &[
            ("playbooks/welcome-back.yaml", "mode: shadow", "mode: live"),
            (PLAYBOOK, "", &shipped("do:\n  - case: care\n")),
        ],
        expect![[r#"
            playbooks/welcome-back.yaml:8:7: warning: `new` and `welcome-back` are set off together, and one repairs where the other delights; let their conditions exclude each other [playbooks-contradict]
        "#]],
    );
    check(
        &[
            ("playbooks/welcome-back.yaml", "mode: shadow", "mode: live"),
            (PLAYBOOK, "", &shipped("aim: delight\ndo:\n  - message: thank-you\n")),
        ],
        expect![[r#"
            playbooks/welcome-back.yaml:8:7: warning: `new` and `welcome-back` are set off together and both write to the customer, who gets only one of the two; give them different priorities, or let their conditions exclude each other [playbooks-contradict]
        "#]],
    );
    // Their conditions exclude each other.
    check(
        &[
            ("playbooks/welcome-back.yaml", "mode: shadow", "mode: live"),
            (PLAYBOOK, "", &shipped("if: customer.events <= 10\ndo:\n  - case: care\n")),
        ],
        expect![[""]],
    );
}

#[test]
fn a_template_is_sent_where_it_can_be_filled_and_is_true() {
    check(
        &[("templates/unused.md", "", "Hello.\n")],
        expect![[r#"
        templates/unused.md:1:1: warning: no playbook sends the template `unused`; send it, or remove the file [unreachable-template]
    "#]],
    );
    check(
        &[(PLAYBOOK, "", "playbook: new\nwhen: event Order Cancelled\ndo:\n  - message: late-delivery\n")],
        expect![[r#"
            playbooks/new.yaml:4:3: the template `late-delivery` needs `promise.due`, but no promise is at hand here; use another template, or another trigger [template-cannot-be-filled]
            playbooks/new.yaml:4:3: the template `late-delivery` needs `promise.facts.order_id`, but no promise is at hand here; use another template, or another trigger [template-cannot-be-filled]
        "#]],
    );
    check(
        &[(
            PLAYBOOK,
            "",
            "playbook: new\nwhen: promise delivered-by kept\ndo:\n  - message: late-delivery\n",
        )],
        expect![[r#"
            playbooks/new.yaml:4:3: the template `late-delivery` claims that the promise is at risk, but it is kept when this is set off, so nothing is ever sent; use another template, or another trigger [claim-never-true]
        "#]],
    );
    check(
        &[
            ("templates/thank-you.md", "Thank you", "{{ facts.carrier }} thanks you"),
            ("playbooks/welcome-back.yaml", "when: event Order Completed", "when: silence 14d"),
        ],
        expect![[r#"
            playbooks/welcome-back.yaml:12:3: the template `thank-you` needs `facts.carrier`, but no event is at hand here, since it is time passing that sets this off; use another template, or another trigger [template-cannot-be-filled]
        "#]],
    );
    check(
        &[(SETTINGS, "message_channel = \"messages\"\n", "")],
        expect![[r#"
        playbooks/late-delivery.yaml:8:14: no channel is named for this message; add `channel`, or `message_channel` under `[house]` in opcx.toml [message-without-channel]
        playbooks/welcome-back.yaml:12:14: no channel is named for this message; add `channel`, or `message_channel` under `[house]` in opcx.toml [message-without-channel]
    "#]],
    );
}

#[test]
fn what_needs_a_grant_is_pointed_out() {
    let browsing = (VOCABULARY, "  carrier: {", "  page: { type: text, category: browsing }\n  carrier: {");
    check(
        &[browsing, (JOURNEY, "good: has(facts.promised_at)", "good: facts.page == \"tracking\"")],
        expect![[r#"
            journeys/online-order.yaml:44:15: warning: `facts.page` is about browsing, which is invisible for service until the customer grants it, and then this does not hold; ask `has(facts.page)` as well if that is meant [condition-without-basis]
        "#]],
    );
    check(
        &[
            browsing,
            (JOURNEY, "good: has(facts.promised_at)", "good: has(facts.page) && facts.page == \"tracking\""),
        ],
        expect![[""]],
    );
    check(
        &[(VOCABULARY, "Checkout Started: purchase", "Checkout Started: browsing")],
        expect![[r#"
        journeys/online-order.yaml:20:18: warning: all that `checkout` listens to is about browsing, which is invisible until the customer grants it; let it listen to something else as well, or mend the kind's category in vocabulary.yaml [condition-without-basis]
    "#]],
    );
    check(
        &[
            (VOCABULARY, "Order Cancelled: service", "Order Cancelled: advertising"),
            (PLAYBOOK, "", "playbook: new\nwhen: event Order Cancelled\ndo:\n  - case: care\n"),
        ],
        expect![[r#"
            playbooks/new.yaml:2:7: warning: `Order Cancelled` is about advertising, which is invisible until the customer grants it for service; give the playbook the `purpose` that customers are asked for, or wait for another kind of event [condition-without-basis]
        "#]],
    );
}

#[test]
fn trust_never_lowers_service_and_staff_are_not_read() {
    let playbook = |rest: &str| format!("playbook: new\nwhen: event Order Cancelled\n{rest}");
    check(
        &[(PLAYBOOK, "", &playbook("if: customer.trust.humanity > 600\ndo:\n  - case: care\n"))],
        expect![[r#"
            playbooks/new.yaml:3:5: this withholds repair or information where trust is low (law 11); leave the account of trust out, or turn the comparison round [trust-lowers-service]
        "#]],
    );
    check(
        &[(PLAYBOOK, "", &playbook("if: \"!(400 > customer.trust.humanity)\"\ndo:\n  - case: care\n"))],
        expect![[r#"
            playbooks/new.yaml:3:5: this withholds repair or information where trust is low (law 11); leave the account of trust out, or turn the comparison round [trust-lowers-service]
        "#]],
    );
    check(
        &[(
            PLAYBOOK,
            "",
            &playbook("if: customer.trust.humanity < 400\ndo:\n  - case: { team: care, priority: low }\n"),
        )],
        expect![[r#"
            playbooks/new.yaml:5:3: this puts customers last because their trust is low (law 11); give the case the priority `normal` or `high` [trust-lowers-service]
        "#]],
    );
    check(
        &[(PLAYBOOK, "", "playbook: new\nwhen: trust humanity above 700\ndo:\n  - case: care\n")],
        expect![[r#"
            playbooks/new.yaml:2:7: repair and information may not wait for trust to be high (law 11); give it the aim `delight`, or another trigger [trust-lowers-service]
        "#]],
    );
    check(
        &[(PLAYBOOK, "", &playbook("if: customer.trust.humanity < 400\ndo:\n  - case: care\n"))],
        expect![[""]],
    );
    check(
        &[(
            JOURNEY,
            "bad: reading.valence == \"negative\"",
            "bad: event.by == \"staff\" && reading.valence == \"negative\"",
        )],
        expect![[r#"
            journeys/online-order.yaml:93:14: this reads the feelings of staff, which nothing may (law 11); ask for `event.by == "customer"` or leave `reading` out [emotion-of-staff]
            playbooks/bad-feeling.yaml:7:5: this reads the feelings of staff, which nothing may (law 11); ask for `event.by == "customer"` or leave `reading` out [emotion-of-staff]
        "#]],
    );
}

use expect_test::{Expect, expect};
use opcx::look::{Looking, Question};
use opcx::show::{Look, text};
use opcx_insight::{
    CasesQuestion, DecisionsQuestion, MomentQuestion, Places, PromisesQuestion, PulseQuestion, TrustQuestion,
};

use crate::company::definitions;
use crate::world::a_week;

fn check(question: &Question, expected: &Expect) {
    let view = question
        .answer(Looking {
            store: &*a_week().store,
            definitions: &definitions(),
            places: &Places::default(),
            overview: None,
        })
        .expect("the question has an answer");
    expected.assert_eq(&text(&view, Look { width: 140, bold: false }));
}

#[test]
fn the_pulse_says_where_it_hurts_and_with_which_airline() {
    let question = PulseQuestion { by: Some("airline".into()), ..PulseQuestion::default() };
    check(
        &Question::Pulse(question),
        &expect![[r#"
            Pulse, as of 2015-02-25 03:00 UTC
            In all 92 events of 44 customers and 54 decisions; 0 inputs could not be understood.
            Events at no moment of the map: 1 % (0–6, n 91)
            Promises: 19 made, 1 open, 1 at risk; of those due, 47 % (26–69, n 17) kept.

            Moments, the surely worst first
            moment   stage   went badly                      went well           felt bad            mostly felt
            bags     arrive  51 % (36–67, n 37)  ████▒▒▒···  38 % (24–54, n 37)  58 % (41–73, n 33)  gratitude, anger
            landing  fly     20 % (11–34, n 45)  █▒▒·······  27 % (16–41, n 45)  – (n 0)
            answer   arrive  – (n 9)                         – (n 9)             – (n 0)

            By airline, the surely worst first
            value  went badly                      felt bad            worst at  mostly felt
            Alpha  45 % (31–60, n 40)  ███▒▒▒····  93 % (69–99, n 14)  bags      anger, annoyance
            Beta   25 % (14–40, n 40)  █▒▒▒······  33 % (16–56, n 18)  bags      gratitude, annoyance
            Gamma  – (n 2)                         – (n 1)

            – means fewer than 10 observations, which is too few for a figure.
        "#]],
    );
}

#[test]
fn a_customer_is_told_whole_and_their_ledger_reads_like_a_story() {
    check(
        &Question::Customer("ada@example.org".into()),
        &expect![[r#"
            Customer c82
            6 events from 2015-02-19 00:00 to 2015-02-23 01:00 UTC; 1 of them at no moment of the map.
            What they said last, 1 text from 2015-02-23 01:00 to 2015-02-23 01:00 UTC: it stayed level. Valence was +0.80 at first, +0.80 at worst, +0.80 at last.

            Known as
            email:ada@example.org
            handle:adal
            email:ada@example.org is handle:adal: one event named both (2015-02-19 00:00)

            Known about them, and what they allow
            tier = "gold" (since 2015-02-19 00:00)
            browsing for personalisation: denied on 2015-02-19 00:00

            Trust: capability 473, reliability 473, humanity 464, transparency 500
            As of 2015-02-25 03:00 UTC, from 0 to 1,000; 500 is no evidence. Open: 2 failures.
            when              account      change  level  what happened                       said
            2015-02-19 00:00  reliability     −30    470  moment landing went badly
            2015-02-19 00:00  capability      −30    470  moment bags went badly              “you lost my bag, again” (anger)
            2015-02-22 00:00  humanity        −90    410  promise answered-in-72h was broken  “you lost my bag, again” (anger)
            2015-02-23 00:00  humanity        +54    464  answered-in-72h was put right       we: “We are sorry, it is on its way.”
            2015-02-23 01:00  reliability      +3    473  moment landing went well
            2015-02-23 01:00  capability       +3    473  moment bags went well               “it came, thanks” (gratitude)

            Journeys, newest first
            journey  state    from              to                moments
            trip     reached  2015-02-19 00:00  2015-02-23 01:00  landing − → bags − → answer → landing + → bags +

            Promises, latest first
            state   due               promise          customer  made              settled           id
            broken  2015-02-22 00:00  answered-in-72h  c82       2015-02-19 00:00  2015-02-22 00:00  promise_84_0

            Cases, newest first
            priority  opened            state  matter   customer  team    id          said
            high      2015-02-19 00:00  open   bags     c82       ground  case_c82_2  you lost my bag, again
            normal    2015-02-19 00:00  open   landing  c82       ground  case_c82_0

            Decisions, newest first
            when              customer  about         because                          verdict  why
            2015-02-23 01:00  c82       thanks        moment bags good                 refused  a human has this matter (case_c82_2)
            2015-02-21 00:00  c82       answer-due    promise answered-in-72h at risk  acted    sent message.we-have-not-forgotten to letters
                                                                                                (msg_c82_4, waiting to go out)
            2015-02-19 00:00  c82       find-the-bag  moment bags bad                  acted    opened case_c82_2
            2015-02-19 00:00  c82       call-gold     moment landing bad               acted    opened case_c82_0 (saw customer.tier = gold)
        "#]],
    );
}

#[test]
fn a_moment_says_what_it_is_about_and_how_it_goes() {
    check(
        &Question::Moment("bags".into(), MomentQuestion::default()),
        &expect![[r#"
            bags, as of 2015-02-25 03:00 UTC
            journey, stage    trip, arrive
            who is here       someone whose suitcase should be on the belt
            what they want    to have the bag and go home
            how               app, counter
            what they feel    tired, watching the belt
            owner             ground
            account of trust  capability
            way to a human    desk
            happens when      event.kind == "Message" && facts.about == "bags"
            good when         reading.valence == "positive"
            bad when          reading.valence == "negative"

            How it goes
            went badly             51 % (36–67, n 37)          ████▒▒▒···
            went well              38 % (24–54, n 37)          ██▒▒▒·····
            gone through again     3 % (0–14, n 37)            ▒·········
            felt bad               58 % (41–73, n 33)          ████▒▒▒···
            felt good              42 % (27–59, n 33)          ███▒▒▒····
            valence, from −1 to 1  0.02 (−0.23 to 0.26, n 33)
            mostly gratitude       42 % (27–59, n 33)          ███▒▒▒····
            mostly anger           30 % (17–47, n 33)          ██▒▒▒·····
            mostly annoyance       27 % (15–44, n 33)          ██▒▒······

            Went badly, day by day in UTC
            2015-02-17 ▅▅    2015-02-25
            The surely worst:
            2015-02-18  50 % (29–71, n 18)
            2015-02-17  50 % (27–73, n 14)

            By channel, the surely worst first
            value    went badly                      went well           felt bad            mostly felt
            twitter  51 % (36–67, n 37)  ████▒▒▒···  38 % (24–54, n 37)  58 % (41–73, n 33)  gratitude, anger

            By airline, the surely worst first
            value  went badly                      went well           felt bad            mostly felt
            Alpha  72 % (49–88, n 18)  █████▒▒▒▒·  6 % (1–26, n 18)    93 % (69–99, n 14)  anger, annoyance
            Beta   33 % (16–56, n 18)  ██▒▒▒▒····  67 % (44–84, n 18)  33 % (16–56, n 18)  gratitude, annoyance
            Gamma  – (n 1)                         – (n 1)             – (n 1)

            – means fewer than 10 observations, which is too few for a figure.
        "#]],
    );
}

#[test]
fn promises_say_which_are_owed_and_how_many_were_kept() {
    let question = PromisesQuestion { most: Some(6), ..PromisesQuestion::default() };
    check(
        &Question::Promises(question),
        &expect![[r#"
            Promises, as of 2015-02-25 03:00 UTC
            19 made, 1 open, 1 at risk; of those due, 47 % (26–69, n 17) kept.

            Promise by promise, the surely least kept first
            promise          moment  kept                            open  at risk  overdue  broken  released
            answered-in-72h  answer  47 % (26–69, n 17)  ███▒▒▒▒···     1        1        0       9         0

            One by one: owed ones soonest due first, then what was settled last
            state    due               promise          customer  made              settled           id
            at risk  2015-02-26 01:00  answered-in-72h  c90       2015-02-23 01:00                    promise_91_0
            open     2015-02-28 03:00  answered-in-72h  c92       2015-02-25 03:00                    promise_93_0
            broken   2015-02-22 00:00  answered-in-72h  c82       2015-02-19 00:00  2015-02-22 00:00  promise_84_0
            broken   2015-02-21 18:00  answered-in-72h  c69       2015-02-18 18:00  2015-02-21 18:00  promise_70_0
            broken   2015-02-21 16:00  answered-in-72h  c65       2015-02-18 16:00  2015-02-21 16:00  promise_66_0
            broken   2015-02-21 08:00  answered-in-72h  c49       2015-02-18 08:00  2015-02-21 08:00  promise_50_0
            There are more: add --after broken.1424505600001.promise_50_0

            – means fewer than 10 observations, which is too few for a figure.
        "#]],
    );
}

#[test]
fn cases_say_what_a_human_has_to_act_on_first() {
    let question = CasesQuestion { most: Some(5), ..CasesQuestion::default() };
    check(
        &Question::Cases(question),
        &expect![[r#"
        Cases, as of 2015-02-25 03:00 UTC
        team    open  taken  closed  longest open since
        ground    18      1       1  2015-02-17 12:00

        One by one: what a human has to act on first
        priority  opened            state         matter  customer  team    id          said
        high      2015-02-17 08:00  taken by mia  bags    c0        ground  case_c0_0   you lost my bag
        high      2015-02-17 12:00  open          bags    c9        ground  case_c9_1   you lost my bag
        high      2015-02-17 15:00  open          bags    c15       ground  case_c15_0  the belt is so slow
        high      2015-02-17 18:00  open          bags    c20       ground  case_c20_0  you lost my bag
        high      2015-02-17 20:00  open          bags    c25       ground  case_c25_0  the belt is so slow
        There are more: add --after high.1424203200000.c25_0
    "#]],
    );
}

#[test]
fn decisions_say_what_was_done_what_was_not_and_why() {
    let question = DecisionsQuestion { most: Some(8), ..DecisionsQuestion::default() };
    check(
        &Question::Decisions(question),
        &expect![[r#"
            Decisions, as of 2015-02-25 03:00 UTC
            about         set off  acted                             did not, because of
            find-the-bag       19  100 % (83–100, n 19)  ████████▒▒
            thanks             14  93 % (69–99, n 14)    ███████▒▒▒  held 1
            answer-due         10  100 % (72–100, n 10)  ███████▒▒▒
            call-gold           9  – (n 9)                           missing 8
            order               2

            – means fewer than 10 observations, which is too few for a figure.

            One by one, newest first
            when              customer  about         because                          verdict  why
            2015-02-25 03:00  c5        order         mia: they called                 noted    case_c5_0 closed
            2015-02-25 03:00  c0        order         mia: they called                 noted    case_c0_0 taken
            2015-02-25 03:00  c92       find-the-bag  moment bags bad                  acted    opened case_c92_0
            2015-02-25 01:00  c90       answer-due    promise answered-in-72h at risk  acted    sent message.we-have-not-forgotten to letters
                                                                                                (msg_c90_2, waiting to go out)
            2015-02-23 01:00  c90       find-the-bag  moment bags bad                  acted    opened case_c90_0
            2015-02-23 01:00  c82       thanks        moment bags good                 refused  a human has this matter (case_c82_2)
            2015-02-21 00:00  c82       answer-due    promise answered-in-72h at risk  acted    sent message.we-have-not-forgotten to letters
                                                                                                (msg_c82_4, waiting to go out)
            2015-02-20 18:00  c69       answer-due    promise answered-in-72h at risk  acted    sent message.we-have-not-forgotten to letters
                                                                                                (msg_c69_3, waiting to go out)
            There are more: add --after 85.1
        "#]],
    );
}

#[test]
fn trust_says_whose_broke_and_what_cost_most() {
    let question = TrustQuestion { most: Some(4), ..TrustQuestion::default() };
    check(
        &Question::Trust(question),
        &expect![[r#"
            Trust, as of 2015-02-25 03:00 UTC
            From 0 to 1,000 on each account; 500 is no evidence. A description of what happened.
            account       mean level              customers below 500
            capability    485 (480 to 491, n 36)  53 % (37–68, n 36)
            reliability   494 (489 to 498, n 36)  25 % (14–41, n 36)
            humanity      480 (467 to 493, n 36)  25 % (14–41, n 36)
            transparency  500 (500 to 500, n 36)  0 % (0–10, n 36)

            Whose trust fell furthest
            customer  known as        fell by  on        now  open failures  what cost most
            c5        handle:guest2        89  humanity  411              2  promise answered-in-72h was broken on 2015-02-20 (−90)
            c9        handle:guest4        89  humanity  411              3  promise answered-in-72h was broken on 2015-02-20 (−90)
            c25       handle:guest12       89  humanity  411              2  promise answered-in-72h was broken on 2015-02-20 (−90)
            c29       handle:guest14       89  humanity  411              3  promise answered-in-72h was broken on 2015-02-20 (−90)
            There are more: add --after 90.c29

            – means fewer than 10 observations, which is too few for a figure.
        "#]],
    );
}

#[test]
fn headings_stand_out_only_where_the_terminal_is_asked_to() {
    let view = Question::Trust(TrustQuestion::default())
        .answer(Looking {
            store: &*a_week().store,
            definitions: &definitions(),
            places: &Places::default(),
            overview: None,
        })
        .unwrap();
    assert!(!text(&view, Look { width: 80, bold: false }).contains('\u{1b}'));
    assert!(text(&view, Look { width: 80, bold: true }).starts_with("\u{1b}[1mTrust"));
}

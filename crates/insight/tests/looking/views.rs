use expect_test::{Expect, expect};
use opcx_core::definitions::Definitions;
use opcx_core::event::{Origin, Value};
use opcx_core::identity::IdentifierKind;
use opcx_core::playbook::Playbook;
use opcx_core::time::Span;
use opcx_insight::{
    At, CasesQuestion, DecisionLine, DecisionsQuestion, Overview, Page, PromiseStateWord, PromisesQuestion,
    PulseQuestion, TrustQuestion, cases, customer, decisions, promises, pulse, trust,
};
use opcx_store::Store as _;
use serde::Serialize;

use crate::company::definitions;
use crate::world::{Deed, World, a_week};

fn check(view: &impl Serialize, expected: &Expect) {
    let json = serde_json::to_string_pretty(view).expect("views are plain data");
    expected.assert_eq(&json);
}

fn counted(world: &crate::world::World) -> Overview {
    Overview::of(&*world.store).unwrap()
}

#[test]
fn the_pulse_tells_the_worst_moment_first() {
    let world = a_week();
    check(
        &pulse(&*world.store, &counted(&world), &definitions(), &PulseQuestion::default()).unwrap(),
        &expect![[r#"
            {
              "window": {
                "since": null,
                "until": null
              },
              "as_of": "2015-02-25T03:00:00Z",
              "definitions": "070707070707",
              "history": {
                "events": 92,
                "repeats": 0,
                "probes": 1,
                "customers": 44,
                "unmatched": {
                  "share": 0.011,
                  "low": 0.0019,
                  "high": 0.0596,
                  "count": 1,
                  "n": 91
                },
                "unreadable": {
                  "share": 0.1081,
                  "low": 0.0429,
                  "high": 0.2471,
                  "count": 4,
                  "n": 37
                },
                "rejected": 0,
                "decisions": 54
              },
              "all": {
                "n": 91,
                "bad": {
                  "share": 0.3077,
                  "low": 0.2223,
                  "high": 0.4087,
                  "count": 28,
                  "n": 91
                },
                "good": {
                  "share": 0.2857,
                  "low": 0.2031,
                  "high": 0.3857,
                  "count": 26,
                  "n": 91
                },
                "repeated": {
                  "share": 0.022,
                  "low": 0.006,
                  "high": 0.0766,
                  "count": 2,
                  "n": 91
                },
                "n_felt": 33,
                "negative": {
                  "share": 0.5758,
                  "low": 0.4081,
                  "high": 0.7276,
                  "count": 19,
                  "n": 33
                },
                "positive": {
                  "share": 0.4242,
                  "low": 0.2724,
                  "high": 0.5919,
                  "count": 14,
                  "n": 33
                },
                "valence": {
                  "mean": 0.0182,
                  "low": -0.2269,
                  "high": 0.2633,
                  "n": 33
                },
                "emotions": [
                  {
                    "emotion": "gratitude",
                    "share": 0.4242,
                    "low": 0.2724,
                    "high": 0.5919,
                    "count": 14,
                    "n": 33
                  },
                  {
                    "emotion": "anger",
                    "share": 0.303,
                    "low": 0.1738,
                    "high": 0.4734,
                    "count": 10,
                    "n": 33
                  },
                  {
                    "emotion": "annoyance",
                    "share": 0.2727,
                    "low": 0.1507,
                    "high": 0.4422,
                    "count": 9,
                    "n": 33
                  }
                ]
              },
              "moments": [
                {
                  "moment": "bags",
                  "stage": "arrive",
                  "n": 37,
                  "bad": {
                    "share": 0.5135,
                    "low": 0.3589,
                    "high": 0.6655,
                    "count": 19,
                    "n": 37
                  },
                  "good": {
                    "share": 0.3784,
                    "low": 0.2406,
                    "high": 0.539,
                    "count": 14,
                    "n": 37
                  },
                  "repeated": {
                    "share": 0.027,
                    "low": 0.0048,
                    "high": 0.1382,
                    "count": 1,
                    "n": 37
                  },
                  "n_felt": 33,
                  "negative": {
                    "share": 0.5758,
                    "low": 0.4081,
                    "high": 0.7276,
                    "count": 19,
                    "n": 33
                  },
                  "positive": {
                    "share": 0.4242,
                    "low": 0.2724,
                    "high": 0.5919,
                    "count": 14,
                    "n": 33
                  },
                  "valence": {
                    "mean": 0.0182,
                    "low": -0.2269,
                    "high": 0.2633,
                    "n": 33
                  },
                  "emotions": [
                    {
                      "emotion": "gratitude",
                      "share": 0.4242,
                      "low": 0.2724,
                      "high": 0.5919,
                      "count": 14,
                      "n": 33
                    },
                    {
                      "emotion": "anger",
                      "share": 0.303,
                      "low": 0.1738,
                      "high": 0.4734,
                      "count": 10,
                      "n": 33
                    },
                    {
                      "emotion": "annoyance",
                      "share": 0.2727,
                      "low": 0.1507,
                      "high": 0.4422,
                      "count": 9,
                      "n": 33
                    }
                  ]
                },
                {
                  "moment": "landing",
                  "stage": "fly",
                  "n": 45,
                  "bad": {
                    "share": 0.2,
                    "low": 0.109,
                    "high": 0.3382,
                    "count": 9,
                    "n": 45
                  },
                  "good": {
                    "share": 0.2667,
                    "low": 0.1596,
                    "high": 0.4104,
                    "count": 12,
                    "n": 45
                  },
                  "repeated": {
                    "share": 0.0222,
                    "low": 0.0039,
                    "high": 0.1157,
                    "count": 1,
                    "n": 45
                  },
                  "n_felt": 0,
                  "negative": {
                    "n_below": 10
                  },
                  "positive": {
                    "n_below": 10
                  },
                  "valence": {
                    "n_below": 10
                  },
                  "emotions": []
                },
                {
                  "moment": "answer",
                  "stage": "arrive",
                  "n": 9,
                  "bad": {
                    "n_below": 10
                  },
                  "good": {
                    "n_below": 10
                  },
                  "repeated": {
                    "n_below": 10
                  },
                  "n_felt": 0,
                  "negative": {
                    "n_below": 10
                  },
                  "positive": {
                    "n_below": 10
                  },
                  "valence": {
                    "n_below": 10
                  },
                  "emotions": []
                }
              ],
              "promises": {
                "made": 19,
                "open": 1,
                "at_risk": 1,
                "kept": 8,
                "broken": 9,
                "released": 0,
                "overdue": 0,
                "kept_rate": {
                  "share": 0.4706,
                  "low": 0.2617,
                  "high": 0.6904,
                  "count": 8,
                  "n": 17
                }
              },
              "split": null
            }"#]],
    );
}

#[test]
fn a_pulse_by_airline_tells_the_worst_airline_first_and_the_one_with_too_few_flights_last() {
    let world = a_week();
    let question = PulseQuestion { by: Some("airline".into()), ..PulseQuestion::default() };
    let split = pulse(&*world.store, &counted(&world), &definitions(), &question).unwrap().split.unwrap();
    let airlines: Vec<_> = split
        .values
        .iter()
        .map(|value| {
            let worst = &value.moments[0];
            let bad = value.experience.bad.shown().map(|share| (share.share, share.low, share.high));
            (value.value.as_str(), value.experience.n, bad, worst.moment.as_str())
        })
        .collect();
    expect![[r#"
        [
            (
                "Alpha",
                40,
                Some(
                    (
                        0.45,
                        0.3071,
                        0.6017,
                    ),
                ),
                "bags",
            ),
            (
                "Beta",
                40,
                Some(
                    (
                        0.25,
                        0.1419,
                        0.4019,
                    ),
                ),
                "bags",
            ),
            (
                "Gamma",
                2,
                None,
                "bags",
            ),
        ]
    "#]]
    .assert_debug_eq(&airlines);
}

#[test]
fn a_pulse_by_what_is_no_dimension_names_those_that_are() {
    let world = a_week();
    let question = PulseQuestion { by: Some("airlin".into()), ..PulseQuestion::default() };
    let refused =
        pulse(&*world.store, &counted(&world), &definitions(), &question).map_err(|error| error.to_string());
    assert_eq!(refused, Err("there is no dimension `airlin`; there are airline, channel".into()));
}

#[test]
fn what_is_not_kept_with_a_customer_is_told_from_the_store() {
    let mut world = World::new();
    let who = [(IdentifierKind::Handle, "often")];
    let about = [("about", Value::Text("bags".into()))];
    for _ in 0..12 {
        let said = Some("you lost my bag");
        world.event(&Deed { who: &who, kind: "Message", facts: &about, said, origin: Origin::Customer });
        world.wait(Span::HOUR);
        world.event(&Deed { who: &who, kind: "Reply", facts: &[], said: None, origin: Origin::Staff });
        world.wait(Span::HOUR);
    }
    world.decide();
    let at_hand = world.store.customers(None, 1).unwrap().remove(0).known;
    assert_eq!(at_hand.promises.len(), 1, "of those kept, the latest");

    let told = customer(&*world.store, &definitions(), "often").unwrap();
    let At(began) = told.first_heard.unwrap();
    let made: Vec<At> = told.promises.iter().map(|promise| promise.made).collect();
    let expected: Vec<At> = (4..12).rev().map(|number| At(began + Span::HOUR.times(2 * number))).collect();
    assert_eq!(made, expected, "the eight settled last, latest made first");
    assert!(told.promises.iter().all(|promise| promise.state == PromiseStateWord::Kept));

    let [run] = told.runs.as_slice() else { panic!("one way through one journey") };
    let steps: Vec<_> = run.steps.iter().map(|step| (step.moment.as_str(), step.outcome.as_str())).collect();
    assert_eq!(steps, [("bags", "bad"), ("answer", "neutral")].repeat(4));
    assert_eq!(run.steps[7].at, run.latest);
}

#[test]
fn a_customer_is_found_by_any_of_their_names_and_told_whole() {
    let world = a_week();
    let ada = customer(&*world.store, &definitions(), "ada@example.org").unwrap();
    for name in ["handle:@AdaL", "adal", "email:ADA@example.org", ada.id.as_str()] {
        assert_eq!(customer(&*world.store, &definitions(), name).unwrap(), ada);
    }
    check(
        &ada,
        &expect![[r#"
            {
              "id": "c82",
              "name": null,
              "first_heard": "2015-02-19T00:00:00Z",
              "last_heard": "2015-02-23T01:00:00Z",
              "events": 6,
              "unmatched": 1,
              "complaint_since": null,
              "course": {
                "texts": 1,
                "since": "2015-02-23T01:00:00Z",
                "until": "2015-02-23T01:00:00Z",
                "start": 800,
                "worst": 800,
                "end": 800,
                "recovery": 0,
                "trend": "level"
              },
              "identifiers": [
                {
                  "kind": "email",
                  "value": "ada@example.org"
                },
                {
                  "kind": "handle",
                  "value": "adal"
                }
              ],
              "links": [
                {
                  "one": "email:ada@example.org",
                  "other": "handle:adal",
                  "because": "one event named both",
                  "position": 82,
                  "at": "2015-02-19T00:00:00Z"
                }
              ],
              "apart": [],
              "consents": [
                {
                  "category": "browsing",
                  "purpose": "personalisation",
                  "answer": "denied",
                  "since": "2015-02-19T00:00:00Z",
                  "by": "customer",
                  "wording": "2015-01"
                }
              ],
              "traits": [
                {
                  "name": "tier",
                  "value": "gold",
                  "at": "2015-02-19T00:00:00Z"
                }
              ],
              "trust": {
                "as_of": "2015-02-25T03:00:00Z",
                "accounts": [
                  {
                    "account": "capability",
                    "level": 473
                  },
                  {
                    "account": "reliability",
                    "level": 473
                  },
                  {
                    "account": "humanity",
                    "level": 464
                  },
                  {
                    "account": "transparency",
                    "level": 500
                  }
                ],
                "open_failures": 2,
                "entries": [
                  {
                    "at": "2015-02-19T00:00:00Z",
                    "position": 83,
                    "account": "reliability",
                    "change": -30,
                    "level": 470,
                    "topic": "landing",
                    "what": "moment landing went badly",
                    "why": null,
                    "channel": "app",
                    "said": null,
                    "felt": null,
                    "answer": null
                  },
                  {
                    "at": "2015-02-19T00:00:00Z",
                    "position": 84,
                    "account": "capability",
                    "change": -30,
                    "level": 470,
                    "topic": "bags",
                    "what": "moment bags went badly",
                    "why": null,
                    "channel": "twitter",
                    "said": "you lost my bag, again",
                    "felt": "anger",
                    "answer": null
                  },
                  {
                    "at": "2015-02-22T00:00:00.001Z",
                    "position": 84,
                    "account": "humanity",
                    "change": -90,
                    "level": 410,
                    "topic": "answered-in-72h",
                    "what": "promise answered-in-72h was broken",
                    "why": null,
                    "channel": "twitter",
                    "said": "you lost my bag, again",
                    "felt": "anger",
                    "answer": null
                  },
                  {
                    "at": "2015-02-23T00:00:00Z",
                    "position": 86,
                    "account": "humanity",
                    "change": 54,
                    "level": 464,
                    "topic": "answered-in-72h",
                    "what": "answered-in-72h was put right",
                    "why": null,
                    "channel": "twitter",
                    "said": null,
                    "felt": null,
                    "answer": "We are sorry, it is on its way."
                  },
                  {
                    "at": "2015-02-23T01:00:00Z",
                    "position": 87,
                    "account": "reliability",
                    "change": 3,
                    "level": 473,
                    "topic": "landing",
                    "what": "moment landing went well",
                    "why": null,
                    "channel": "app",
                    "said": null,
                    "felt": null,
                    "answer": null
                  },
                  {
                    "at": "2015-02-23T01:00:00Z",
                    "position": 88,
                    "account": "capability",
                    "change": 3,
                    "level": 473,
                    "topic": "bags",
                    "what": "moment bags went well",
                    "why": null,
                    "channel": "twitter",
                    "said": "it came, thanks",
                    "felt": "gratitude",
                    "answer": null
                  }
                ]
              },
              "runs": [
                {
                  "journey": "trip",
                  "key": null,
                  "state": "reached",
                  "started": "2015-02-19T00:00:00Z",
                  "latest": "2015-02-23T01:00:00Z",
                  "steps_total": 5,
                  "repeats": 2,
                  "longest_gap_millis": 345600000,
                  "steps": [
                    {
                      "moment": "landing",
                      "at": "2015-02-19T00:00:00Z",
                      "outcome": "bad"
                    },
                    {
                      "moment": "bags",
                      "at": "2015-02-19T00:00:00Z",
                      "outcome": "bad"
                    },
                    {
                      "moment": "answer",
                      "at": "2015-02-23T00:00:00Z",
                      "outcome": "neutral"
                    },
                    {
                      "moment": "landing",
                      "at": "2015-02-23T01:00:00Z",
                      "outcome": "good"
                    },
                    {
                      "moment": "bags",
                      "at": "2015-02-23T01:00:00Z",
                      "outcome": "good"
                    }
                  ]
                }
              ],
              "promises": [
                {
                  "id": "promise_84_0",
                  "promise": "answered-in-72h",
                  "customer": "c82",
                  "made": "2015-02-19T00:00:00Z",
                  "due": "2015-02-22T00:00:00Z",
                  "state": "broken",
                  "overdue": false,
                  "settled": "2015-02-22T00:00:00.001Z"
                }
              ],
              "cases": [
                {
                  "id": "case_c82_2",
                  "customer": "c82",
                  "matter": "bags",
                  "playbook": "find-the-bag",
                  "team": "ground",
                  "priority": "high",
                  "opened": "2015-02-19T00:00:00Z",
                  "state": "open",
                  "taken_by": null,
                  "closed": null,
                  "outcome": null,
                  "brief": [
                    "because: moment bags bad",
                    "2015-02-19T00:00:00Z: Message on twitter",
                    "said: you lost my bag, again",
                    "felt: anger",
                    "owed: answered-in-72h by 2015-02-22T00:00:00Z (open)",
                    "trust capability: 470",
                    "trust reliability: 470",
                    "trust humanity: 500",
                    "trust transparency: 500"
                  ],
                  "notes": []
                },
                {
                  "id": "case_c82_0",
                  "customer": "c82",
                  "matter": "landing",
                  "playbook": "call-gold",
                  "team": "ground",
                  "priority": "normal",
                  "opened": "2015-02-19T00:00:00Z",
                  "state": "open",
                  "taken_by": null,
                  "closed": null,
                  "outcome": null,
                  "brief": [
                    "because: moment landing bad",
                    "2015-02-19T00:00:00Z: Flight Landed on app",
                    "trust capability: 500",
                    "trust reliability: 470",
                    "trust humanity: 500",
                    "trust transparency: 500"
                  ],
                  "notes": []
                }
              ],
              "decisions": [
                {
                  "receipt": "c82_6",
                  "position": 88,
                  "at": "2015-02-23T01:00:00Z",
                  "customer": "c82",
                  "subject": "thanks",
                  "because": "moment bags good",
                  "verdict": "refused",
                  "reason": "held",
                  "why": "a human has this matter (case_c82_2)",
                  "inputs": [],
                  "purpose": "service",
                  "categories": [
                    "service",
                    "feedback"
                  ],
                  "definitions": "070707070707"
                },
                {
                  "receipt": "c82_5",
                  "position": 85,
                  "at": "2015-02-21T00:00:00Z",
                  "customer": "c82",
                  "subject": "answer-due",
                  "because": "promise answered-in-72h at risk",
                  "verdict": "acted",
                  "reason": null,
                  "why": "sent message.we-have-not-forgotten to letters (msg_c82_4, waiting to go out)",
                  "inputs": [],
                  "purpose": "service",
                  "categories": [
                    "service"
                  ],
                  "definitions": "070707070707"
                },
                {
                  "receipt": "c82_3",
                  "position": 84,
                  "at": "2015-02-19T00:00:00Z",
                  "customer": "c82",
                  "subject": "find-the-bag",
                  "because": "moment bags bad",
                  "verdict": "acted",
                  "reason": null,
                  "why": "opened case_c82_2",
                  "inputs": [],
                  "purpose": "service",
                  "categories": [
                    "service",
                    "feedback"
                  ],
                  "definitions": "070707070707"
                },
                {
                  "receipt": "c82_1",
                  "position": 83,
                  "at": "2015-02-19T00:00:00Z",
                  "customer": "c82",
                  "subject": "call-gold",
                  "because": "moment landing bad",
                  "verdict": "acted",
                  "reason": null,
                  "why": "opened case_c82_0",
                  "inputs": [
                    {
                      "field": "customer.tier",
                      "value": "gold"
                    }
                  ],
                  "purpose": "service",
                  "categories": [
                    "service"
                  ],
                  "definitions": "070707070707"
                }
              ]
            }"#]],
    );
}

/// All rows, asked for page by page.
fn paged<T>(ask: impl Fn(Option<String>) -> Page<T>) -> Vec<T> {
    let mut rows = Vec::new();
    let mut after = None;
    loop {
        let page = ask(after);
        assert!(!page.rows.is_empty(), "no page is empty where there are rows");
        rows.extend(page.rows);
        after = page.next;
        if after.is_none() {
            return rows;
        }
    }
}

#[test]
fn page_after_page_tells_the_same_as_one_long_page() {
    let world = a_week();
    let (store, definitions) = (&*world.store, definitions());
    let overview = counted(&world);
    let falls_at_hand = opcx_insight::Overview::of_trust(store).unwrap();
    let at_once = DecisionsQuestion { most: Some(1_000), ..DecisionsQuestion::default() };
    let all = decisions(store, &definitions, &at_once).unwrap().page.rows;
    for most in [1, 3, 7, 1_000] {
        let most = Some(most);
        let decided = |after| DecisionsQuestion { most, after, ..DecisionsQuestion::default() };
        let rows = paged(|after| decisions(store, &definitions, &decided(after)).unwrap().page);
        assert_eq!(rows.len(), 54);
        assert!(rows.is_sorted_by(|newer, older| newer.position >= older.position));
        assert_eq!(rows, all);

        let made = |after| PromisesQuestion { most, after, ..PromisesQuestion::default() };
        assert_eq!(
            paged(|after| promises(store, &overview, &definitions, &made(after)).unwrap().page).len(),
            19
        );
        let opened = |after| CasesQuestion { most, after, ..CasesQuestion::default() };
        assert_eq!(
            paged(|after| cases(store, &overview, &definitions, &opened(after)).unwrap().page).len(),
            20
        );
        let fell = |after| TrustQuestion { most, after, ..TrustQuestion::default() };
        let falls = paged(|after| trust(store, &falls_at_hand, &definitions, &fell(after)).unwrap().page);
        assert!(falls.is_sorted_by(|further, less| further.fall >= less.fall));
    }
}

#[test]
fn decisions_on_one_receipt_are_told_one_by_one_the_last_taken_first() {
    let Definitions {
        version,
        vocabulary,
        journeys,
        moments,
        promises,
        mut playbooks,
        templates,
        calendars,
        house,
        ..
    } = definitions();
    let twins: Vec<_> = playbooks
        .iter()
        .map(|playbook| Playbook { name: format!("{}-again", playbook.name).into(), ..playbook.clone() })
        .collect();
    playbooks.extend(twins);
    let definitions = Definitions::new(
        version, vocabulary, journeys, moments, promises, playbooks, templates, calendars, house,
    );
    let mut world = World::new();
    for said in ["my bag is lost", "found it, thanks"] {
        world.event(&Deed {
            who: &[(IdentifierKind::Handle, "grace")],
            kind: "Message",
            facts: &[("about", Value::Text("bags".into()))],
            said: Some(said),
            origin: Origin::Customer,
        });
        world.wait(Span::HOUR);
    }
    world.decide_by(definitions.clone());

    let asked = |most, after| {
        let question = DecisionsQuestion { most: Some(most), after, ..DecisionsQuestion::default() };
        decisions(&*world.store, &definitions, &question).unwrap().page
    };
    let all = asked(100, None).rows;
    let told: Vec<_> = all.iter().map(|row| format!("{} {} {}", row.receipt, row.subject, row.why)).collect();
    expect![[r#"
        c0_2 thanks-again a human has this matter (case_c0_0)
        c0_2 thanks a human has this matter (case_c0_0)
        c0_1 find-the-bag-again a human has this matter (case_c0_0)
        c0_1 find-the-bag opened case_c0_0"#]]
    .assert_eq(&told.join("\n"));
    for most in 1..5 {
        assert_eq!(paged(|after| asked(most, after)), all);
    }
    let whose = all[0].known_as.as_ref().map(ToString::to_string);
    assert_eq!(whose.as_deref(), Some("handle:grace"));
    let hers: Vec<_> = all.into_iter().map(|line| DecisionLine { known_as: None, ..line }).collect();
    assert_eq!(customer(&*world.store, &definitions, "grace").unwrap().decisions, hers);
}

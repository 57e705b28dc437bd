//! What the pages of a workspace ask, of a week at a small airline.

use expect_test::{Expect, expect};
use opcx_insight::{
    Defined, FilePlace, Happened, JourneysQuestion, Overview, Places, PlaybooksQuestion, RejectedQuestion,
    SearchQuestion, SeriesQuestion, Step, TimelineQuestion, journeys, playbooks, rejected, search, series,
    timeline,
};
use serde::Serialize;
use serde_json::Value;

use crate::company::definitions;
use crate::denial::deny_feedback;
use crate::world::{World, a_week};

fn check(view: &impl Serialize, pointer: &str, expected: &Expect) {
    let view = serde_json::to_value(view).unwrap();
    let part = view.pointer(pointer).unwrap_or_else(|| panic!("{pointer} is not in {view}"));
    expected.assert_eq(&serde_json::to_string_pretty(part).unwrap());
}

fn places() -> Places {
    let mut places = Places::default();
    let mut put = |what, name: &str, line| {
        places.put(what, name, FilePlace { file: "journeys/trip.yaml".into(), line });
    };
    put(Defined::Journey, "trip", 1);
    put(Defined::Moment, "bags", 22);
    put(Defined::Promise, "answered-in-72h", 31);
    places
}

fn overview(world: &World) -> Overview {
    Overview::whole(&*world.store).unwrap()
}

#[test]
fn a_journey_is_told_stage_by_stage_and_moment_by_moment_beside_an_earlier_period() {
    let world = a_week();
    let question = JourneysQuestion {
        since: Some("2015-02-18T12:00:00Z".parse().unwrap()),
        compare_since: Some("2015-02-17".parse().unwrap()),
        ..JourneysQuestion::default()
    };
    let told = journeys(&*world.store, &overview(&world), &definitions(), &places(), &question).unwrap();
    let shape: Vec<String> = told.journeys[0]
        .stages
        .iter()
        .flat_map(|stage| {
            stage.moments.iter().map(move |moment| format!("{} / {}", stage.stage, moment.moment))
        })
        .collect();
    assert_eq!(shape, ["fly / landing", "arrive / bags", "arrive / answer"]);
    check(
        &told,
        "/journeys/0/stages/1/moments/0",
        &expect![[r#"
        {
          "account": "capability",
          "before": {
            "bad": {
              "count": 12,
              "high": 0.6857,
              "low": 0.3143,
              "n": 24,
              "share": 0.5
            },
            "emotions": [
              {
                "count": 9,
                "emotion": "gratitude",
                "high": 0.6345,
                "low": 0.2447,
                "n": 21,
                "share": 0.4286
              },
              {
                "count": 6,
                "emotion": "anger",
                "high": 0.4996,
                "low": 0.1381,
                "n": 21,
                "share": 0.2857
              },
              {
                "count": 6,
                "emotion": "annoyance",
                "high": 0.4996,
                "low": 0.1381,
                "n": 21,
                "share": 0.2857
              }
            ],
            "good": {
              "count": 9,
              "high": 0.5729,
              "low": 0.2116,
              "n": 24,
              "share": 0.375
            },
            "n": 24,
            "n_felt": 21,
            "negative": {
              "count": 12,
              "high": 0.7553,
              "low": 0.3655,
              "n": 21,
              "share": 0.5714
            },
            "positive": {
              "count": 9,
              "high": 0.6345,
              "low": 0.2447,
              "n": 21,
              "share": 0.4286
            },
            "repeated": {
              "count": 0,
              "high": 0.138,
              "low": 0.0,
              "n": 24,
              "share": 0.0
            },
            "valence": {
              "high": 0.3446,
              "low": -0.2875,
              "mean": 0.0286,
              "n": 21
            }
          },
          "change": {
            "bad": {
              "difference": 0.0385,
              "high": 0.4064,
              "low": -0.3503,
              "n": 13,
              "n_before": 24
            },
            "negative": {
              "difference": 0.0119,
              "high": 0.3903,
              "low": -0.391,
              "n": 12,
              "n_before": 21
            }
          },
          "defined": {
            "file": "journeys/trip.yaml",
            "line": 22
          },
          "experience": {
            "bad": {
              "count": 7,
              "high": 0.7679,
              "low": 0.2914,
              "n": 13,
              "share": 0.5385
            },
            "emotions": [
              {
                "count": 5,
                "emotion": "gratitude",
                "high": 0.6805,
                "low": 0.1933,
                "n": 12,
                "share": 0.4167
              },
              {
                "count": 4,
                "emotion": "anger",
                "high": 0.6094,
                "low": 0.1381,
                "n": 12,
                "share": 0.3333
              },
              {
                "count": 3,
                "emotion": "annoyance",
                "high": 0.5323,
                "low": 0.0889,
                "n": 12,
                "share": 0.25
              }
            ],
            "good": {
              "count": 5,
              "high": 0.6448,
              "low": 0.1771,
              "n": 13,
              "share": 0.3846
            },
            "n": 13,
            "n_felt": 12,
            "negative": {
              "count": 7,
              "high": 0.8067,
              "low": 0.3195,
              "n": 12,
              "share": 0.5833
            },
            "positive": {
              "count": 5,
              "high": 0.6805,
              "low": 0.1933,
              "n": 12,
              "share": 0.4167
            },
            "repeated": {
              "count": 1,
              "high": 0.3331,
              "low": 0.0137,
              "n": 13,
              "share": 0.0769
            },
            "valence": {
              "high": 0.455,
              "low": -0.455,
              "mean": 0.0,
              "n": 12
            }
          },
          "feels": "tired, watching the belt",
          "goal": true,
          "how": [
            "app",
            "counter"
          ],
          "moment": "bags",
          "promises": [],
          "wants": "to have the bag and go home",
          "way_out": "desk"
        }"#]],
    );
    check(
        &told,
        "/journeys/0/stages/1/moments/1/promises",
        &expect![[r#"
        [
          {
            "at_risk": 1,
            "broken": 9,
            "defined": {
              "file": "journeys/trip.yaml",
              "line": 31
            },
            "due": "72h",
            "kept": 8,
            "kept_rate": {
              "count": 8,
              "high": 0.6904,
              "low": 0.2617,
              "n": 17,
              "share": 0.4706
            },
            "made": 19,
            "open": 1,
            "overdue": 0,
            "promise": "answered-in-72h",
            "released": 0
          }
        ]"#]],
    );
}

#[test]
fn one_value_of_a_dimension_is_told_alone_and_half_a_question_is_refused() {
    let world = a_week();
    let asked = |by: Option<&str>, value: Option<&str>| {
        let question = JourneysQuestion {
            by: by.map(Into::into),
            value: value.map(Into::into),
            ..JourneysQuestion::default()
        };
        journeys(&*world.store, &overview(&world), &definitions(), &places(), &question)
            .map(|told| told.journeys[0].all.n)
            .map_err(|error| error.to_string())
    };
    let story: Vec<String> = [
        asked(None, None),
        asked(Some("airline"), Some("Alpha")),
        asked(Some("channel"), Some("twitter")),
        asked(Some("airline"), None),
        asked(Some("weather"), Some("rain")),
    ]
    .into_iter()
    .map(|one| format!("{one:?}"))
    .collect();
    expect![[r#"
        Ok(91)
        Ok(40)
        Ok(46)
        Err("by is `airline`; write which of its values as `value` as well")
        Err("there is no dimension `weather`; there are airline, channel")"#]]
    .assert_eq(&story.join("\n"));
}

#[test]
fn two_values_of_a_dimension_are_told_side_by_side_and_one_thing_is_compared_at_a_time() {
    let world = a_week();
    let asked = |question: JourneysQuestion| {
        let told = journeys(&*world.store, &overview(&world), &definitions(), &places(), &question);
        told.map(|told| told.journeys[0].stages[0].moments[0].clone()).map_err(|error| error.to_string())
    };
    let of = |value: &str| JourneysQuestion {
        by: Some("airline".into()),
        value: Some(value.into()),
        ..JourneysQuestion::default()
    };
    let alone = |value| asked(of(value)).unwrap().experience;
    let both = asked(JourneysQuestion { against: Some("Beta".into()), ..of("Alpha") }).unwrap();
    assert_eq!(both.experience, alone("Alpha"));
    assert_eq!(both.before, Some(alone("Beta")));
    check(
        &both.change,
        "/bad",
        &expect![[r#"
        {
          "difference": 0.0455,
          "high": 0.3542,
          "low": -0.2727,
          "n": 22,
          "n_before": 22
        }"#]],
    );
    let refused = [
        JourneysQuestion { against: Some("Alpha".into()), ..of("Alpha") },
        JourneysQuestion { against: Some("Alpha".into()), ..JourneysQuestion::default() },
        JourneysQuestion {
            against: Some("Beta".into()),
            compare_since: Some("2015-02-17".parse().unwrap()),
            ..of("Alpha")
        },
    ]
    .map(|question| asked(question).unwrap_err());
    expect![[r#"
        against is `Alpha`; write another value than `value`
        against is `Alpha`; write of which dimension it is as `by`, and which of its values to compare as `value`
        against is `Beta`; compare with one thing at a time: leave this out, or `compare_since` and `compare_until`"#]].assert_eq(&refused.join("\n"));
}

#[test]
fn days_are_told_one_by_one_with_trust_and_promises() {
    let world = a_week();
    let question = SeriesQuestion {
        since: Some("2015-02-17".parse().unwrap()),
        step: Some(Step::Day),
        ..SeriesQuestion::default()
    };
    let told = series(&*world.store, &overview(&world), &definitions(), &question).unwrap();
    assert_eq!(told.points.len(), 9);
    check(
        &told,
        "/points/1",
        &expect![[r#"
            {
              "bad": {
                "count": 14,
                "high": 0.4398,
                "low": 0.1865,
                "n": 47,
                "share": 0.2979
              },
              "due": 0,
              "emotions": [
                {
                  "count": 6,
                  "emotion": "gratitude",
                  "high": 0.6425,
                  "low": 0.1982,
                  "n": 15,
                  "share": 0.4
                },
                {
                  "count": 5,
                  "emotion": "annoyance",
                  "high": 0.5829,
                  "low": 0.1518,
                  "n": 15,
                  "share": 0.3333
                },
                {
                  "count": 4,
                  "emotion": "anger",
                  "high": 0.5195,
                  "low": 0.109,
                  "n": 15,
                  "share": 0.2667
                }
              ],
              "from": "2015-02-18T00:00:00Z",
              "good": {
                "count": 10,
                "high": 0.349,
                "low": 0.1199,
                "n": 47,
                "share": 0.2128
              },
              "kept_rate": {
                "n_below": 10
              },
              "n": 47,
              "n_felt": 15,
              "negative": {
                "count": 9,
                "high": 0.8018,
                "low": 0.3575,
                "n": 15,
                "share": 0.6
              },
              "positive": {
                "count": 6,
                "high": 0.6425,
                "low": 0.1982,
                "n": 15,
                "share": 0.4
              },
              "repeated": {
                "count": 0,
                "high": 0.0756,
                "low": 0.0,
                "n": 47,
                "share": 0.0
              },
              "trust": [
                {
                  "account": "capability",
                  "level": {
                    "high": 490.5106,
                    "low": 478.0894,
                    "mean": 484.3,
                    "n": 30
                  }
                },
                {
                  "account": "reliability",
                  "level": {
                    "high": 494.9431,
                    "low": 478.0569,
                    "mean": 486.5,
                    "n": 18
                  }
                },
                {
                  "account": "humanity",
                  "level": {
                    "n_below": 10
                  }
                },
                {
                  "account": "transparency",
                  "level": {
                    "n_below": 10
                  }
                }
              ],
              "valence": {
                "high": 0.3802,
                "low": -0.3802,
                "mean": 0.0,
                "n": 15
              }
            }"#]],
    );
    let trust: Vec<Value> =
        told.points.iter().map(|point| serde_json::to_value(point.trust[1].level).unwrap()).collect();
    expect![[r#"
        {"n_below":10}
        {"high":494.9431,"low":478.0569,"mean":486.5,"n":18}
        {"high":494.9431,"low":478.0569,"mean":486.5,"n":18}
        {"high":494.9431,"low":478.0569,"mean":486.5,"n":18}
        {"high":494.9431,"low":478.0569,"mean":486.5,"n":18}
        {"high":494.9431,"low":478.0569,"mean":486.5,"n":18}
        {"high":495.6096,"low":479.443,"mean":487.5263,"n":19}
        {"high":495.6096,"low":479.443,"mean":487.5263,"n":19}
        {"high":496.1094,"low":480.4906,"mean":488.3,"n":20}"#]]
    .assert_eq(&trust.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"));
    let long = SeriesQuestion { since: Some("2014-02-17".parse().unwrap()), ..question };
    let refused =
        series(&*world.store, &overview(&world), &definitions(), &long).map_err(|error| error.to_string());
    assert_eq!(
        refused.err().as_deref(),
        Some("since is `2014-02-17T00:00:00Z`; write a time at most 199 steps before `until`")
    );
}

#[test]
fn each_playbook_tells_what_it_does_how_often_and_why_not() {
    let world = a_week();
    let told =
        playbooks(&*world.store, &overview(&world), &definitions(), &places(), &PlaybooksQuestion::default())
            .unwrap();
    check(
        &told,
        "/playbooks/1",
        &expect![[r#"
        {
          "acted": 13,
          "acted_rate": {
            "count": 13,
            "high": 0.9873,
            "low": 0.6853,
            "n": 14,
            "share": 0.9286
          },
          "actions": [
            "tells crm"
          ],
          "aim": "delight",
          "at_most": "1 per customer per 7d",
          "condition": null,
          "days": [
            {
              "acted": 6,
              "from": "2015-02-17T00:00:00Z",
              "refused": 0
            },
            {
              "acted": 6,
              "from": "2015-02-18T00:00:00Z",
              "refused": 0
            },
            {
              "acted": 1,
              "from": "2015-02-19T00:00:00Z",
              "refused": 0
            },
            {
              "acted": 0,
              "from": "2015-02-23T00:00:00Z",
              "refused": 1
            }
          ],
          "defined": null,
          "hold_out_permille": 0,
          "mode": "live",
          "playbook": "thanks",
          "priority": 50,
          "purpose": "service",
          "reasons": [
            {
              "reason": "held",
              "times": 1
            }
          ],
          "refused": 1,
          "set_off": 14,
          "shadow": 0,
          "when": "moment bags good"
        }"#]],
    );
    check(
        &told,
        "/others",
        &expect![[r#"
        [
          {
            "subject": "order",
            "times": 2
          }
        ]"#]],
    );
}

#[test]
fn customers_are_found_by_the_beginning_of_an_identifier_page_after_page() {
    let world = a_week();
    let found = |find: &str, most, after: Option<&str>| {
        let question = SearchQuestion { find: find.into(), most, after: after.map(Into::into) };
        match search(&*world.store, &definitions(), &question) {
            Err(error) => error.to_string(),
            Ok(found) => {
                let rows = found.page.rows.iter().map(|row| row.found.as_ref().unwrap().value.clone());
                let exact = found.exact.map(|exact| exact.customer);
                format!("{exact:?} {:?} {:?}", rows.collect::<Vec<_>>(), found.page.next)
            }
        }
    };
    let story = [
        found("guest1", Some(4), None),
        found("guest1", Some(4), Some("handle:guest12")),
        found("@AdaL", None, None),
        found("email:ada@ex", None, None),
        found("ADA", None, None),
        found("c82", None, None),
        found("email:a", None, None),
        found("g", None, None),
        found("nobody", None, None),
    ];
    expect![[r#"
        Some("c3") ["guest1", "guest10", "guest11", "guest12"] Some("handle:guest12")
        Some("c3") ["guest13", "guest14", "guest15", "guest16"] Some("handle:guest16")
        Some("c82") ["adal"] None
        None ["ada@example.org"] None
        None ["ada@example.org", "adal"] None
        Some("c82") [] None
        find is `email:a`; write at least 2 characters of an identifier
        find is `g`; write at least 2 characters of an identifier
        None [] None"#]]
    .assert_eq(&story.join("\n"));
}

#[test]
fn a_timeline_tells_what_was_said_read_decided_and_moved_newest_first() {
    let world = a_week();
    let question = TimelineQuestion { most: Some(3), after: None };
    let told = timeline(&*world.store, &definitions(), &places(), "adal", &question).unwrap();
    check(
        &told,
        "",
        &expect![[r#"
        {
          "as_of": "2015-02-25T03:00:00Z",
          "customer": "c82",
          "page": {
            "next": "86",
            "rows": [
              {
                "accepted": "2015-02-23T01:00:00Z",
                "at": "2015-02-23T01:00:00Z",
                "by": "customer",
                "channel": "twitter",
                "decisions": [
                  {
                    "at": "2015-02-23T01:00:00Z",
                    "because": "moment bags good",
                    "categories": [
                      "service",
                      "feedback"
                    ],
                    "customer": "c82",
                    "definitions": "070707070707",
                    "inputs": [],
                    "position": 88,
                    "purpose": "service",
                    "reason": "held",
                    "receipt": "c82_6",
                    "subject": "thanks",
                    "verdict": "refused",
                    "why": "a human has this matter (case_c82_2)"
                  }
                ],
                "kind": "Message",
                "moments": [
                  {
                    "defined": {
                      "file": "journeys/trip.yaml",
                      "line": 22
                    },
                    "journey": "trip",
                    "moment": "bags",
                    "outcome": "good",
                    "repeats": 1
                  }
                ],
                "position": 88,
                "promises": [],
                "read": {
                  "emotions": [
                    {
                      "emotion": "gratitude",
                      "permille": 800
                    }
                  ],
                  "unknown": null,
                  "valence": "positive",
                  "valence_permille": 800
                },
                "said": "it came, thanks",
                "source": "airline",
                "trust": [
                  {
                    "account": "capability",
                    "answer": null,
                    "at": "2015-02-23T01:00:00Z",
                    "change": 3,
                    "channel": null,
                    "felt": null,
                    "level": 473,
                    "position": 88,
                    "said": null,
                    "topic": "bags",
                    "what": "moment bags went well",
                    "why": null
                  }
                ],
                "withheld": null
              },
              {
                "accepted": "2015-02-23T01:00:00Z",
                "at": "2015-02-23T01:00:00Z",
                "by": "customer",
                "channel": "app",
                "decisions": [],
                "kind": "Flight Landed",
                "moments": [
                  {
                    "defined": null,
                    "journey": "trip",
                    "moment": "landing",
                    "outcome": "good",
                    "repeats": 1
                  }
                ],
                "position": 87,
                "promises": [],
                "read": null,
                "said": null,
                "source": "airline",
                "trust": [
                  {
                    "account": "reliability",
                    "answer": null,
                    "at": "2015-02-23T01:00:00Z",
                    "change": 3,
                    "channel": null,
                    "felt": null,
                    "level": 473,
                    "position": 87,
                    "said": null,
                    "topic": "landing",
                    "what": "moment landing went well",
                    "why": null
                  }
                ],
                "withheld": null
              },
              {
                "accepted": "2015-02-23T00:00:00Z",
                "at": "2015-02-23T00:00:00Z",
                "by": "staff",
                "channel": "twitter",
                "decisions": [],
                "kind": "Reply",
                "moments": [
                  {
                    "defined": null,
                    "journey": "trip",
                    "moment": "answer",
                    "outcome": "neutral",
                    "repeats": 0
                  }
                ],
                "position": 86,
                "promises": [],
                "read": null,
                "said": "We are sorry, it is on its way.",
                "source": "airline",
                "trust": [
                  {
                    "account": "humanity",
                    "answer": null,
                    "at": "2015-02-23T00:00:00Z",
                    "change": 54,
                    "channel": null,
                    "felt": null,
                    "level": 464,
                    "position": 86,
                    "said": null,
                    "topic": "answered-in-72h",
                    "what": "answered-in-72h was put right",
                    "why": null
                  }
                ],
                "withheld": null
              }
            ]
          },
          "records": 6
        }"#]],
    );
    let question = TimelineQuestion { most: Some(3), after: told.page.next };
    let earlier = timeline(&*world.store, &definitions(), &places(), "adal", &question).unwrap();
    let kinds: Vec<_> =
        earlier.page.rows.iter().map(|row| row.kind.as_deref().unwrap_or("withheld")).collect();
    assert_eq!((kinds, earlier.page.next), (vec!["Message", "Flight Landed", "Seat Chosen"], None));
}

#[test]
fn law_04_of_what_a_customer_does_not_allow_a_timeline_tells_only_that_it_is_withheld() {
    let mut world = a_week();
    deny_feedback(&mut world, "fresh");
    let question = TimelineQuestion::default();
    let told = timeline(&*world.store, &definitions(), &places(), "fresh", &question).unwrap();
    let story: Vec<String> = told
        .page
        .rows
        .iter()
        .map(|row| {
            let Happened { kind, channel, said, read, withheld, .. } = row;
            format!("{kind:?} {channel:?} {said:?} {} {withheld:?}", read.is_some())
        })
        .collect();
    expect![[r#"
        Some("Seat Chosen") Some("app") None false None
        None None None false Some("what happened: the customer has not allowed feedback to be looked at for service")
        Some("Flight Landed") Some("app") None false None"#]].assert_eq(&story.join("\n"));
}

#[test]
fn the_rejected_list_of_a_week_in_which_all_was_understood_is_empty() {
    let told = rejected(&*a_week().store, &RejectedQuestion::default()).unwrap();
    assert_eq!((told.waiting, told.page.rows.len(), told.page.next), (0, 0, None));
}

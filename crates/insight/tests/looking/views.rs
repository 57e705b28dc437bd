use expect_test::{Expect, expect};
use opcx_insight::{PulseQuestion, customer, pulse};
use serde::Serialize;

use crate::company::definitions;
use crate::world::a_week;

fn check(view: &impl Serialize, expected: &Expect) {
    let json = serde_json::to_string_pretty(view).expect("views are plain data");
    expected.assert_eq(&json);
}

#[test]
fn the_pulse_tells_the_worst_moment_first() {
    let world = a_week();
    let question = PulseQuestion { by: Some("airline".into()), ..PulseQuestion::default() };
    check(&pulse(&*world.store, &definitions(), &question).unwrap(), &expect![[r#"
        {
          "window": {
            "since": null,
            "until": null
          },
          "as_of": "2015-02-23T01:00:00Z",
          "definitions": "070707070707",
          "history": {
            "events": 80,
            "repeats": 0,
            "probes": 1,
            "customers": 42,
            "unmatched": {
              "share": 0.0127,
              "low": 0.0022,
              "high": 0.0683,
              "count": 1,
              "n": 79
            },
            "unreadable": {
              "share": 0.1143,
              "low": 0.0454,
              "high": 0.2595,
              "count": 4,
              "n": 35
            },
            "rejected": 0,
            "receipts": 57
          },
          "all": {
            "n": 79,
            "bad": {
              "share": 0.3291,
              "low": 0.2355,
              "high": 0.4385,
              "count": 26,
              "n": 79
            },
            "good": {
              "share": 0.3038,
              "low": 0.2134,
              "high": 0.4123,
              "count": 24,
              "n": 79
            },
            "repeated": {
              "share": 0.0,
              "low": 0.0,
              "high": 0.0464,
              "count": 0,
              "n": 79
            },
            "n_felt": 31,
            "negative": {
              "share": 0.5484,
              "low": 0.3777,
              "high": 0.7084,
              "count": 17,
              "n": 31
            },
            "positive": {
              "share": 0.4516,
              "low": 0.2916,
              "high": 0.6223,
              "count": 14,
              "n": 31
            },
            "valence": {
              "mean": 0.0548,
              "low": -0.2007,
              "high": 0.3103,
              "n": 31
            },
            "emotions": [
              {
                "emotion": "gratitude",
                "share": 0.4516,
                "low": 0.2916,
                "high": 0.6223,
                "count": 14,
                "n": 31
              },
              {
                "emotion": "anger",
                "share": 0.2903,
                "low": 0.161,
                "high": 0.4659,
                "count": 9,
                "n": 31
              },
              {
                "emotion": "annoyance",
                "share": 0.2581,
                "low": 0.137,
                "high": 0.4325,
                "count": 8,
                "n": 31
              }
            ]
          },
          "moments": [
            {
              "moment": "bags",
              "stage": "arrive",
              "n": 35,
              "bad": {
                "share": 0.4857,
                "low": 0.3299,
                "high": 0.6443,
                "count": 17,
                "n": 35
              },
              "good": {
                "share": 0.4,
                "low": 0.2555,
                "high": 0.5643,
                "count": 14,
                "n": 35
              },
              "repeated": {
                "share": 0.0,
                "low": 0.0,
                "high": 0.0989,
                "count": 0,
                "n": 35
              },
              "n_felt": 31,
              "negative": {
                "share": 0.5484,
                "low": 0.3777,
                "high": 0.7084,
                "count": 17,
                "n": 31
              },
              "positive": {
                "share": 0.4516,
                "low": 0.2916,
                "high": 0.6223,
                "count": 14,
                "n": 31
              },
              "valence": {
                "mean": 0.0548,
                "low": -0.2007,
                "high": 0.3103,
                "n": 31
              },
              "emotions": [
                {
                  "emotion": "gratitude",
                  "share": 0.4516,
                  "low": 0.2916,
                  "high": 0.6223,
                  "count": 14,
                  "n": 31
                },
                {
                  "emotion": "anger",
                  "share": 0.2903,
                  "low": 0.161,
                  "high": 0.4659,
                  "count": 9,
                  "n": 31
                },
                {
                  "emotion": "annoyance",
                  "share": 0.2581,
                  "low": 0.137,
                  "high": 0.4325,
                  "count": 8,
                  "n": 31
                }
              ]
            },
            {
              "moment": "landing",
              "stage": "fly",
              "n": 43,
              "bad": {
                "share": 0.2093,
                "low": 0.1142,
                "high": 0.3521,
                "count": 9,
                "n": 43
              },
              "good": {
                "share": 0.2326,
                "low": 0.1315,
                "high": 0.3774,
                "count": 10,
                "n": 43
              },
              "repeated": {
                "share": 0.0,
                "low": 0.0,
                "high": 0.082,
                "count": 0,
                "n": 43
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
              "n": 1,
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
            "made": 17,
            "open": 0,
            "at_risk": 0,
            "kept": 0,
            "broken": 17,
            "released": 0,
            "overdue": 0,
            "kept_rate": {
              "share": 0.0,
              "low": 0.0,
              "high": 0.1843,
              "count": 0,
              "n": 17
            }
          },
          "split": {
            "dimension": "airline",
            "values": [
              {
                "value": "Alpha",
                "n": 40,
                "bad": {
                  "share": 0.45,
                  "low": 0.3071,
                  "high": 0.6017,
                  "count": 18,
                  "n": 40
                },
                "good": {
                  "share": 0.15,
                  "low": 0.0706,
                  "high": 0.2907,
                  "count": 6,
                  "n": 40
                },
                "repeated": {
                  "share": 0.0,
                  "low": 0.0,
                  "high": 0.0876,
                  "count": 0,
                  "n": 40
                },
                "n_felt": 14,
                "negative": {
                  "share": 0.9286,
                  "low": 0.6853,
                  "high": 0.9873,
                  "count": 13,
                  "n": 14
                },
                "positive": {
                  "share": 0.0714,
                  "low": 0.0127,
                  "high": 0.3147,
                  "count": 1,
                  "n": 14
                },
                "valence": {
                  "mean": -0.5071,
                  "low": -0.7386,
                  "high": -0.2757,
                  "n": 14
                },
                "emotions": [
                  {
                    "emotion": "anger",
                    "share": 0.6429,
                    "low": 0.3876,
                    "high": 0.8366,
                    "count": 9,
                    "n": 14
                  },
                  {
                    "emotion": "annoyance",
                    "share": 0.2857,
                    "low": 0.1172,
                    "high": 0.5465,
                    "count": 4,
                    "n": 14
                  },
                  {
                    "emotion": "gratitude",
                    "share": 0.0714,
                    "low": 0.0127,
                    "high": 0.3147,
                    "count": 1,
                    "n": 14
                  }
                ],
                "moments": [
                  {
                    "moment": "bags",
                    "stage": "arrive",
                    "n": 18,
                    "bad": {
                      "share": 0.7222,
                      "low": 0.4913,
                      "high": 0.875,
                      "count": 13,
                      "n": 18
                    },
                    "good": {
                      "share": 0.0556,
                      "low": 0.0099,
                      "high": 0.2576,
                      "count": 1,
                      "n": 18
                    },
                    "repeated": {
                      "share": 0.0,
                      "low": 0.0,
                      "high": 0.1759,
                      "count": 0,
                      "n": 18
                    },
                    "n_felt": 14,
                    "negative": {
                      "share": 0.9286,
                      "low": 0.6853,
                      "high": 0.9873,
                      "count": 13,
                      "n": 14
                    },
                    "positive": {
                      "share": 0.0714,
                      "low": 0.0127,
                      "high": 0.3147,
                      "count": 1,
                      "n": 14
                    },
                    "valence": {
                      "mean": -0.5071,
                      "low": -0.7386,
                      "high": -0.2757,
                      "n": 14
                    },
                    "emotions": [
                      {
                        "emotion": "anger",
                        "share": 0.6429,
                        "low": 0.3876,
                        "high": 0.8366,
                        "count": 9,
                        "n": 14
                      },
                      {
                        "emotion": "annoyance",
                        "share": 0.2857,
                        "low": 0.1172,
                        "high": 0.5465,
                        "count": 4,
                        "n": 14
                      },
                      {
                        "emotion": "gratitude",
                        "share": 0.0714,
                        "low": 0.0127,
                        "high": 0.3147,
                        "count": 1,
                        "n": 14
                      }
                    ]
                  },
                  {
                    "moment": "landing",
                    "stage": "fly",
                    "n": 22,
                    "bad": {
                      "share": 0.2273,
                      "low": 0.1012,
                      "high": 0.4344,
                      "count": 5,
                      "n": 22
                    },
                    "good": {
                      "share": 0.2273,
                      "low": 0.1012,
                      "high": 0.4344,
                      "count": 5,
                      "n": 22
                    },
                    "repeated": {
                      "share": 0.0,
                      "low": 0.0,
                      "high": 0.1487,
                      "count": 0,
                      "n": 22
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
                ]
              },
              {
                "value": "Beta",
                "n": 36,
                "bad": {
                  "share": 0.2222,
                  "low": 0.1172,
                  "high": 0.3808,
                  "count": 8,
                  "n": 36
                },
                "good": {
                  "share": 0.4444,
                  "low": 0.2954,
                  "high": 0.6042,
                  "count": 16,
                  "n": 36
                },
                "repeated": {
                  "share": 0.0,
                  "low": 0.0,
                  "high": 0.0964,
                  "count": 0,
                  "n": 36
                },
                "n_felt": 16,
                "negative": {
                  "share": 0.25,
                  "low": 0.1018,
                  "high": 0.495,
                  "count": 4,
                  "n": 16
                },
                "positive": {
                  "share": 0.75,
                  "low": 0.505,
                  "high": 0.8982,
                  "count": 12,
                  "n": 16
                },
                "valence": {
                  "mean": 0.5,
                  "low": 0.214,
                  "high": 0.786,
                  "n": 16
                },
                "emotions": [
                  {
                    "emotion": "gratitude",
                    "share": 0.75,
                    "low": 0.505,
                    "high": 0.8982,
                    "count": 12,
                    "n": 16
                  },
                  {
                    "emotion": "annoyance",
                    "share": 0.25,
                    "low": 0.1018,
                    "high": 0.495,
                    "count": 4,
                    "n": 16
                  }
                ],
                "moments": [
                  {
                    "moment": "bags",
                    "stage": "arrive",
                    "n": 16,
                    "bad": {
                      "share": 0.25,
                      "low": 0.1018,
                      "high": 0.495,
                      "count": 4,
                      "n": 16
                    },
                    "good": {
                      "share": 0.75,
                      "low": 0.505,
                      "high": 0.8982,
                      "count": 12,
                      "n": 16
                    },
                    "repeated": {
                      "share": 0.0,
                      "low": 0.0,
                      "high": 0.1936,
                      "count": 0,
                      "n": 16
                    },
                    "n_felt": 16,
                    "negative": {
                      "share": 0.25,
                      "low": 0.1018,
                      "high": 0.495,
                      "count": 4,
                      "n": 16
                    },
                    "positive": {
                      "share": 0.75,
                      "low": 0.505,
                      "high": 0.8982,
                      "count": 12,
                      "n": 16
                    },
                    "valence": {
                      "mean": 0.5,
                      "low": 0.214,
                      "high": 0.786,
                      "n": 16
                    },
                    "emotions": [
                      {
                        "emotion": "gratitude",
                        "share": 0.75,
                        "low": 0.505,
                        "high": 0.8982,
                        "count": 12,
                        "n": 16
                      },
                      {
                        "emotion": "annoyance",
                        "share": 0.25,
                        "low": 0.1018,
                        "high": 0.495,
                        "count": 4,
                        "n": 16
                      }
                    ]
                  },
                  {
                    "moment": "landing",
                    "stage": "fly",
                    "n": 20,
                    "bad": {
                      "share": 0.2,
                      "low": 0.0807,
                      "high": 0.416,
                      "count": 4,
                      "n": 20
                    },
                    "good": {
                      "share": 0.2,
                      "low": 0.0807,
                      "high": 0.416,
                      "count": 4,
                      "n": 20
                    },
                    "repeated": {
                      "share": 0.0,
                      "low": 0.0,
                      "high": 0.1611,
                      "count": 0,
                      "n": 20
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
                ]
              },
              {
                "value": "Gamma",
                "n": 2,
                "bad": {
                  "n_below": 10
                },
                "good": {
                  "n_below": 10
                },
                "repeated": {
                  "n_below": 10
                },
                "n_felt": 1,
                "negative": {
                  "n_below": 10
                },
                "positive": {
                  "n_below": 10
                },
                "valence": {
                  "n_below": 10
                },
                "emotions": [],
                "moments": [
                  {
                    "moment": "bags",
                    "stage": "arrive",
                    "n": 1,
                    "bad": {
                      "n_below": 10
                    },
                    "good": {
                      "n_below": 10
                    },
                    "repeated": {
                      "n_below": 10
                    },
                    "n_felt": 1,
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
                    "moment": "landing",
                    "stage": "fly",
                    "n": 1,
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
                ]
              }
            ],
            "left_out": 0
          }
        }"#]]);
}

#[test]
fn a_customer_is_found_by_any_of_their_names_and_told_whole() {
    let world = a_week();
    let ada = customer(&*world.store, &definitions(), "ada@example.org").unwrap();
    for name in ["handle:@AdaL", "adal", "email:ADA@example.org", ada.id.as_str()] {
        assert_eq!(customer(&*world.store, &definitions(), name).unwrap(), ada);
    }
    check(&ada, &expect![[r#"
        {
          "id": "c74",
          "first_heard": "2015-02-19T00:00:00Z",
          "last_heard": "2015-02-23T01:00:00Z",
          "events": 6,
          "unmatched": 1,
          "complaint_since": null,
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
              "position": 74,
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
            "as_of": "2015-02-23T01:00:00Z",
            "accounts": [
              {
                "account": "capability",
                "level": 480
              },
              {
                "account": "reliability",
                "level": 480
              },
              {
                "account": "humanity",
                "level": 410
              },
              {
                "account": "transparency",
                "level": 500
              }
            ],
            "open_failures": 3,
            "entries": [
              {
                "at": "2015-02-19T00:00:00Z",
                "position": 75,
                "account": "reliability",
                "change": -30,
                "level": 470,
                "topic": "landing",
                "what": "moment landing went badly",
                "why": null,
                "channel": "app",
                "said": null,
                "felt": null
              },
              {
                "at": "2015-02-19T00:00:00Z",
                "position": 76,
                "account": "capability",
                "change": -30,
                "level": 470,
                "topic": "bags",
                "what": "moment bags went badly",
                "why": null,
                "channel": "twitter",
                "said": "you lost my bag, again",
                "felt": "anger"
              },
              {
                "at": "2015-02-22T00:00:00.001Z",
                "position": 77,
                "account": "humanity",
                "change": -90,
                "level": 410,
                "topic": "answered-in-72h",
                "what": "promise answered-in-72h was broken",
                "why": null,
                "channel": null,
                "said": null,
                "felt": null
              },
              {
                "at": "2015-02-23T01:00:00Z",
                "position": 79,
                "account": "reliability",
                "change": 10,
                "level": 480,
                "topic": "landing",
                "what": "moment landing went well",
                "why": null,
                "channel": "app",
                "said": null,
                "felt": null
              },
              {
                "at": "2015-02-23T01:00:00Z",
                "position": 80,
                "account": "capability",
                "change": 10,
                "level": 480,
                "topic": "bags",
                "what": "moment bags went well",
                "why": null,
                "channel": "twitter",
                "said": "it came, thanks",
                "felt": "gratitude"
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
              "steps_total": 3,
              "repeats": 0,
              "longest_gap_millis": 345600000,
              "steps": [
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
                }
              ]
            },
            {
              "journey": "trip",
              "key": null,
              "state": "under_way",
              "started": "2015-02-23T01:00:00Z",
              "latest": "2015-02-23T01:00:00Z",
              "steps_total": 1,
              "repeats": 0,
              "longest_gap_millis": 0,
              "steps": [
                {
                  "moment": "bags",
                  "at": "2015-02-23T01:00:00Z",
                  "outcome": "good"
                }
              ]
            },
            {
              "journey": "trip",
              "key": null,
              "state": "reached",
              "started": "2015-02-19T00:00:00Z",
              "latest": "2015-02-19T00:00:00Z",
              "steps_total": 1,
              "repeats": 0,
              "longest_gap_millis": 0,
              "steps": [
                {
                  "moment": "landing",
                  "at": "2015-02-19T00:00:00Z",
                  "outcome": "bad"
                }
              ]
            }
          ],
          "promises": [
            {
              "id": "promise_76_0",
              "promise": "answered-in-72h",
              "customer": "c74",
              "made": "2015-02-19T00:00:00Z",
              "due": "2015-02-22T00:00:00Z",
              "state": "broken",
              "overdue": false,
              "settled": "2015-02-22T00:00:00.001Z"
            }
          ],
          "cases": [
            {
              "id": "case_c74_2",
              "customer": "c74",
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
              ]
            },
            {
              "id": "case_c74_0",
              "customer": "c74",
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
              ]
            }
          ],
          "decisions": [
            {
              "id": "c74_6",
              "position": 80,
              "at": "2015-02-23T01:00:00Z",
              "customer": "c74",
              "subject": "thanks",
              "because": "moment bags good",
              "verdict": "refused",
              "reason": "held",
              "why": "a human has this matter (case_c74_2)",
              "inputs": [],
              "purpose": "service",
              "categories": [],
              "definitions": "070707070707"
            },
            {
              "id": "c74_5",
              "position": 77,
              "at": "2015-02-21T00:00:00Z",
              "customer": "c74",
              "subject": "answer-due",
              "because": "promise answered-in-72h at risk",
              "verdict": "acted",
              "reason": null,
              "why": "sent message.we-have-not-forgotten to letters (msg_c74_4, waiting to go out)",
              "inputs": [],
              "purpose": "service",
              "categories": [],
              "definitions": "070707070707"
            },
            {
              "id": "c74_3",
              "position": 76,
              "at": "2015-02-19T00:00:00Z",
              "customer": "c74",
              "subject": "find-the-bag",
              "because": "moment bags bad",
              "verdict": "acted",
              "reason": null,
              "why": "opened case_c74_2",
              "inputs": [],
              "purpose": "service",
              "categories": [],
              "definitions": "070707070707"
            },
            {
              "id": "c74_1",
              "position": 75,
              "at": "2015-02-19T00:00:00Z",
              "customer": "c74",
              "subject": "call-gold",
              "because": "moment landing bad",
              "verdict": "acted",
              "reason": null,
              "why": "opened case_c74_0",
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
        }"#]]);
}

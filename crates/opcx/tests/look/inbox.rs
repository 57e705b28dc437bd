//! Two agents at one inbox, on an engine that decides at once.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Body;
use axum::http::Request;
use expect_test::expect;
use http_body_util::BodyExt as _;
use opcx::http::read::{Channels, Sight, router};
use opcx::http::{Accept, Door, Key, KeyHash, Keys, Role};
use opcx_core::delivery::Policy;
use opcx_engine::{Accepted, Budget, Clock as _, Decider, Gist, Inside, IntakeError, Submission, WallClock};
use opcx_insight::Watched;
use opcx_store::{Draft, Store};
use serde_json::{Value, json};
use tower_service::Service;

use crate::api::watched;
use crate::company::definitions;
use crate::world::a_week;

/// An engine that decides before it answers.
#[derive(Clone)]
pub(crate) struct Engine {
    store: Arc<Watched>,
    decider: Arc<Mutex<Decider>>,
}

impl Accept for Engine {
    fn enter(&self, _: usize, _: impl Iterator<Item = Option<Gist>>) -> Result<Inside, IntakeError> {
        Ok(Inside::default())
    }

    async fn accept(&self, submission: Submission) -> Result<Accepted, IntakeError> {
        let drafts: Vec<Draft> = submission
            .entries
            .into_iter()
            .map(|submitted| Draft { lane: submission.lane, at: WallClock.now(), entry: submitted.entry })
            .collect();
        self.store.append(&drafts).unwrap();
        let mut decider = self.decider.lock().unwrap();
        while decider.advance().unwrap() > 0 {}
        Ok(Accepted { fresh: drafts.len(), repeats: 0, end: self.store.end() })
    }
}

/// The API upon such an engine: `mia` and `noor` are agents, `olu` is an operator.
pub(crate) fn working() -> (Router, Arc<Watched>) {
    let store = watched(a_week().store);
    let decider = Decider::new(
        Arc::clone(&store) as Arc<dyn Store>,
        Arc::new(definitions()),
        Policy::default(),
        Budget::default(),
    );
    let engine = Engine { store: Arc::clone(&store), decider: Arc::new(Mutex::new(decider.unwrap())) };
    let key = |name: &str, role| Key { name: name.into(), role, hash: KeyHash::of(&key_of(name)).unwrap() };
    let keys = vec![key("mia", Role::Agent), key("noor", Role::Agent), key("olu", Role::Operator)];
    let door = Arc::new(Door::new(engine, Keys::new(keys), Arc::new(WallClock)));
    let mut sight = Sight::new(door, Arc::clone(&store), Arc::new(definitions()));
    sight.channels =
        Channels { all: ["letters".into(), "chat".into()].into(), usual: Some("letters".into()) };
    (router(&Arc::new(sight)), store)
}

fn key_of(name: &str) -> String {
    format!("the-key-of-{name}-and-nobody-else")
}

pub(crate) async fn ask(api: &Router, who: &str, method: &str, path: &str, body: Value) -> (u16, Value) {
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header("authorization", format!("Bearer {}", key_of(who)))
        .body(if body.is_null() { Body::empty() } else { Body::from(body.to_string()) })
        .unwrap();
    let response = api.clone().call(request).await.unwrap();
    let status = response.status().as_u16();
    let body = response.into_body().collect().await.unwrap().to_bytes();
    (status, serde_json::from_slice(&body).unwrap_or(Value::Null))
}

#[tokio::test]
async fn the_second_of_two_agents_does_not_get_the_case_and_is_told_who_has_it() {
    let (api, store) = working();
    let mut story = String::new();
    for (who, what, body) in [
        ("mia", "take", json!({})),
        ("noor", "take", json!({})),
        ("mia", "take", json!({ "reason": "once more" })),
        ("noor", "answer", json!({ "text": "It is on its way." })),
        ("noor", "note", json!({ "text": "I know them, let me have it" })),
        ("noor", "give-back", json!({ "reason": "mine" })),
        ("mia", "answer", json!({ "text": "  " })),
        ("mia", "answer", json!({ "text": "It is on its way.", "channel": "pigeon" })),
        ("mia", "answer", json!({ "text": "It is on its way." })),
        ("mia", "give-back", json!({ "reason": "lunch" })),
        ("noor", "take", json!({})),
        ("mia", "close", json!({ "reason": "found", "outcome": "the bag is back" })),
        ("olu", "close", json!({ "reason": "found", "outcome": "the bag is back" })),
        ("noor", "take", json!({})),
    ] {
        let (status, answer) = ask(&api, who, "POST", &format!("/v1/cases/case_c9_1/{what}"), body).await;
        let (_, brief) = ask(&api, who, "GET", "/v1/cases/case_c9_1", Value::Null).await;
        let case = &brief["case"];
        let said = answer["detail"].as_str().unwrap_or("taken down");
        story += &format!(
            "{who} {what}: {status} {said}\n    {} {}, {}\n",
            case["state"], case["taken_by"], brief["actions"]
        );
    }
    expect![[r#"
        mia take: 202 taken down
            "taken" "mia", ["answer","note","give_back","close"]
        noor take: 409 mia has this case
            "taken" "mia", ["answer","note","give_back","close"]
        mia take: 202 taken down
            "taken" "mia", ["answer","note","give_back","close"]
        noor answer: 409 mia has this case
            "taken" "mia", ["answer","note","give_back","close"]
        noor note: 202 taken down
            "taken" "mia", ["answer","note","give_back","close"]
        noor give-back: 409 mia has this case
            "taken" "mia", ["answer","note","give_back","close"]
        mia answer: 400 `text` is empty; write something
            "taken" "mia", ["answer","note","give_back","close"]
        mia answer: 400 say through which channel as `channel`; there are chat, letters
            "taken" "mia", ["answer","note","give_back","close"]
        mia answer: 202 taken down
            "taken" "mia", ["answer","note","give_back","close"]
        mia give-back: 202 taken down
            "open" null, ["take","note","close"]
        noor take: 202 taken down
            "taken" "noor", ["answer","note","give_back","close"]
        mia close: 409 noor has this case
            "taken" "noor", ["answer","note","give_back","close"]
        olu close: 202 taken down
            "closed" null, []
        noor take: 409 this case is closed
            "closed" null, []
    "#]]
    .assert_eq(&story);
    let (_, brief) = ask(&api, "mia", "GET", "/v1/cases/case_c9_1", Value::Null).await;
    let mut notes = brief["case"]["notes"].clone();
    notes.as_array_mut().unwrap().iter_mut().for_each(|note| note["at"] = Value::Null);
    expect![[r#"[{"at":null,"by":"noor","sent":false,"text":"I know them, let me have it"},{"at":null,"by":"mia","sent":true,"text":"It is on its way."}]"#]].assert_eq(&notes.to_string());
    let sent: Vec<String> = store
        .ready("letters", opcx_core::time::Timestamp::MAX, 1_000)
        .unwrap()
        .iter()
        .map(|id| store.parcel(*id).unwrap().expect("it is ready"))
        .map(|row| format!("{:?}", row.parcel.content))
        .filter(|content| content.contains("on its way"))
        .collect();
    expect![[r#"Message { template: "answer", text: "It is on its way." }"#]].assert_eq(&sent.join("\n"));
}

#[tokio::test]
async fn of_two_who_take_a_case_in_the_same_moment_one_gets_it() {
    let (api, _) = working();
    let take = |who| ask(&api, who, "POST", "/v1/cases/case_c9_1/take", json!({}));
    let (mia, noor) = tokio::join!(take("mia"), take("noor"));
    let mut statuses = [mia.0, noor.0];
    statuses.sort_unstable();
    assert_eq!(statuses, [202, 409]);
}

#[tokio::test]
async fn a_brief_tells_what_happened_what_is_owed_and_what_to_leave_alone() {
    let (api, _) = working();
    let (_, brief) = ask(&api, "mia", "GET", "/v1/cases/case_c82_2", Value::Null).await;
    expect![[r#"
        {
          "actions": [
            "take",
            "note",
            "close"
          ],
          "as_of": "2015-02-25T03:00:00Z",
          "broken": [
            {
              "customer": "c82",
              "due": "2015-02-22T00:00:00Z",
              "id": "promise_84_0",
              "made": "2015-02-19T00:00:00Z",
              "overdue": false,
              "promise": "answered-in-72h",
              "settled": "2015-02-22T00:00:00.001Z",
              "state": "broken"
            }
          ],
          "case": {
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
            "closed": null,
            "customer": "c82",
            "id": "case_c82_2",
            "known_as": {
              "identifier": {
                "kind": "email",
                "value": "ada@example.org"
              },
              "name": null
            },
            "matter": "bags",
            "notes": [],
            "opened": "2015-02-19T00:00:00Z",
            "outcome": null,
            "playbook": "find-the-bag",
            "priority": "high",
            "state": "open",
            "taken_by": null,
            "team": "ground"
          },
          "course": {
            "end": 800,
            "recovery": 0,
            "since": "2015-02-23T01:00:00Z",
            "start": 800,
            "texts": 1,
            "trend": "level",
            "until": "2015-02-23T01:00:00Z",
            "worst": 800
          },
          "happened": [
            {
              "account": "capability",
              "answer": null,
              "at": "2015-02-23T01:00:00Z",
              "change": 3,
              "channel": "twitter",
              "felt": "gratitude",
              "level": 473,
              "position": 88,
              "said": "it came, thanks",
              "topic": "bags",
              "what": "moment bags went well",
              "why": null
            },
            {
              "account": "reliability",
              "answer": null,
              "at": "2015-02-23T01:00:00Z",
              "change": 3,
              "channel": "app",
              "felt": null,
              "level": 473,
              "position": 87,
              "said": null,
              "topic": "landing",
              "what": "moment landing went well",
              "why": null
            },
            {
              "account": "humanity",
              "answer": "We are sorry, it is on its way.",
              "at": "2015-02-23T00:00:00Z",
              "change": 54,
              "channel": "twitter",
              "felt": null,
              "level": 464,
              "position": 86,
              "said": null,
              "topic": "answered-in-72h",
              "what": "answered-in-72h was put right",
              "why": null
            },
            {
              "account": "humanity",
              "answer": null,
              "at": "2015-02-22T00:00:00.001Z",
              "change": -90,
              "channel": "twitter",
              "felt": "anger",
              "level": 410,
              "position": 84,
              "said": "you lost my bag, again",
              "topic": "answered-in-72h",
              "what": "promise answered-in-72h was broken",
              "why": null
            },
            {
              "account": "capability",
              "answer": null,
              "at": "2015-02-19T00:00:00Z",
              "change": -30,
              "channel": "twitter",
              "felt": "anger",
              "level": 470,
              "position": 84,
              "said": "you lost my bag, again",
              "topic": "bags",
              "what": "moment bags went badly",
              "why": null
            },
            {
              "account": "reliability",
              "answer": null,
              "at": "2015-02-19T00:00:00Z",
              "change": -30,
              "channel": "app",
              "felt": null,
              "level": 470,
              "position": 83,
              "said": null,
              "topic": "landing",
              "what": "moment landing went badly",
              "why": null
            }
          ],
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
          "leave_alone": [
            {
              "what": "browsing",
              "why": "the customer has not allowed that it be looked at for service"
            },
            {
              "what": "advertising",
              "why": "the customer has not allowed that it be looked at for service"
            },
            {
              "what": "offers",
              "why": "something is to be repaired first"
            }
          ],
          "others": [
            {
              "brief": [
                "because: moment landing bad",
                "2015-02-19T00:00:00Z: Flight Landed on app",
                "trust capability: 500",
                "trust reliability: 470",
                "trust humanity: 500",
                "trust transparency: 500"
              ],
              "closed": null,
              "customer": "c82",
              "id": "case_c82_0",
              "matter": "landing",
              "notes": [],
              "opened": "2015-02-19T00:00:00Z",
              "outcome": null,
              "playbook": "call-gold",
              "priority": "normal",
              "state": "open",
              "taken_by": null,
              "team": "ground"
            }
          ],
          "owed": [],
          "traits": [
            {
              "at": "2015-02-19T00:00:00Z",
              "name": "tier",
              "value": "gold"
            }
          ],
          "trust": [
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
          ]
        }"#]]
    .assert_eq(&serde_json::to_string_pretty(&brief).unwrap());
    let (status, none) = ask(&api, "mia", "GET", "/v1/cases/case_c9_77", Value::Null).await;
    assert_eq!(
        (status, none["detail"].as_str().unwrap()),
        (404, "there is no case `case_c9_77`; write it as it is shown: `case_c12_3`")
    );
}

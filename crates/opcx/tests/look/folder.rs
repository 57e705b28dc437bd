//! Editing a company's folder from a page: tried out on what happened, and saved unless somebody was faster.

use std::sync::Arc;

use axum::Router;
use expect_test::expect;
use opcx::http::read::{Sight, router};
use opcx::http::{Door, Key, KeyHash, Keys, Role};
use opcx::segment::{self, Arrival};
use opcx::senses::hurried;
use opcx_core::delivery::Policy;
use opcx_core::log::Lane;
use opcx_core::record::Entry;
use opcx_core::time::Timestamp;
use opcx_engine::{Budget, Decider, WallClock};
use opcx_store::{Draft, Encoded, Memory, Store};
use serde_json::{Value, json};

use crate::api::{Book, watched};
use crate::inbox::ask;

const PLAYBOOK: &str = "playbooks/payment-trouble.yaml";

/// An angry question, two payments that failed.
const HAPPENED: &str = r#"{"batch": [
    {"type": "track", "messageId": "1", "userId": "ada", "event": "Payment Failed", "properties": {"order_value": 250}},
    {"type": "track", "messageId": "2", "userId": "bob", "event": "Payment Failed", "properties": {"order_value": 90}},
    {"type": "track", "messageId": "3", "userId": "bob", "event": "Order Completed", "properties": {"order_value": 90}}
]}"#;

struct Stage {
    api: Router,
    folder: tempfile::TempDir,
}

fn stage() -> Stage {
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in opcx_company::starter() {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    let definitions = Arc::new(opcx_company::load(folder.path()).definitions.unwrap());
    let now = Timestamp::from_millis(1_700_000_000_000);
    let arrival = Arrival {
        source: "web".into(),
        route: "/v1/batch",
        received: now,
        request: 0,
        address: None,
        opted_out: false,
    };
    let body = segment::Body::open(HAPPENED, None).unwrap();
    let drafts: Vec<Draft> = body
        .read(&arrival)
        .into_iter()
        .map(|read| Entry::Event(read.unwrap().sensed(|words| hurried()(words))))
        .map(|entry| Draft { lane: Lane::LIVE, at: now, entry: Encoded::of(&entry) })
        .collect();
    let store = watched(Arc::new(Memory::new()));
    store.append(&drafts).unwrap();
    let decider = Decider::new(
        Arc::clone(&store) as Arc<dyn Store>,
        Arc::clone(&definitions),
        Policy::default(),
        Budget::default(),
    );
    let mut decider = decider.unwrap();
    while decider.advance().unwrap() > 0 {}
    let key = |name: &str, role| Key {
        name: name.into(),
        role,
        hash: KeyHash::of(&format!("the-key-of-{name}-and-nobody-else")).unwrap(),
    };
    let keys = Keys::new(vec![key("mia", Role::Agent), key("olu", Role::Operator)]);
    let door = Arc::new(Door::new(Book::default(), keys, Arc::new(WallClock)));
    let mut sight = Sight::new(door, store, definitions);
    sight.folder = Some(folder.path().to_owned());
    Stage { api: router(&Arc::new(sight)), folder }
}

impl Stage {
    async fn ask(&self, who: &str, method: &str, path: &str, body: Value) -> (u16, Value) {
        ask(&self.api, who, method, path, body).await
    }

    fn on_disk(&self) -> String {
        std::fs::read_to_string(self.folder.path().join(PLAYBOOK)).unwrap()
    }

    /// What a try came to; it runs on a thread of its own.
    async fn tried(&self) -> Value {
        loop {
            let (_, view) = self.ask("mia", "GET", "/v1/try", Value::Null).await;
            if view["state"] != "running" {
                return view;
            }
            tokio::task::yield_now().await;
        }
    }
}

#[tokio::test]
async fn an_edited_playbook_is_tried_on_what_happened_and_nothing_is_saved() {
    let stage = stage();
    let edited = stage.on_disk().replace("> 200", "> 50");
    let body = json!({ "files": [{ "path": PLAYBOOK, "text": edited }] });
    let (denied, _) = stage.ask("mia", "POST", "/v1/try", body.clone()).await;
    let (status, _) = stage.ask("olu", "POST", "/v1/try", body).await;
    assert_eq!((denied, status), (403, 202));
    let tried = stage.tried().await;
    assert_eq!((&tried["state"], &tried["whole"], &tried["done"]), (&json!("done"), &json!(true), &json!(6)));
    expect![[r#"
        [
          {
            "because": "moment pay bad",
            "customer": "c1",
            "known_as": {
              "identifier": {
                "kind": "user_id",
                "value": "bob"
              },
              "name": null
            },
            "now": "refused: condition",
            "position": 1,
            "subject": "payment-trouble",
            "with": "acted: case"
          }
        ]"#]]
    .assert_eq(&serde_json::to_string_pretty(&tried["comparison"]["first_decisions"]).unwrap());
    expect![[r#"{"acted":{"now":1,"with":2},"refused: condition":{"now":1,"with":0}}"#]]
        .assert_eq(&tried["comparison"]["decisions"]["payment-trouble"].to_string());
    assert!(stage.on_disk().contains("> 200"));
}

#[tokio::test]
async fn what_is_wrong_is_told_at_its_place_and_not_tried() {
    let stage = stage();
    let edited = stage.on_disk().replace("facts.order_value", "facts.order_valu");
    let body = json!({ "files": [{ "path": PLAYBOOK, "text": edited }] });
    let (_, view) = stage.ask("olu", "POST", "/v1/try", body).await;
    expect![[r#""faulty" [{"column":5,"error":true,"file":"playbooks/payment-trouble.yaml","line":7,"rule":"condition","what":"the fact `order_valu` is not in vocabulary.yaml; add it there, or did you mean `order_value`?"}]"#]].assert_eq(&format!("{} {}", view["state"], view["faults"]));
    for (path, days) in [("opcx.toml", 7), ("../evil.yaml", 7), (PLAYBOOK, 0)] {
        let body = json!({ "files": [{ "path": path, "text": "" }], "days": days });
        let (status, problem) = stage.ask("olu", "POST", "/v1/try", body).await;
        assert_eq!(status, 400, "{problem}");
    }
}

#[tokio::test]
async fn files_are_saved_whole_unless_they_changed_or_have_errors() {
    let stage = stage();
    let (_, folder) = stage.ask("mia", "GET", "/v1/files", Value::Null).await;
    assert_eq!((&folder["faults"], &folder["decides"]), (&json!([]), &folder["on_disk"]));
    let files = folder["files"].as_array().unwrap();
    let file = files.iter().find(|file| file["path"] == PLAYBOOK).unwrap();
    let (was, text) = (file["hash"].clone(), file["text"].as_str().unwrap());
    let put = |path: &str, text: Value, was: Value| json!({ "files": [{ "path": path, "text": text, "was": was }] });
    let mut story = String::new();
    for (who, body) in [
        ("mia", put(PLAYBOOK, json!(text.replace("> 200", "> 100")), was.clone())),
        (
            "olu",
            put(PLAYBOOK, json!(text.replace("when: moment pay bad", "when: moment pai bad")), was.clone()),
        ),
        ("olu", put(PLAYBOOK, json!(text.replace("> 200", "> 100")), was.clone())),
        ("olu", put(PLAYBOOK, json!(text.replace("> 200", "> 50")), was.clone())),
        ("olu", put("opcx.toml", json!(""), Value::Null)),
        ("olu", put("playbooks/../../evil.yaml", json!(""), Value::Null)),
        ("olu", put("playbooks/welcome-back.yaml", Value::Null, Value::Null)),
    ] {
        let (status, answer) = stage.ask(who, "PUT", "/v1/files", body).await;
        let said = answer["detail"].as_str().map_or_else(
            || format!("saved: {}, faults: {}", answer["saved"], answer["faults"].as_array().unwrap().len()),
            str::to_owned,
        );
        story += &format!("{who}: {status} {said}\n");
    }
    expect![[r#"
        mia: 403 this needs the role operator, and mia has the role agent
        olu: 200 saved: false, faults: 1
        olu: 200 saved: true, faults: 0
        olu: 409 `playbooks/payment-trouble.yaml` is not as it was when it was edited; look at it again
        olu: 400 `opcx.toml` is not changed over HTTP; edit it on the machine
        olu: 400 `playbooks/../../evil.yaml` is no file of a company's folder; write it like `playbooks/late.yaml`
        olu: 409 `playbooks/welcome-back.yaml` is not as it was when it was edited; look at it again
    "#]].assert_eq(&story);
    assert!(stage.on_disk().contains("> 100"));
    let (_, after) = stage.ask("mia", "GET", "/v1/files", Value::Null).await;
    assert_ne!(after["decides"], after["on_disk"], "what was saved decides after the next restart");
}

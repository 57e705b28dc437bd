//! What changes, as a viewer is told.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode};
use expect_test::expect;
use http_body_util::BodyExt as _;
use opcx::http::read::{Sight, router};
use opcx::http::{Door, Key, KeyHash, Keys, Role};
use opcx_engine::WallClock;
use opcx_insight::Watched;
use opcx_store::{Commit, Store as _};
use serde_json::Value;
use tower_service::Service;

use crate::api::{Book, watched};
use crate::company::definitions;
use crate::world::a_week;

const VIEWER: &str = "viewer-key-of-dashboards";

struct Stage {
    store: Arc<Watched>,
    sight: Arc<Sight<Book>>,
    api: Router,
}

fn stage() -> Stage {
    let key = Key { name: "dashboard".into(), role: Role::Viewer, hash: KeyHash::of(VIEWER).unwrap() };
    let door = Arc::new(Door::new(Book::default(), Keys::new(vec![key]), Arc::new(WallClock)));
    let store = watched(a_week().store);
    let sight = Arc::new(Sight::new(door, Arc::clone(&store), Arc::new(definitions())));
    Stage { store, api: router(&sight), sight }
}

impl Stage {
    async fn look(&self, last: Option<&str>) -> Body {
        let mut request = Request::get("/v1/live").header("authorization", format!("Bearer {VIEWER}"));
        if let Some(last) = last {
            request = request.header("last-event-id", last);
        }
        let response = self.api.clone().call(request.body(Body::empty()).unwrap()).await.unwrap();
        assert_eq!(response.status(), StatusCode::OK);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        response.into_body()
    }
}

/// The next message: its id and what it tells.
async fn message(body: &mut Body) -> Option<(String, Value)> {
    let bytes = body.frame().await?.unwrap().into_data().unwrap();
    let text = String::from_utf8(bytes.to_vec()).unwrap();
    let (id, data) = text.strip_prefix("id: ")?.split_once("\nevent: live\ndata: ")?;
    Some((id.to_owned(), serde_json::from_str(data.strip_suffix("\n\n")?).unwrap()))
}

#[tokio::test]
async fn a_viewer_is_told_how_far_things_are_and_then_what_changes() {
    let stage = stage();
    let mut body = stage.look(None).await;
    let (_, first) = message(&mut body).await.unwrap();
    expect![[r#"
        {
          "as_of": "2015-02-25T03:00:00Z",
          "cases": [],
          "changed": {
            "cases": 0,
            "customers": 0,
            "decisions": 0,
            "promises": 0,
            "rejected": 0
          },
          "customers": 44,
          "decisions": [],
          "decisions_taken": 54,
          "definitions": "070707070707",
          "end": 96,
          "events": 92,
          "position": 96,
          "promises": [],
          "rejected": 0,
          "undecided": 0
        }"#]]
    .assert_eq(&serde_json::to_string_pretty(&first).unwrap());

    let mut progress = stage.store.progress().unwrap();
    let from = progress.position;
    progress.totals.events += 1;
    let case = stage.store.cases(None, 1).unwrap().remove(0);
    let cases = vec![(case.customer, case.case)];
    stage.store.commit(&Commit { from, progress, cases, ..Commit::default() }).unwrap();
    let (_, second) = message(&mut body).await.unwrap();
    assert_eq!(second["events"].as_u64(), first["events"].as_u64().map(|events| events + 1));
    assert_eq!(second["changed"]["cases"], second["position"]);
    assert_eq!(second["changed"]["promises"], 0);
    assert_eq!(second["cases"][0]["id"], "case_c0_0");
}

#[tokio::test]
async fn viewers_share_messages_and_one_that_comes_back_is_not_told_again() {
    let stage = stage();
    let (mut one, mut other) = (stage.look(None).await, stage.look(None).await);
    let (id, told) = message(&mut one).await.unwrap();
    assert_eq!(message(&mut other).await.unwrap(), (id.clone(), told.clone()));
    // Who knows another state is told at once, who knows this one when the program ends: nothing.
    assert_eq!(message(&mut stage.look(Some("7-7-7")).await).await, Some((id.clone(), told)));
    let mut back = stage.look(Some(&id)).await;
    stage.sight.close();
    assert!(back.frame().await.is_none());
    assert!(one.frame().await.is_none());
}

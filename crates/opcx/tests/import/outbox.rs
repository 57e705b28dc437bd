//! What becomes of parcels whose channel is no longer in the settings.

use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex};

use opcx_core::delivery::{Outcome, ParcelId, Policy};
use opcx_core::effects::Parcel;
use opcx_core::log::Lane;
use opcx_core::playbook::Mode;
use opcx_core::record::{Command, Entry, Order};
use opcx_core::time::Timestamp;
use opcx_engine::{
    Budget, Channel, Memory, Node, NodeSettings, Outbox, Sending, Submission, Submitted, WallClock,
};
use opcx_store::{Encoded, ParcelRow, ParcelState, Store};

use super::runs::{file, orders};
use super::shop::Shop;

/// Takes whatever it is given.
#[derive(Default)]
struct Letterbox(Mutex<Vec<ParcelId>>);

impl Channel for Letterbox {
    fn send<'a>(&'a self, parcel: &'a Parcel, _: Timestamp) -> Sending<'a> {
        self.0.lock().unwrap().push(parcel.id);
        Box::pin(std::future::ready(Outcome::Delivered { status: None }))
    }

    fn in_flight_max(&self) -> NonZeroUsize {
        NonZeroUsize::MIN
    }
}

fn start(shop: &Shop, store: &Arc<dyn Store>, outbox: Outbox) -> Node {
    let settings = NodeSettings {
        store: Arc::clone(store),
        definitions: shop.company().definitions,
        second_look: None,
        clock: Arc::new(WallClock),
        policy: Policy::default(),
        budget: Budget::default(),
        memory: Arc::new(Memory::unlimited()),
        erased: Arc::new(|_| Ok(())),
    };
    Node::start(settings, outbox).unwrap()
}

/// Waits until no parcel is left to be tried, then ends.
async fn run_dry(node: Node, store: &Arc<dyn Store>) {
    let mut decided = node.decided();
    while !store.awaited().unwrap().is_empty() {
        decided.changed().await.unwrap();
    }
    node.shutdown().await;
}

#[tokio::test]
async fn a_parcel_whose_channel_is_gone_is_dead_with_the_reason_and_arrives_once_it_is_back() {
    let shop = Shop::open();
    let store = shop.store();
    shop.import_as(&store, "orders.csv", file(&orders(2)), Mode::Live).unwrap();
    assert_eq!(store.awaited().unwrap(), ["messages"]);

    run_dry(start(&shop, &store, Outbox::new()), &store).await;
    let dead = store.dead(None, 10).unwrap();
    assert_eq!(dead.len(), 6);
    for ParcelRow { state, .. } in &dead {
        let ParcelState::Dead { why, .. } = state else { panic!("{state:?}") };
        assert_eq!(
            why.as_str(),
            "there is no channel `messages` any more; put it back into opcx.toml and send this again"
        );
    }

    let letterbox = Arc::new(Letterbox::default());
    let channel: Arc<dyn Channel> = letterbox.clone();
    let node = start(&shop, &store, Outbox::from([("messages".into(), channel)]));
    let order = |row: &ParcelRow| {
        let order = Order::Resend(row.parcel.id);
        let command = Command { by: "mia".into(), reason: "the channel is back".into(), order };
        Submitted { key: None, entry: Encoded::of(&Entry::Command(command)) }
    };
    let entries = dead.iter().map(order).collect();
    node.intake().submit(Submission { lane: Lane::LIVE, at: None, entries }).await.unwrap();
    let mut decided = node.decided();
    while letterbox.0.lock().unwrap().len() < dead.len() {
        decided.changed().await.unwrap();
    }
    run_dry(node, &store).await;
    assert_eq!(store.dead(None, 10).unwrap(), []);
}

//! The starter's shop with a week of customers, one of whom is Ada.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use opcx::house::Company;
use opcx::keep::note_erased;
use opcx::senses::hurried;
use opcx_core::case::{CaseChange, CaseId};
use opcx_core::definitions::Definitions;
use opcx_core::delivery::Policy;
use opcx_core::event::{Event, EventKey, Facts, Origin, Value};
use opcx_core::identity::{Identifier, IdentifierKind};
use opcx_core::log::{Lane, Position};
use opcx_core::record::{Command, Entry, Order, Rejected};
use opcx_core::time::{Span, Timestamp};
use opcx_engine::{Acceptor, Budget, Decider, EngineError, Submission, Submitted, carry_out_erasures};
use opcx_store::{Draft, Embedded, Encoded, Memory, Settings, Store};

/// What tells of Ada; each stands in one kind of place only, so that a search says which was forgotten.
pub(crate) mod ada {
    pub(crate) const USER_ID: &str = "canary-user-7f3a";
    pub(crate) const EMAIL: &str = "canary-mail-51bd@example.org";
    pub(crate) const PHONE: &str = "+4917299988771";
    pub(crate) const DEVICE: &str = "canary-tablet-90ce";
    pub(crate) const NAME: &str = "Canaryname-2b64";
    pub(crate) const ORDER: &str = "canary-order-c8d1";
    pub(crate) const CARRIER: &str = "canary-courier-e07a";
    pub(crate) const SAID: &str = "the canary words 6a1f are lost and I am angry";
    pub(crate) const EVENT_ID: &str = "canary-event-d4b2";
    pub(crate) const REJECTED: &str = "canary-broken-38ff";
    pub(crate) const OUTCOME: &str = "canary outcome 19aa: called her";
}

const START: Timestamp = Timestamp::from_millis(1_790_000_000_000);

pub(crate) fn email(address: &str) -> Identifier {
    Identifier::new(IdentifierKind::Email, address).unwrap()
}

pub(crate) fn user(id: &str) -> Identifier {
    Identifier::new(IdentifierKind::UserId, id).unwrap()
}

fn device(id: &str) -> Identifier {
    Identifier::new(IdentifierKind::AnonymousId, id).unwrap()
}

pub(crate) struct Shop {
    folder: tempfile::TempDir,
    pub(crate) store: Arc<dyn Store>,
    pub(crate) definitions: Arc<Definitions>,
    acceptor: Acceptor,
    decider: Decider,
    now: Timestamp,
}

impl Shop {
    pub(crate) fn open() -> Shop {
        let folder = tempfile::tempdir().unwrap();
        for (path, text) in opcx_company::starter() {
            let path = folder.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, &*text).unwrap();
        }
        Shop::on(folder, START)
    }

    fn on(folder: tempfile::TempDir, now: Timestamp) -> Shop {
        let company = Company::load(folder.path()).unwrap();
        let definitions = Arc::clone(&company.definitions);
        let store: Arc<dyn Store> = Arc::new(Embedded::open(&company.data(), &small()).unwrap());
        let acceptor = Acceptor::new(Arc::clone(&store)).unwrap();
        let decider = decider(&store, &definitions);
        Shop { folder, store, definitions, acceptor, decider, now }
    }

    /// The shop after a crash.
    pub(crate) fn reopened(self) -> Shop {
        let Shop { folder, store, acceptor, decider, now, .. } = self;
        drop((store, acceptor, decider));
        Shop::on(folder, now)
    }

    /// Ends; the data stay where they are.
    pub(crate) fn close(self) {
        let Shop { folder, store, acceptor, decider, .. } = self;
        drop((store, acceptor, decider));
        // Looked at by whoever asked for it; the system's folder for such things is emptied by the system.
        std::mem::forget(folder);
    }

    pub(crate) fn folder(&self) -> PathBuf {
        self.folder.path().to_owned()
    }

    pub(crate) fn data(&self) -> PathBuf {
        Company::load(self.folder.path()).unwrap().data()
    }

    /// Carries out what was ordered, or hardly begins with it.
    pub(crate) fn carry_out(&self, stopped: bool) -> Result<usize, EngineError> {
        let note = note_erased(&self.data());
        carry_out_erasures(&*self.store, &self.definitions, &note, &AtomicBool::new(stopped))
    }

    pub(crate) fn settings(&self) -> Settings {
        small()
    }

    /// The whole log, decided on anew in memory.
    pub(crate) fn replayed(&self) -> Arc<dyn Store> {
        let again: Arc<dyn Store> = Arc::new(Memory::new());
        let records = self.store.read(Position::START, usize::MAX, usize::MAX).unwrap();
        let drafts: Vec<Draft> = records
            .into_iter()
            .map(|logged| Draft {
                lane: logged.record.lane,
                at: logged.record.at,
                entry: Encoded::of(&logged.record.entry),
            })
            .collect();
        again.append(&drafts).unwrap();
        let mut decider = decider(&again, &self.definitions);
        while decider.advance().unwrap() > 0 {}
        again
    }

    pub(crate) fn decide(&mut self) {
        while self.decider.advance().unwrap() > 0 {}
    }

    pub(crate) fn order(&mut self, order: Order) {
        self.append(None, &Entry::Command(Command { by: "mia".into(), reason: "they asked".into(), order }));
    }

    fn append(&mut self, key: Option<EventKey>, entry: &Entry) {
        self.now = self.now + Span::MINUTE;
        let entries = vec![Submitted { key, entry: Encoded::of(entry) }];
        let submission = Submission { lane: Lane::LIVE, at: None, entries };
        self.acceptor.append(self.now, vec![submission]).unwrap();
    }

    fn happens(
        &mut self,
        id: &str,
        who: Vec<Identifier>,
        kind: &str,
        facts: &[(&str, &str)],
        said: Option<&str>,
    ) {
        let facts =
            facts.iter().map(|(name, value)| ((*name).into(), Value::Text((*value).into()))).collect();
        let event = Event {
            source: "shop".into(),
            id: id.into(),
            happened: self.now,
            kind: kind.into(),
            channel: "web".into(),
            who,
            facts: Facts::from_pairs(facts).unwrap(),
            said: said.map(Into::into),
            reading: None,
            consents: Vec::new(),
            masked: Vec::new(),
            origin: Origin::Customer,
        };
        let key = EventKey::of(&event.source, &event.id);
        self.append(Some(key), &Entry::Event(event.sensed(|words| hurried()(words))));
    }

    /// Forty customers and Ada order, write and are brought parcels; two share her tablet.
    pub(crate) fn a_week_of_events(&mut self) {
        for number in 0..40 {
            self.somebody_orders(&format!("first-{number}"), number);
            if number % 10 == 3 {
                self.ada_orders(number);
            }
        }
        let tablet = device(ada::DEVICE);
        let both = vec![user(ada::USER_ID), email(ada::EMAIL), tablet.clone()];
        self.happens("ada-knows-two", both, "Checkout Started", &[("first_name", ada::NAME)], None);
        let phone = Identifier::new(IdentifierKind::Phone, ada::PHONE).unwrap();
        self.happens("ada-phones", vec![user(ada::USER_ID), phone], "Checkout Started", &[], None);
        // Somebody else, on the tablet that is known to be hers.
        self.happens("shared", vec![user("user-5"), tablet], "Checkout Started", &[], None);
        self.decide();
    }

    /// The same, and what the company did and could not read.
    pub(crate) fn a_week_with_ada(&mut self) {
        self.a_week_of_events();
        let raw = format!(r#"{{"email":"{}","x":"{}"#, ada::EMAIL.to_uppercase(), ada::REJECTED);
        let rejected = Rejected {
            from: "/v1/track".into(),
            reason: format!("`{}` does not end", ada::REJECTED).into(),
            format: "segment".into(),
            raw: raw.into(),
        };
        self.append(None, &Entry::Rejected(rejected));
        self.order(Order::Merge(email(ada::EMAIL), user(ada::USER_ID)));
        self.decide();
        let cases = self.store.cases(None, 1_000).unwrap();
        let hers = self.store.owner(&email(ada::EMAIL)).unwrap();
        let case = cases.iter().find(|row| Some(row.customer) == hers).map(|row| row.case.id);
        if let Some(CaseId(deed)) = case {
            let change = CaseChange::Close { outcome: ada::OUTCOME.into() };
            self.order(Order::Case(CaseId(deed), change));
        }
        self.decide();
    }

    fn somebody_orders(&mut self, id: &str, number: u32) {
        let who = || vec![user(&format!("user-{number}"))];
        let order = format!("order-{id}");
        let facts = [
            ("order_id", order.as_str()),
            ("carrier", if number.is_multiple_of(2) { "Swift" } else { "Hare" }),
        ];
        self.happens(&format!("{id}-paid"), who(), "Order Completed", &facts, None);
        self.happens(&format!("{id}-sent"), who(), "Order Shipped", &facts, None);
        self.happens(&format!("{id}-here"), who(), "Order Delivered", &facts, None);
    }

    fn ada_orders(&mut self, number: u32) {
        let who = || vec![email(ada::EMAIL)];
        let facts = [("order_id", ada::ORDER), ("carrier", ada::CARRIER)];
        let id = |what: &str| format!("{}-{number}-{what}", ada::EVENT_ID);
        self.happens(&id("paid"), who(), "Order Completed", &facts, None);
        self.happens(&id("sent"), who(), "Order Shipped", &facts, None);
        self.happens(&id("failed"), who(), "Payment Failed", &facts, None);
        self.happens(&id("said"), who(), "Message Received", &facts, Some(ada::SAID));
    }

    pub(crate) fn another_day(&mut self) {
        for number in 20..60 {
            self.somebody_orders(&format!("second-{number}"), number);
        }
        self.append(None, &Entry::Tick);
        self.decide();
    }

    pub(crate) fn ada_writes(&mut self) {
        self.happens("new", vec![email(ada::EMAIL)], "Message Received", &[], Some("hello again"));
        self.decide();
    }
}

fn decider(store: &Arc<dyn Store>, definitions: &Arc<Definitions>) -> Decider {
    let budget = Budget::default();
    Decider::new(Arc::clone(store), Arc::clone(definitions), Policy::default(), budget).unwrap()
}

/// Several files of the log, so that erasing rewrites some and leaves others.
fn small() -> Settings {
    Settings { segment_bytes: 8 * 1024, ..Settings::default() }
}

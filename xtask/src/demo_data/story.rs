//! What happens to each customer.

use opcx_core::time::{Span, Timestamp};
use serde_json::{Map, Value, json};

use super::random::Random;
use super::words::{About, message, review};

/// One thing that happens.
pub(super) struct Line {
    pub(super) at: Timestamp,
    pub(super) what: &'static str,
    pub(super) facts: Map<String, Value>,
}

/// Monday, 7 September 2026, midnight UTC.
const START: Timestamp = Timestamp::from_millis(1_788_739_200_000);
const DAYS: u64 = 28;
const CUSTOMERS: u64 = 420;

/// The week in which card payments fail: from day to day.
const PAYMENTS_FAIL: std::ops::Range<u64> = 14..21;

const REGIONS: [&str; 4] = ["north", "south", "east", "west"];
const CARRIERS: [&str; 3] = ["Swift Parcel", "Green Wheels", "City Post"];
const BRANCHES: [&str; 3] = ["Harbour Street", "Old Market", "Station"];
const NAMES: [&str; 8] = ["Ada", "Ben", "Chi", "Dora", "Emil", "Fatma", "Goran", "Hanna"];
const PRODUCTS: [(&str, u64); 7] = [
    ("hand grinder", 79),
    ("espresso machine", 449),
    ("gooseneck kettle", 64),
    ("moka pot", 32),
    ("filter holder", 18),
    ("milk frother", 45),
    ("scale", 54),
];

/// Everything that happens to all customers, customer by customer.
pub(super) fn customers(random: &mut Random) -> Vec<Line> {
    let mut story = Story { lines: Vec::new(), orders: 0 };
    for number in 1..=CUSTOMERS {
        let customer = Customer {
            id: format!("c{number:03}"),
            first_name: random.one_of(&NAMES),
            region: random.one_of(&REGIONS),
        };
        for _ in 0..=random.below(3) {
            let day = random.below(DAYS - 2);
            story.order(random, &customer, day);
        }
        if random.permille(200) {
            let day = random.below(DAYS);
            let branch = random.one_of(&BRANCHES);
            story.add(
                &customer,
                hour(random, day, 10, 18),
                "visit",
                json!({ "via": "counter", "branch": branch }),
            );
        }
        if random.permille(300) {
            let day = random.below(DAYS);
            let at = hour(random, day, 7, 22);
            let product = random.one_of(&PRODUCTS).0;
            story.writes(random, &customer, at, About::Question, product);
        }
    }
    story.mara(random);
    for day in 0..DAYS {
        story.lines.push(Line { at: START + days(day), what: "heartbeat", facts: Map::new() });
    }
    let end = START + days(DAYS);
    story.lines.retain(|line| line.at < end);
    story.lines
}

struct Customer {
    id: String,
    first_name: &'static str,
    region: &'static str,
}

struct Story {
    lines: Vec<Line>,
    orders: u64,
}

impl Story {
    fn order(&mut self, random: &mut Random, customer: &Customer, day: u64) {
        self.orders += 1;
        let order = format!("o-{:04}", 1000 + self.orders);
        let (product, price) = random.one_of(&PRODUCTS);
        let via = if random.permille(600) { "web" } else { "app" };
        let bought = |more: Value| {
            joined(json!({ "via": via, "order": order, "value": price, "product": product }), more)
        };
        let mut at = hour(random, day, 7, 23);
        if random.permille(500) {
            self.add(customer, at, "viewed", json!({ "via": via, "product": product }));
        }
        at = at + minutes(3 + random.below(20));
        self.add(customer, at, "checkout", bought(json!({})));
        let fails = if PAYMENTS_FAIL.contains(&day) { 350 } else { 25 };
        if random.permille(fails) {
            at = at + minutes(1);
            self.add(customer, at, "payment failed", bought(json!({})));
            if random.permille(350) {
                self.writes(random, customer, at + minutes(9), About::Payment, product);
            }
            if random.permille(400) {
                return;
            }
        }
        at = at + minutes(2);
        self.add(customer, at, "ordered", bought(json!({ "region": customer.region })));
        if random.permille(120) {
            let branch = random.one_of(&BRANCHES);
            let ready = json!({ "via": "counter", "order": order, "branch": branch });
            self.add(customer, at + hours(3 + random.below(20)), "ready to collect", ready);
            return;
        }
        let carrier = random.one_of(&CARRIERS);
        let shipped = at + hours(6 + random.below(20));
        let promised = shipped + days(2);
        let parcel = json!({ "via": "email", "order": order, "carrier": carrier, "region": customer.region,
                             "promised": promised.to_string() });
        self.add(customer, shipped, "shipped", parcel.clone());
        let is_late = if carrier == "Swift Parcel" && customer.region == "north" { 700 } else { 60 };
        let is_late = random.permille(is_late);
        let delivered = if is_late {
            promised + hours(10 + random.below(90))
        } else {
            promised - hours(1 + random.below(22))
        };
        self.add(customer, delivered, "delivered", joined(parcel, json!({ "via": "door" })));
        if is_late && random.permille(550) {
            let asked = promised + hours(4 + random.below(12));
            let answered = self.writes(random, customer, asked, About::Late, product);
            if !answered {
                self.writes(random, customer, asked + hours(30), About::LateAgain, product);
            }
        }
        if random.permille(40) {
            let unpacked = delivered + hours(2);
            self.writes(random, customer, unpacked, About::Damaged, product);
            self.add(customer, unpacked + hours(20), "return", json!({ "via": "web", "order": order }));
            let paid = unpacked + days(2 + random.below(16));
            self.add(customer, paid, "refund", json!({ "via": "web", "order": order }));
        } else if random.permille(300) {
            let stars = if is_late { 1 + random.below(3) } else { 3 + random.below(3) };
            let said = review(random, stars, product);
            let reviewed = delivered + days(1 + random.below(4));
            self.add(customer, reviewed, "review", json!({ "via": "web", "stars": stars, "text": said }));
        }
    }

    /// Somebody writes; returns whether they are answered. Thanks follow some answers.
    fn writes(
        &mut self,
        random: &mut Random,
        customer: &Customer,
        at: Timestamp,
        about: About,
        product: &str,
    ) -> bool {
        let via = if random.permille(700) { "chat" } else { "email" };
        let said = message(random, about, product);
        self.add(customer, at, "message", json!({ "via": via, "text": said }));
        let is_answered = random.permille(860);
        if is_answered {
            let answered = at + minutes(30 + random.below(6 * 60));
            self.add(customer, answered, "answer", json!({ "via": via }));
            if random.permille(250) {
                let thanks = message(random, About::Thanks, product);
                self.add(customer, answered + hours(1), "message", json!({ "via": via, "text": thanks }));
                self.add(customer, answered + hours(2), "answer", json!({ "via": via }));
            }
        }
        is_answered
    }

    /// One customer whose story is told in full, for the demo: first all is well, then nothing is.
    fn mara(&mut self, random: &mut Random) {
        let mara = Customer { id: "mara".to_owned(), first_name: "Mara", region: "north" };
        let parcel = |order: &str, promised: Timestamp| {
            json!({ "via": "email", "order": order, "carrier": "Swift Parcel", "region": "north",
                    "promised": promised.to_string() })
        };
        let on = |day: u64, at: u64| START + days(day) + hours(at);
        for (order, day, product, delivered) in [
            ("o-0001", 1, "hand grinder", on(4, 8)),
            ("o-0002", 9, "espresso machine", on(16, 15)),
            ("o-0003", 18, "moka pot", on(26, 11)),
        ] {
            let bought = json!({ "via": "web", "order": order, "value": 79, "product": product });
            self.add(&mara, on(day, 17), "checkout", bought.clone());
            self.add(&mara, on(day, 18), "ordered", bought);
            let sent = parcel(order, on(day + 3, 18));
            self.add(&mara, on(day + 1, 9), "shipped", sent.clone());
            self.add(&mara, delivered, "delivered", joined(sent, json!({ "via": "door" })));
        }
        let review =
            json!({ "via": "web", "stars": 5, "text": "I love this grinder, the coffee is wonderful." });
        self.add(&mara, on(6, 9), "review", review);
        for (day, about) in [(13, About::Late), (15, About::LateAgain), (23, About::LateAgain)] {
            let said = message(random, about, "espresso machine");
            self.add(&mara, on(day, 8), "message", json!({ "via": "chat", "text": said }));
        }
        self.add(&mara, on(17, 9), "call", json!({ "via": "phone" }));
    }

    fn add(&mut self, customer: &Customer, at: Timestamp, what: &'static str, facts: Value) {
        let who = json!({ "customer": customer.id, "first_name": customer.first_name });
        let Value::Object(facts) = joined(who, facts) else { return };
        self.lines.push(Line { at, what, facts });
    }
}

/// Both objects in one; what both say is as the second says.
fn joined(one: Value, other: Value) -> Value {
    match (one, other) {
        (Value::Object(mut one), Value::Object(other)) => {
            one.extend(other);
            Value::Object(one)
        }
        (_, other) => other,
    }
}

/// A minute of that day between two full hours, UTC.
fn hour(random: &mut Random, day: u64, from: u64, to: u64) -> Timestamp {
    START + days(day) + minutes(from * 60 + random.below((to - from) * 60))
}

fn days(days: u64) -> Span {
    hours(days * 24)
}

fn hours(hours: u64) -> Span {
    minutes(hours * 60)
}

fn minutes(minutes: u64) -> Span {
    Span::from_millis(i64::try_from(minutes).expect("a few weeks") * 60_000)
}

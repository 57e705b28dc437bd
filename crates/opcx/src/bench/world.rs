//! The load: who does what when, from a seed.

use std::fmt::Write as _;

use opcx_core::event::{Event, Facts, Origin, Value};
use opcx_core::identity::{Identifier, IdentifierKind};
use opcx_core::time::{Span, Timestamp};

use super::random::{Random, Zipf};

/// Customers of the benchmarks.
pub const CUSTOMERS: u32 = 100_000;

/// When the benchmark's time begins: 2026-01-01T00:00:00Z.
const BEGIN: Timestamp = Timestamp::from_millis(1_767_225_600_000);

/// Time between two events: three million of them are two weeks.
const STEP: Span = Span::from_millis(400);

const KINDS: [&str; 5] =
    ["Page Viewed", "Order Completed", "Order Shipped", "Order Delivered", "Payment Failed"];

const OPENINGS: [&str; 6] = [
    "I have been waiting for my order",
    "The payment page failed again and",
    "Thank you so much for the quick help",
    "Can you tell me where the parcel is",
    "Nobody answered the phone today and",
    "The coffee arrived broken, the box was open",
];
const ENDINGS: [&str; 6] = [
    "this is the third time I have to ask about it",
    "please get back to me as soon as you can",
    "I really love the new beans you sent me",
    "I am very disappointed with this service",
    "could somebody look into it for me today",
    "and the driver was friendly and on time",
];

/// One thing that happens, not yet in any format.
pub struct Happening {
    /// Its number, from 0.
    pub number: u64,
    /// When.
    pub at: Timestamp,
    /// Which customer, from 0.
    pub customer: usize,
    /// What.
    pub kind: &'static str,
    /// The order it is about.
    pub order: u64,
    /// The order's value in cents.
    pub cents: u64,
    /// Where.
    pub branch: u64,
    /// What was said: for one event in four, about a hundred characters.
    pub text: Option<String>,
}

/// Things that happen, one after the other.
pub struct World {
    random: Random,
    zipf: Zipf,
    number: u64,
    /// How many customers come once each before chance decides.
    introduced: u64,
}

impl World {
    /// The world that follows from `seed`.
    #[must_use]
    pub fn new(seed: u64) -> World {
        World { random: Random::new(seed), zipf: Zipf::new(CUSTOMERS), number: 0, introduced: 0 }
    }

    /// A world in which each of `customers` comes once before any comes again.
    #[must_use]
    pub fn introducing(seed: u64, customers: u32) -> World {
        World { zipf: Zipf::new(customers), introduced: u64::from(customers), ..World::new(seed) }
    }

    /// The next thing that happens.
    pub fn happening(&mut self) -> Happening {
        let customer = if self.number < self.introduced {
            usize::try_from(self.number).unwrap_or(usize::MAX)
        } else {
            self.zipf.draw(&mut self.random)
        };
        self.happening_to(customer)
    }

    /// The next thing that happens, to a certain customer.
    pub fn happening_to(&mut self, customer: usize) -> Happening {
        let random = &mut self.random;
        let number = self.number;
        self.number += 1;
        let text =
            number.is_multiple_of(4).then(|| format!("{} {}", random.pick(&OPENINGS), random.pick(&ENDINGS)));
        let kind = if text.is_some() { "Message Received" } else { random.pick(&KINDS) };
        let kind = if number % 37 == 5 { "Message Answered" } else { kind };
        Happening {
            number,
            at: BEGIN + STEP.times(i64::try_from(number).unwrap_or(i64::MAX)),
            customer,
            kind,
            order: (customer as u64) * 8 + random.below(8),
            cents: 100 + random.below(50_000),
            branch: random.below(40),
            text: text.filter(|_| kind == "Message Received"),
        }
    }
}

impl Happening {
    /// As the engine sees it.
    #[must_use]
    pub fn event(&self) -> Event {
        #[allow(clippy::cast_precision_loss, reason = "cents are few")]
        let value = self.cents as f64 / 100.0;
        let facts = vec![
            ("order_id".into(), Value::Text(format!("o{}", self.order).into())),
            ("order_value".into(), Value::Number(value)),
            ("branch".into(), Value::Text(format!("branch-{}", self.branch).into())),
        ];
        let who = Identifier::new(IdentifierKind::UserId, &format!("customer-{}", self.customer));
        Event {
            source: "bench".into(),
            id: format!("e{}", self.number).into(),
            happened: self.at,
            kind: self.kind.into(),
            channel: "web".into(),
            who: who.into_iter().collect(),
            facts: Facts::from_pairs(facts).unwrap_or_default(),
            said: self.text.as_deref().map(Into::into),
            reading: None,
            consents: Vec::new(),
            masked: Vec::new(),
            origin: if self.kind == "Message Answered" { Origin::Staff } else { Origin::Customer },
        }
    }

    /// As a line of JSON, in the shape of the benchmark's mapping.
    pub fn write_line(&self, line: &mut String) {
        let by = if self.kind == "Message Answered" { "staff" } else { "customer" };
        let _ = write!(
            line,
            "{{\"id\":\"e{}\",\"time\":\"{}\",\"kind\":\"{}\",\"by\":\"{by}\",\"user\":\"customer-{}\",\"order_id\":\"o{}\",\"order_value\":{}.{:02},\"branch\":\"branch-{}\"",
            self.number,
            self.at,
            self.kind,
            self.customer,
            self.order,
            self.cents / 100,
            self.cents % 100,
            self.branch
        );
        if let Some(text) = &self.text {
            let _ = write!(line, ",\"text\":\"{text}\"");
        }
        line.push_str("}\n");
    }

    /// As a Segment track call of about 700 bytes, which is what SDKs send.
    pub fn write_segment(&self, body: &mut String, sent_nanos: u128) {
        let _ = write!(
            body,
            "{{\"type\":\"track\",\"messageId\":\"node-next-1767225600000-{:032x}\",\"userId\":\"customer-{}\",\"event\":\"{}\",\"timestamp\":\"{}\",\"properties\":{{\"order_id\":\"o{}\",\"order_value\":{}.{:02},\"branch\":\"branch-{}\",\"sent_nanos\":\"{sent_nanos}\",\"currency\":\"EUR\",\"coupon\":\"none\",\"items\":3,\"first\":false",
            self.number,
            self.customer,
            self.kind,
            self.at,
            self.order,
            self.cents / 100,
            self.cents % 100,
            self.branch
        );
        if let Some(text) = &self.text {
            let _ = write!(body, ",\"message\":\"{text}\"");
        }
        body.push_str("},\"context\":{\"library\":{\"name\":\"@segment/analytics-node\",\"version\":\"3.1.0\"},\"locale\":\"en-GB\",\"timezone\":\"Europe/Berlin\",\"ip\":\"203.0.113.9\",\"userAgent\":\"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36\"},\"_metadata\":{\"nodeVersion\":\"20.20.2\",\"jsRuntime\":\"node\"},\"integrations\":{}}");
    }
}

//! `core::step` alone, on one core: 50 playbooks with conditions, 100,000 customers of whom few do
//! much (Zipf 1.1), one event in four with a text whose reading was made before.
//!
//! `cargo bench -p opcx-core`; with `-- 300000` for fewer events than a million. Shows events per
//! second by the wall's clock and by the processor's, which other work on the machine disturbs less.

use std::hint::black_box;
use std::time::Instant;

use opcx_core::calendar::{Calendar, Calendars, Zone};
use opcx_core::condition::{Comparison, Condition, Declared, Expression, FactType, Field};
use opcx_core::consent::Purpose;
use opcx_core::customer::{Customer, CustomerId};
use opcx_core::definitions::{Definitions, Fact, House, Version, Vocabulary};
use opcx_core::effects::Effects;
use opcx_core::event::{Category, Event, Facts, Origin, Value};
use opcx_core::identity::{Identifier, IdentifierKind, Limits, Person};
use opcx_core::log::{Lane, Position};
use opcx_core::map::{Journey, JourneyIndex, Moment, MomentIndex, Outcome, Stage};
use opcx_core::playbook::{ActionDefinition, Aim, Mode, Playbook, Trigger};
use opcx_core::promise::{PromiseDefinition, PromiseIndex, PromiseState};
use opcx_core::reading::{Emotion, Felt, Found, Model, Permille, Reading, Tier, Valence};
use opcx_core::step::{Happening, Input, next_timer, step};
use opcx_core::time::{Span, Timestamp};
use opcx_core::trust::Account;

const CUSTOMERS: usize = 100_000;
const EVENTS: usize = 1_000_000;
/// Events made at a time, outside of what is measured.
const CHUNK: usize = 50_000;
const FLOOR: f64 = 300_000.0;

const KINDS: [(&str, Category); 8] = [
    ("Message", Category::Feedback),
    ("Reply", Category::Service),
    ("Page Viewed", Category::Browsing),
    ("Order Placed", Category::Purchase),
    ("Order Shipped", Category::Service),
    ("Delivered", Category::Service),
    ("Payment Failed", Category::Service),
    ("Label Printed", Category::Operations),
];

fn main() {
    let events = std::env::args().find_map(|argument| argument.parse().ok()).unwrap_or(EVENTS);
    let definitions = definitions();
    let mut world = World::new();
    let mut customers: Vec<Option<Customer>> = vec![None; CUSTOMERS];
    let mut effects = Effects::default();
    let (mut wall, mut processor) = (0.0, 0.0);
    let (mut moments, mut receipts, mut decisions, mut parcels) = (0, 0, 0, 0);
    for chunk in 0..events.div_ceil(CHUNK) {
        let prepared: Vec<_> = (0..CHUNK).map(|at| world.event(chunk * CHUNK + at)).collect();
        let (begun, begun_processor) = (Instant::now(), processor_seconds());
        for (position, at, event, reading) in &prepared {
            let customer =
                customers[*at].get_or_insert_with(|| Customer::new(CustomerId(*position), Person::default()));
            let mut input = Input {
                position: *position,
                lane: Lane::LIVE,
                now: event.happened,
                mode: Mode::Live,
                happening: Happening::Time,
            };
            while let Some(due) = next_timer(&definitions, customer).filter(|due| *due <= event.happened) {
                input.now = due;
                step(&definitions, customer, &input, &mut effects);
            }
            input.now = event.happened;
            input.happening = Happening::Event { event, reading: reading.as_ref() };
            step(&definitions, customer, &input, &mut effects);
            moments += effects.moments.len();
            receipts += effects.receipts.len();
            decisions += effects.receipts.iter().map(|receipt| receipt.decisions.len()).sum::<usize>();
            parcels += effects.parcels.len();
            black_box(&mut effects).clear();
        }
        wall += begun.elapsed().as_secs_f64();
        processor += processor_seconds() - begun_processor;
    }
    let events = (events.div_ceil(CHUNK) * CHUNK) as f64;
    let by_processor = events / processor;
    println!(
        "{events} events, {moments} moments, {decisions} decisions on {receipts} receipts, {parcels} parcels, timers included"
    );
    println!("{:>12.0} events/s by the wall's clock", events / wall);
    println!("{by_processor:>12.0} events/s by the processor's clock (floor {FLOOR})");
}

/// Seconds that this thread spent on a processor.
fn processor_seconds() -> f64 {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let nanoseconds: f64 = text.split(' ').next().and_then(|first| first.parse().ok()).unwrap_or(f64::NAN);
    nanoseconds / 1e9
}

/// Who does what, from a seed.
struct World {
    random: u64,
    /// Up to where in `0..1` each customer's share of the events reaches.
    shares: Vec<f64>,
}

impl World {
    fn new() -> World {
        let weights = (1..=CUSTOMERS).map(|rank| (rank as f64).powf(-1.1));
        let mut shares: Vec<f64> = weights
            .scan(0.0, |sum, weight| {
                *sum += weight;
                Some(*sum)
            })
            .collect();
        let all = shares[CUSTOMERS - 1];
        shares.iter_mut().for_each(|share| *share /= all);
        World { random: 1, shares }
    }

    /// The next number of SplitMix64.
    fn number(&mut self) -> u64 {
        self.random = self.random.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.random;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn event(&mut self, number: usize) -> (Position, usize, Event, Option<Reading>) {
        let share = (self.number() >> 11) as f64 / (1_u64 << 53) as f64;
        let customer = self.shares.partition_point(|&upto| upto < share).min(CUSTOMERS - 1);
        let with_text = number.is_multiple_of(4);
        let kind = if with_text { 0 } else { 1 + (self.number() % 7) as usize };
        let happened = Timestamp::from_millis(1_767_225_600_000 + 400 * number as i64);
        let promised = happened + Span::HOUR.times(48);
        let facts = vec![
            ("order".into(), Value::Text(format!("o{}-{}", customer, self.number() % 8).into())),
            ("value".into(), Value::Number((self.number() % 500) as f64)),
            ("branch".into(), Value::Text(format!("branch-{}", self.number() % 40).into())),
            ("promised_at".into(), Value::Text(promised.to_string().into())),
        ];
        let event = Event {
            source: "bench".into(),
            id: number.to_string().into(),
            happened,
            kind: KINDS[kind].0.into(),
            channel: "web".into(),
            who: vec![
                Identifier::new(IdentifierKind::UserId, &format!("customer-{customer}")).expect("a name"),
            ],
            facts: Facts::from_pairs(facts).expect("four facts"),
            said: with_text.then(|| "I have been waiting for my order, this is the third time I ask".into()),
            reading: None,
            consents: Vec::new(),
            masked: Vec::new(),
            origin: if KINDS[kind].0 == "Reply" { Origin::Staff } else { Origin::Customer },
        };
        let (valence, valence_permille, emotion) = match self.number() % 3 {
            0 => (Valence::Negative, -600, Emotion::Annoyance),
            1 => (Valence::Neutral, 0, Emotion::Neutral),
            _ => (Valence::Positive, 600, Emotion::Gratitude),
        };
        let felt = Felt::one(emotion, Permille::new(700), valence, valence_permille);
        let reading = Reading::asked(Model { tier: Tier::Fast, version: 1 }, Found::Felt(felt));
        (Position::new(number as u64), customer, event, with_text.then_some(reading))
    }
}

fn declared(name: &str, kind: FactType, category: Category) -> Declared {
    Declared { name: name.into(), category, kind }
}

fn order() -> Declared {
    declared("order", FactType::Text, Category::Service)
}

fn compare(field: Field, how: Comparison, value: Value) -> Expression {
    Expression::Compare(how, Box::new((Expression::Read(field), Expression::Constant(value))))
}

fn is(field: Field, value: &str) -> Expression {
    compare(field, Comparison::Equal, Value::Text(value.into()))
}

fn kind(name: &str) -> Expression {
    is(Field::EventKind, name)
}

fn condition(expression: Expression) -> Condition {
    Condition::new("of the benchmark", expression)
}

fn definitions() -> Definitions {
    let vocabulary = Vocabulary {
        kinds: KINDS.into_iter().map(|(kind, category)| (kind.into(), category)).collect(),
        facts: [
            ("order", FactType::Text, Category::Service),
            ("value", FactType::Number, Category::Purchase),
            ("branch", FactType::Text, Category::Operations),
            ("promised_at", FactType::Time, Category::Service),
        ]
        .into_iter()
        .map(|(name, kind, category)| {
            (name.into(), Fact { kind, category, about_customer: false, description: "".into() })
        })
        .collect(),
        dimensions: vec![declared("branch", FactType::Text, Category::Operations)],
    };
    let journeys = ["order", "help"].map(|name| Journey {
        name: name.into(),
        owner: "somebody".into(),
        stages: vec![Stage { name: "only".into(), moments: Vec::new() }],
        one_per: (name == "order").then(order),
        abandoned_after: Span::DAY.times(7),
    });
    let moments = vec![
        moment("pay", 0, &["Order Placed", "Payment Failed"], kind("Order Placed"), kind("Payment Failed")),
        moment("deliver", 0, &["Order Shipped", "Delivered"], kind("Delivered"), kind("Label Printed")),
        moment("contact", 1, &["Message"], is(Field::Valence, "positive"), is(Field::Valence, "negative")),
    ];
    let playbooks = (0..50).map(playbook).collect();
    let house = House {
        zone: Zone::new("Europe/Berlin").expect("a zone"),
        quiet: None,
        contacts: None,
        limits: Limits::default(),
        seed: 1,
    };
    let calendars = Calendars::one(Calendar::always());
    let promises = promises();
    Definitions::new(
        Version([1; 16]),
        vocabulary,
        journeys.into(),
        moments,
        promises,
        playbooks,
        Vec::new(),
        calendars,
        house,
    )
}

fn moment(name: &str, journey: u16, listens: &[&str], good: Expression, bad: Expression) -> Moment {
    let kinds = listens.iter().map(|kind| Value::Text((*kind).into())).collect();
    let among = (Expression::Read(Field::EventKind), Expression::Constant(Value::List(kinds)));
    Moment {
        name: name.into(),
        journey: JourneyIndex(journey),
        stage: 0,
        who: "somebody".into(),
        wants: "something".into(),
        how: vec!["web".into()],
        feels: "something".into(),
        owner: "somebody".into(),
        account: Account::Capability,
        listens: condition(Expression::In(Box::new(among))),
        good: Some(condition(good)),
        bad: Some(condition(bad)),
        repaired: None,
        way_out: "phone".into(),
        goal: name == "deliver",
    }
}

fn promises() -> Vec<PromiseDefinition> {
    let same_order = Expression::Compare(
        Comparison::Equal,
        Box::new((Expression::Read(Field::Fact(order())), Expression::Read(Field::PromiseFact(order())))),
    );
    let promise = |name: &str, moment, made, due: &str, kept| PromiseDefinition {
        name: name.into(),
        moment: MomentIndex(moment),
        account: Account::Reliability,
        made: Some(condition(made)),
        due: due.parse().expect("a due time"),
        at_risk: "at 75%".parse().ok(),
        kept: condition(kept),
        released: None,
        not_from: Vec::new(),
    };
    let angry = Expression::All(vec![kind("Message"), is(Field::Valence, "negative")]);
    vec![
        promise(
            "delivered-by",
            1,
            kind("Order Shipped"),
            "facts.promised_at",
            Expression::All(vec![kind("Delivered"), same_order]),
        ),
        promise("answered", 2, angry, "72h", is(Field::EventBy, "staff")),
    ]
}

/// One of fifty, over all triggers, with a condition of three terms.
fn playbook(number: u16) -> Playbook {
    let when = match number % 10 {
        0 => Trigger::Promise(PromiseIndex(0), PromiseState::AtRisk),
        1 => Trigger::Promise(PromiseIndex(1), PromiseState::Broken),
        2 => Trigger::Moment(MomentIndex(0), Outcome::Bad),
        3 => Trigger::Moment(MomentIndex(2), Outcome::Bad),
        4 => Trigger::TrustBelow(Account::Capability, 400),
        5 => Trigger::Silence(Span::DAY.times(3)),
        other => Trigger::Event(KINDS[usize::from(other - 6) * 2].0.into()),
    };
    let value = Field::Fact(declared("value", FactType::Number, Category::Purchase));
    let branch = Field::Fact(declared("branch", FactType::Text, Category::Operations));
    let terms = vec![
        compare(value, Comparison::Greater, Value::Number(f64::from(number) * 9.0)),
        compare(branch, Comparison::NotEqual, Value::Text("branch-7".into())),
        compare(Field::OpenFailures, Comparison::Less, Value::Number(50.0)),
    ];
    let action = match number % 3 {
        0 => ActionDefinition::Webhook { endpoint: "crm".into() },
        _ => ActionDefinition::Note("noted".into()),
    };
    Playbook {
        name: format!("p{number:02}").into(),
        when,
        condition: Some(condition(Expression::All(terms))),
        actions: vec![action],
        purpose: Purpose::Service,
        aim: Aim::Inform,
        priority: 50,
        at_most: None,
        hold_out: Permille::default(),
        mode: Mode::Live,
    }
}

//! A small airline: one journey, one promise, four playbooks.

use std::collections::BTreeMap;

use opcx_core::calendar::{Calendar, Calendars, Zone};
use opcx_core::condition::{Comparison, Condition, Declared, Expression, FactType, Field};
use opcx_core::consent::Purpose;
use opcx_core::definitions::{Definitions, Fact, House, Version, Vocabulary};
use opcx_core::due::{AtRisk, Due};
use opcx_core::event::{Category, Name, Value};
use opcx_core::identity::Limits;
use opcx_core::map::{Journey, JourneyIndex, Moment, MomentIndex, Outcome, Stage};
use opcx_core::playbook::{
    ActionDefinition, Aim, Cap, Claim, Mode, Piece, Playbook, Priority, Template, TemplateIndex, Trigger,
};
use opcx_core::promise::{PromiseDefinition, PromiseIndex, PromiseState};
use opcx_core::reading::Permille;
use opcx_core::time::Span;
use opcx_core::trust::Account;

const BAGS: MomentIndex = MomentIndex(0);
const LANDING: MomentIndex = MomentIndex(1);
const ANSWER: MomentIndex = MomentIndex(2);
const ANSWERED: PromiseIndex = PromiseIndex(0);

pub(crate) fn definitions() -> Definitions {
    let late = declared("minutes_late", FactType::Number);
    let moments = vec![
        Moment {
            who: "someone whose suitcase should be on the belt".into(),
            wants: "to have the bag and go home".into(),
            feels: "tired, watching the belt".into(),
            good: Some(felt("positive")),
            bad: Some(felt("negative")),
            goal: true,
            ..moment("bags", 1, Account::Capability, and(&kind("Message"), &about("bags")))
        },
        Moment {
            who: "someone with plans at the other end".into(),
            wants: "to be there when the ticket says".into(),
            feels: "counting the minutes".into(),
            good: Some(compare(&late, Comparison::Less, 15.0, "facts.minutes_late < 15")),
            bad: Some(compare(&late, Comparison::Greater, 60.0, "facts.minutes_late > 60")),
            ..moment("landing", 0, Account::Reliability, kind("Flight Landed"))
        },
        Moment {
            who: "someone who took the trouble to write".into(),
            wants: "to be heard".into(),
            feels: "unsure whether anybody reads this".into(),
            ..moment("answer", 1, Account::Humanity, kind("Reply"))
        },
    ];
    let answered = PromiseDefinition {
        name: "answered-in-72h".into(),
        moment: ANSWER,
        account: Account::Humanity,
        made: Some(and(&kind("Message"), &felt("negative"))),
        due: Due::parse("72h").expect("a due time"),
        at_risk: Some(AtRisk::parse("24h before").expect("a time to warn")),
        kept: kind("Reply"),
        released: None,
        not_from: Vec::new(),
    };
    let gold = declared("tier", FactType::Text);
    let is_gold = Condition::new("customer.tier == \"gold\"", equal(Field::Trait(gold), "gold"));
    let playbooks = vec![
        playbook(
            "find-the-bag",
            Trigger::Moment(BAGS, Outcome::Bad),
            Aim::Repair,
            vec![case(Priority::High)],
        ),
        playbook(
            "answer-due",
            Trigger::Promise(ANSWERED, PromiseState::AtRisk),
            Aim::Repair,
            vec![ActionDefinition::Message { template: TemplateIndex(0), channel: "letters".into() }],
        ),
        Playbook {
            condition: Some(is_gold),
            ..playbook(
                "call-gold",
                Trigger::Moment(LANDING, Outcome::Bad),
                Aim::Repair,
                vec![case(Priority::Normal)],
            )
        },
        Playbook {
            at_most: Some(Cap { times: 1, within: Span::DAY.times(7) }),
            ..playbook(
                "thanks",
                Trigger::Moment(BAGS, Outcome::Good),
                Aim::Delight,
                vec![ActionDefinition::Webhook { endpoint: "crm".into() }],
            )
        },
    ];
    let sorry = Template {
        name: "we-have-not-forgotten".into(),
        claims: vec![Claim::Promise(ANSWERED, PromiseState::AtRisk)],
        body: vec![Piece::Words("We have not forgotten your message.".into())],
    };
    Definitions::new(
        Version([7; 16]),
        vocabulary(),
        vec![Journey {
            name: "trip".into(),
            owner: "ground".into(),
            stages: vec![
                Stage { name: "fly".into(), moments: vec![LANDING] },
                Stage { name: "arrive".into(), moments: vec![BAGS, ANSWER] },
            ],
            one_per: None,
            abandoned_after: Span::DAY.times(30),
        }],
        moments,
        vec![answered],
        playbooks,
        vec![sorry],
        Calendars::one(Calendar::always()),
        House { zone: Zone::UTC, quiet: None, contacts: None, limits: Limits::default(), seed: 7 },
    )
}

fn vocabulary() -> Vocabulary {
    let kind = |category| move |name: &str| (Name::from(name), category);
    let fact = |kind, about_customer| Fact {
        kind,
        category: Category::Service,
        about_customer,
        description: "".into(),
    };
    Vocabulary {
        kinds: ["Message"]
            .map(kind(Category::Feedback))
            .into_iter()
            .chain(["Flight Landed", "Reply", "Seat Chosen"].map(kind(Category::Service)))
            .collect(),
        facts: BTreeMap::from([
            ("about".into(), fact(FactType::Text, false)),
            ("airline".into(), fact(FactType::Text, false)),
            ("minutes_late".into(), fact(FactType::Number, false)),
            ("tier".into(), fact(FactType::Text, true)),
            ("first_name".into(), fact(FactType::Text, true)),
            ("name".into(), Fact { category: Category::Feedback, ..fact(FactType::Text, true) }),
        ]),
        dimensions: vec![declared("airline", FactType::Text)],
    }
}

fn moment(name: &str, stage: u16, account: Account, listens: Condition) -> Moment {
    Moment {
        name: name.into(),
        journey: JourneyIndex(0),
        stage,
        who: "".into(),
        wants: "".into(),
        how: vec!["app".into(), "counter".into()],
        feels: "".into(),
        owner: "ground".into(),
        account,
        listens,
        good: None,
        bad: None,
        repaired: None,
        way_out: "desk".into(),
        goal: false,
    }
}

fn playbook(name: &str, when: Trigger, aim: Aim, actions: Vec<ActionDefinition>) -> Playbook {
    Playbook {
        name: name.into(),
        when,
        condition: None,
        actions,
        purpose: Purpose::Service,
        aim,
        priority: 50,
        at_most: None,
        hold_out: Permille::new(0),
        mode: Mode::Live,
    }
}

fn case(priority: Priority) -> ActionDefinition {
    ActionDefinition::Case { team: "ground".into(), priority }
}

fn declared(name: &str, kind: FactType) -> Declared {
    Declared { name: name.into(), category: Category::Service, kind }
}

fn kind(name: &str) -> Condition {
    Condition::new(format!("event.kind == \"{name}\""), equal(Field::EventKind, name))
}

fn about(topic: &str) -> Condition {
    let field = Field::Fact(declared("about", FactType::Text));
    Condition::new(format!("facts.about == \"{topic}\""), equal(field, topic))
}

fn felt(valence: &str) -> Condition {
    Condition::new(format!("reading.valence == \"{valence}\""), equal(Field::Valence, valence))
}

fn and(one: &Condition, other: &Condition) -> Condition {
    let both = vec![one.expression().clone(), other.expression().clone()];
    Condition::new(format!("{} && {}", one.text(), other.text()), Expression::All(both))
}

fn equal(field: Field, text: &str) -> Expression {
    Expression::Compare(
        Comparison::Equal,
        Box::new((Expression::Read(field), Expression::Constant(Value::Text(text.into())))),
    )
}

fn compare(fact: &Declared, comparison: Comparison, number: f64, text: &str) -> Condition {
    let sides = (Expression::Read(Field::Fact(fact.clone())), Expression::Constant(Value::Number(number)));
    Condition::new(text, Expression::Compare(comparison, Box::new(sides)))
}

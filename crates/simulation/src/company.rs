//! A small company for the simulation: one journey, two promises, playbooks of every kind.

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

/// The kinds of event that the simulated world sends.
pub(crate) const KINDS: [&str; 7] =
    ["Order Shipped", "Delivered", "Message", "Reply", "Page Viewed", "Payment Failed", "Order Completed"];

pub(crate) fn definitions() -> Definitions {
    let order_id = Declared { name: "order_id".into(), category: Category::Purchase, kind: FactType::Text };
    let page = Declared { name: "page".into(), category: Category::Browsing, kind: FactType::Text };
    let moment =
        |name: &str, stage, account, kinds: &[&str], good: Option<Condition>, bad: Option<Condition>| {
            Moment {
                name: name.into(),
                journey: JourneyIndex(0),
                stage,
                who: "a customer".into(),
                wants: "to get on".into(),
                how: vec!["web".into()],
                feels: "hopeful".into(),
                owner: "shop".into(),
                account,
                listens: kind_in(kinds),
                good,
                bad,
                repaired: None,
                way_out: "chat".into(),
                goal: name == "delivery",
            }
        };
    let negative = Condition::new("reading.valence == \"negative\"", equal(Field::Valence, "negative"));
    let moments = vec![
        moment(
            "pay",
            0,
            Account::Capability,
            &["Order Completed", "Payment Failed"],
            Some(kind_in(&["Order Completed"])),
            Some(kind_in(&["Payment Failed"])),
        ),
        moment(
            "delivery",
            1,
            Account::Reliability,
            &["Order Shipped", "Delivered"],
            Some(kind_in(&["Delivered"])),
            None,
        ),
        moment("contact", 1, Account::Humanity, &["Message"], None, Some(negative.clone())),
        moment("look", 0, Account::Transparency, &["Page Viewed"], None, None),
    ];
    let promise = |name: &str, moment, made: Condition, due: &str, kept: Condition| PromiseDefinition {
        name: name.into(),
        moment: MomentIndex(moment),
        account: Account::Reliability,
        made: Some(made),
        due: Due::parse(due).expect("the due phrase is right"),
        at_risk: Some(AtRisk::parse("at 75%").expect("the phrase is right")),
        kept,
        released: None,
        not_from: Vec::new(),
    };
    let same_order = Condition::new(
        "event.kind == \"Delivered\" && facts.order_id == promise.facts.order_id",
        Expression::All(vec![
            kind_in(&["Delivered"]).expression().clone(),
            Expression::Compare(
                Comparison::Equal,
                Box::new((
                    Expression::Read(Field::Fact(order_id.clone())),
                    Expression::Read(Field::PromiseFact(order_id.clone())),
                )),
            ),
        ]),
    );
    let complaint = Condition::new(
        "event.kind == \"Message\" && reading.valence == \"negative\"",
        Expression::All(vec![kind_in(&["Message"]).expression().clone(), negative.expression().clone()]),
    );
    let promises = vec![
        promise("delivered-by", 1, kind_in(&["Order Shipped"]), "48h", same_order),
        promise("answered", 2, complaint, "72h", kind_in(&["Reply"])),
    ];
    let message = || ActionDefinition::Message { template: TemplateIndex(0), channel: "letters".into() };
    let webhook = || ActionDefinition::Webhook { endpoint: "hooks".into() };
    let case = || ActionDefinition::Case { team: "care".into(), priority: Priority::High };
    let playbooks = vec![
        playbook(
            "late",
            Trigger::Promise(PromiseIndex(0), PromiseState::AtRisk),
            Aim::Repair,
            vec![message()],
        ),
        playbook(
            "unanswered",
            Trigger::Promise(PromiseIndex(1), PromiseState::Broken),
            Aim::Repair,
            vec![case(), webhook()],
        ),
        playbook(
            "payment",
            Trigger::Moment(MomentIndex(0), Outcome::Bad),
            Aim::Repair,
            vec![webhook(), case()],
        ),
        Playbook {
            at_most: Some(Cap { times: 1, within: Span::DAY }),
            hold_out: Permille::new(100),
            ..playbook("thanks", Trigger::Event("Order Completed".into()), Aim::Delight, vec![webhook()])
        },
        playbook("fall", Trigger::TrustBelow(Account::Capability, 450), Aim::Repair, vec![case()]),
        playbook("quiet", Trigger::Silence(Span::DAY.times(14)), Aim::Inform, vec![webhook()]),
        playbook(
            "sorry",
            Trigger::Moment(MomentIndex(2), Outcome::Bad),
            Aim::Repair,
            vec![ActionDefinition::Promise(PromiseIndex(1))],
        ),
        Playbook {
            condition: Some(Condition::new("facts.page == \"offer\"", equal(Field::Fact(page), "offer"))),
            purpose: Purpose::Marketing,
            mode: Mode::Shadow,
            ..playbook("offer", Trigger::Event("Page Viewed".into()), Aim::Delight, vec![webhook()])
        },
    ];
    let late = Template {
        name: "late".into(),
        claims: vec![Claim::Promise(PromiseIndex(0), PromiseState::AtRisk)],
        body: vec![Piece::Words("Your order ".into()), Piece::Hole(Field::PromiseFact(order_id.clone()))],
    };
    Definitions::new(
        Version([7; 16]),
        vocabulary(&order_id),
        vec![Journey {
            name: "order".into(),
            owner: "shop".into(),
            stages: vec![
                Stage { name: "buy".into(), moments: vec![MomentIndex(0), MomentIndex(3)] },
                Stage { name: "receive".into(), moments: vec![MomentIndex(1), MomentIndex(2)] },
            ],
            one_per: Some(order_id),
            abandoned_after: Span::DAY.times(30),
        }],
        moments,
        promises,
        playbooks,
        vec![late],
        Calendars::one(Calendar::always()),
        House {
            zone: Zone::UTC,
            quiet: None,
            contacts: Some(Cap { times: 3, within: Span::DAY.times(7) }),
            limits: Limits::default(),
            seed: 7,
        },
    )
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

fn vocabulary(order_id: &Declared) -> Vocabulary {
    let mut kinds = BTreeMap::new();
    for kind in KINDS {
        kinds.insert(Name::from(kind), Category::Service);
    }
    kinds.insert("Page Viewed".into(), Category::Browsing);
    let fact =
        |kind, category, about_customer| Fact { kind, category, about_customer, description: "".into() };
    Vocabulary {
        kinds,
        facts: BTreeMap::from([
            ("order_id".into(), fact(FactType::Text, Category::Purchase, false)),
            ("page".into(), fact(FactType::Text, Category::Browsing, true)),
            ("branch".into(), fact(FactType::Text, Category::Service, false)),
        ]),
        dimensions: vec![
            Declared { name: "branch".into(), category: Category::Service, kind: FactType::Text },
            order_id.clone(),
        ]
        .into_iter()
        .take(1)
        .collect(),
    }
}

fn kind_in(kinds: &[&str]) -> Condition {
    let list = kinds.iter().map(|kind| Value::Text((*kind).into())).collect();
    let among = (Expression::Read(Field::EventKind), Expression::Constant(Value::List(list)));
    Condition::new(format!("event.kind in {kinds:?}"), Expression::In(Box::new(among)))
}

fn equal(field: Field, text: &str) -> Expression {
    Expression::Compare(
        Comparison::Equal,
        Box::new((Expression::Read(field), Expression::Constant(Value::Text(text.into())))),
    )
}

//! A small company that sends parcels, in Rust values, and builders to change it.

use opcx_core::calendar::{Calendar, Calendars, Definition, QuietHours, Zone};
use opcx_core::condition::{Expression, Field};
use opcx_core::consent::Purpose;
use opcx_core::definitions::{Definitions, Fact, House, Version, Vocabulary};
use opcx_core::event::Category;
use opcx_core::identity::Limits;
use opcx_core::map::{Journey, JourneyIndex, Moment, MomentIndex, Outcome, Stage};
use opcx_core::playbook::{
    ActionDefinition, Aim, Cap, Claim, Mode, Piece, Playbook, Priority, Template, TemplateIndex, Trigger,
};
use opcx_core::promise::{PromiseDefinition, PromiseIndex, PromiseState};
use opcx_core::reading::Permille;
use opcx_core::time::Span;
use opcx_core::trust::Account;

use super::expressions::*;

/// The parts of a folder, to be changed before they are put together.
#[derive(Clone)]
pub(crate) struct Company {
    pub(crate) vocabulary: Vocabulary,
    pub(crate) journeys: Vec<Journey>,
    pub(crate) moments: Vec<Moment>,
    pub(crate) promises: Vec<PromiseDefinition>,
    pub(crate) playbooks: Vec<Playbook>,
    pub(crate) templates: Vec<Template>,
    pub(crate) calendars: Calendars,
    pub(crate) house: House,
}

impl Company {
    /// Two journeys (an order, and getting help), two promises, no playbooks.
    ///
    /// * `order`, one run per order, abandoned after 7 days: `pay` (capability) and `deliver`
    ///   (reliability; the goal; made good by a redelivery).
    /// * `help`, one run at a time, abandoned after 3 days: `contact` (humanity; made good by
    ///   `Solved`).
    /// * `delivered-by`: due when the fact `promised_at` says, a warning 2 hours before, kept by
    ///   `Delivered` of the same order, released by `Order Cancelled`; the courier's word is no proof.
    /// * `answered`: an angry message is answered by staff within 72 hours, a warning at 75 percent.
    pub(crate) fn new() -> Company {
        let mut company = Company {
            vocabulary: vocabulary(),
            journeys: vec![journey("order", Some("order"), 7), journey("help", None, 3)],
            moments: Vec::new(),
            promises: Vec::new(),
            playbooks: Vec::new(),
            templates: Vec::new(),
            calendars: Calendars::one(Calendar::always()),
            house: House {
                zone: Zone::new("UTC").expect("UTC is a zone"),
                quiet: None,
                contacts: None,
                limits: Limits::default(),
                seed: 7,
            },
        };
        company.moment("pay", 0, Account::Capability, kinds(&["Order Placed", "Payment Failed"]));
        company.moments[0].good = Some(condition(kind("Order Placed")));
        company.moments[0].bad = Some(condition(kind("Payment Failed")));
        company.moment(
            "deliver",
            0,
            Account::Reliability,
            kinds(&["Delivered", "Delivery Failed", "Redelivered"]),
        );
        company.moments[1].goal = true;
        company.moments[1].good = Some(condition(kind("Delivered")));
        company.moments[1].bad =
            Some(condition(any_of(vec![kind("Delivery Failed"), over(fact("minutes_late"), 60.0)])));
        company.moments[1].repaired = Some(condition(kind("Redelivered")));
        company.moment("contact", 1, Account::Humanity, kinds(&["Message", "Solved"]));
        company.moments[2].good = Some(condition(is(Field::Valence, "positive")));
        company.moments[2].bad = Some(condition(is(Field::Valence, "negative")));
        company.moments[2].repaired = Some(condition(kind("Solved")));

        let same_order = |event: &str| all_of(vec![kind(event), same(fact("order"), promised("order"))]);
        company.promise(
            "delivered-by",
            1,
            Account::Reliability,
            "facts.promised_at",
            same_order("Delivered"),
        );
        company.promises[0].made =
            Some(condition(all_of(vec![kind("Order Placed"), Expression::Has(fact("promised_at"))])));
        company.promises[0].at_risk = "2h before".parse().ok();
        company.promises[0].released = Some(condition(same_order("Order Cancelled")));
        company.promises[0].not_from = vec!["courier".into()];
        company.promise("answered", 2, Account::Humanity, "72h", is(Field::EventBy, "staff"));
        company.promises[1].made =
            Some(condition(all_of(vec![kind("Message"), is(Field::Valence, "negative")])));
        company.promises[1].at_risk = "at 75%".parse().ok();
        company
    }

    /// The definitions of this company.
    pub(crate) fn definitions(&self) -> Definitions {
        self.clone().into_definitions()
    }

    pub(crate) fn into_definitions(self) -> Definitions {
        Definitions::new(
            Version([1; 16]),
            self.vocabulary,
            self.journeys,
            self.moments,
            self.promises,
            self.playbooks,
            self.templates,
            self.calendars,
            self.house,
        )
    }

    pub(crate) fn moment(&mut self, name: &str, journey: u16, account: Account, listens: Expression) {
        let index = u16::try_from(self.moments.len()).expect("few moments");
        self.journeys[usize::from(journey)].stages[0].moments.push(MomentIndex(index));
        self.moments.push(Moment {
            name: name.into(),
            journey: JourneyIndex(journey),
            stage: 0,
            who: "somebody".into(),
            wants: "something".into(),
            how: vec!["web".into()],
            feels: "something".into(),
            owner: "somebody else".into(),
            account,
            listens: condition(listens),
            good: None,
            bad: None,
            repaired: None,
            way_out: "phone".into(),
            goal: false,
        });
    }

    pub(crate) fn promise(&mut self, name: &str, moment: u16, account: Account, due: &str, kept: Expression) {
        self.promises.push(PromiseDefinition {
            name: name.into(),
            moment: MomentIndex(moment),
            account,
            made: None,
            due: due.parse().expect("stories write due times that exist"),
            at_risk: None,
            kept: condition(kept),
            released: None,
            not_from: Vec::new(),
        });
    }

    /// Adds a playbook: live, for service, to inform, without a condition.
    pub(crate) fn playbook(mut self, name: &str, when: Trigger, actions: Vec<ActionDefinition>) -> Company {
        self.playbooks.push(Playbook {
            name: name.into(),
            when,
            condition: None,
            actions,
            purpose: Purpose::Service,
            aim: Aim::Inform,
            priority: 50,
            at_most: None,
            hold_out: Permille::default(),
            mode: Mode::Live,
        });
        self
    }

    /// Changes the playbook added last.
    pub(crate) fn but(mut self, change: impl FnOnce(&mut Playbook)) -> Company {
        change(self.playbooks.last_mut().expect("a playbook was added before"));
        self
    }

    /// Changes anything.
    pub(crate) fn with(mut self, change: impl FnOnce(&mut Company)) -> Company {
        change(&mut self);
        self
    }

    /// Adds a template of plain words and holes.
    pub(crate) fn template(mut self, name: &str, claims: Vec<Claim>, body: Vec<Piece>) -> Company {
        self.templates.push(Template { name: name.into(), claims, body });
        self
    }

    /// Leaves customers in peace at these hours, by the clocks of `zone` unless theirs is known.
    pub(crate) fn quiet(mut self, hours: &str, zone: &str) -> Company {
        let hours = hours.parse().expect("stories write hours that exist");
        self.house.quiet = Some(QuietHours::new(hours).expect("stories leave time to write"));
        self.house.zone = Zone::new(zone).expect("stories name zones that exist");
        self
    }

    /// Open Monday to Friday from 9 to 17 in UTC.
    pub(crate) fn office_hours(mut self) -> Company {
        let mut definition = Definition::always();
        definition.week =
            [("monday to friday".parse().expect("days"), vec!["09:00-17:00".parse().expect("an opening")])]
                .into();
        self.calendars = Calendars::one(Calendar::new(definition).expect("a calendar"));
        self
    }
}

fn vocabulary() -> Vocabulary {
    let kinds = [
        ("Order Placed", Category::Purchase),
        ("Page Viewed", Category::Browsing),
        ("Ad Clicked", Category::Advertising),
        ("Review", Category::Feedback),
        ("Message", Category::Feedback),
    ];
    Vocabulary {
        kinds: kinds.into_iter().map(|(kind, category)| (kind.into(), category)).collect(),
        facts: FACTS
            .into_iter()
            .map(|(name, kind, category, about_customer)| {
                (name.into(), Fact { kind, category, about_customer, description: "".into() })
            })
            .collect(),
        dimensions: vec![declared("carrier")],
    }
}

fn journey(name: &str, one_per: Option<&str>, abandoned_after_days: i64) -> Journey {
    Journey {
        name: name.into(),
        owner: "somebody".into(),
        stages: vec![Stage { name: "only".into(), moments: Vec::new() }],
        one_per: one_per.map(declared),
        abandoned_after: Span::DAY.times(abandoned_after_days),
    }
}

pub(crate) fn on_event(kind: &str) -> Trigger {
    Trigger::Event(kind.into())
}

pub(crate) const PAY: MomentIndex = MomentIndex(0);
pub(crate) const DELIVER: MomentIndex = MomentIndex(1);
pub(crate) const CONTACT: MomentIndex = MomentIndex(2);
pub(crate) const DELIVERED_BY: PromiseIndex = PromiseIndex(0);
pub(crate) const ANSWERED: PromiseIndex = PromiseIndex(1);

pub(crate) fn on_moment(moment: MomentIndex, outcome: Outcome) -> Trigger {
    Trigger::Moment(moment, outcome)
}

pub(crate) fn on_promise(promise: PromiseIndex, state: PromiseState) -> Trigger {
    Trigger::Promise(promise, state)
}

pub(crate) fn note(words: &str) -> ActionDefinition {
    ActionDefinition::Note(words.into())
}

pub(crate) fn message(template: u16) -> ActionDefinition {
    ActionDefinition::Message { template: TemplateIndex(template), channel: "mail".into() }
}

pub(crate) fn case() -> ActionDefinition {
    ActionDefinition::Case { team: "care".into(), priority: Priority::High }
}

pub(crate) fn webhook() -> ActionDefinition {
    ActionDefinition::Webhook { endpoint: "crm".into() }
}

pub(crate) fn words(words: &str) -> Piece {
    Piece::Words(words.into())
}

pub(crate) fn cap(times: u16, days: i64) -> Option<Cap> {
    Some(Cap { times, within: Span::DAY.times(days) })
}

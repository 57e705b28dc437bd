//! What was bought comes: by a carrier or to a branch, in time or not, whole or not, and sometimes goes back.

use opcx_core::time::{Span, Timestamp};

use super::known::Known;
use super::voice::Complaint;
use super::{Promise, Step, Told, World};
use crate::company::{Carrier, PRODUCTS};
use crate::heart::{About, Experience};
use crate::message::{Channel, Fact, Kind};
use crate::person::Number;
use crate::rhythm;
use crate::scenario::What;
use crate::texts::Topic;

/// Orders that are fetched from a branch, cancelled, late anyway, damaged anyway; in permille.
const COLLECTED_PERMILLE: u32 = 140;
const CANCELLED_PERMILLE: u32 = 20;
const LATE_ANYWAY_PERMILLE: u32 = 40;
const DAMAGED_ANYWAY_PERMILLE: u32 = 18;
/// Refunds that take longer than the fourteen days.
const REFUND_LATE_PERMILLE: u32 = 70;
/// What a return costs besides, in cents.
const RETURN_COSTS_CENTS: i64 = 900;

/// What was bought.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Bought {
    pub(super) order: u64,
    pub(super) product: usize,
    pub(super) cents: i64,
}

/// A parcel on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Parcel {
    pub(super) bought: Bought,
    pub(super) carrier: Carrier,
    pub(super) shipped: Timestamp,
    pub(super) promised: Timestamp,
    pub(super) arrives: Timestamp,
    /// What made it late.
    pub(super) cause: Option<usize>,
}

/// An order that is fetched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Collection {
    pub(super) bought: Bought,
    pub(super) ordered: Timestamp,
    pub(super) ready_by: Timestamp,
    pub(super) ready: Timestamp,
    pub(super) cause: Option<usize>,
}

/// Something that goes back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Return {
    pub(super) bought: Bought,
    pub(super) asked: Timestamp,
    pub(super) due: Timestamp,
    pub(super) paid: Timestamp,
    pub(super) cause: Option<usize>,
}

impl World {
    /// Sends what was bought on its way.
    pub(super) fn fulfil(&mut self, number: Number, at: Timestamp, bought: Bought) {
        let random = self.random(number);
        if random.permille(CANCELLED_PERMILLE) {
            let cancelled = at + Span::MINUTE.times(random.between(5, 120));
            let who = self.who(number, &[Known::Account, Known::Email]);
            let facts = vec![("order_id", Fact::Order(bought.order))];
            self.tell(Told::by_customer(cancelled, Kind::OrderCancelled, Channel::Web, who, facts));
        } else if random.permille(COLLECTED_PERMILLE) {
            self.lay_ready(number, at, bought);
        } else {
            self.ship(number, at, bought);
        }
    }

    fn lay_ready(&mut self, number: Number, at: Timestamp, bought: Bought) {
        let branch = self.person(number).branch;
        let ready_by = rhythm::Desk::Counter.after(at, Span::HOUR.times(9));
        let cause = self.struck(
            number,
            at,
            |what| matches!(what, What::BranchDrifts { branch: of } if *of == branch),
        );
        let random = self.random(number);
        let hours = if cause.is_some() || random.permille(50) {
            random.between(10, 30)
        } else {
            random.between(1, 8)
        };
        let ready = rhythm::Desk::Counter.after(at, Span::HOUR.times(hours));
        let collection = Collection { bought, ordered: at, ready_by, ready, cause };
        let who = self.who(number, &[Known::Account, Known::Email]);
        let facts = vec![
            ("order_id", Fact::Order(bought.order)),
            ("branch", Fact::Word(branch.word())),
            ("ready_by", Fact::Time(ready_by)),
        ];
        self.tell(Told {
            by_staff: true,
            ..Told::by_customer(at + Span::MINUTE, Kind::CollectionPromised, Channel::Branch, who, facts)
        });
        self.wake(number, ready, Step::Ready(collection));
    }

    /// It lies ready: in time, or later than was said.
    pub(super) fn ready(&mut self, number: Number, at: Timestamp, collection: Collection) {
        let Collection { bought, ready_by, cause, .. } = collection;
        let branch = self.person(number).branch;
        let facts = || vec![("order_id", Fact::Order(bought.order)), ("branch", Fact::Word(branch.word()))];
        let who = self.who(number, &[Known::Account, Known::Email]);
        let told =
            self.tell(Told::by_customer(at, Kind::CollectionReady, Channel::Branch, who.clone(), facts()));
        let quality = if at <= ready_by { 300 } else { -420 };
        let felt = Experience { about: About::Branch, quality, weight_permille: 80, cause };
        self.feel(number, at, Some(told), felt);
        self.settle(number, collection.promise(), Timestamp::MAX);
        let fetched = rhythm::in_branch(self.random(number), at + Span::HOUR);
        let mut facts = facts();
        facts.push(("order_value", Fact::Money(bought.cents)));
        self.tell(Told::by_customer(fetched, Kind::OrderCollected, Channel::Branch, who, facts));
        if at > ready_by {
            let complaint = Complaint {
                topic: Topic::Branch,
                quality,
                cause,
                order: bought.order,
                product: bought.product,
            };
            self.perhaps_complain(number, fetched + Span::HOUR, complaint, 500);
        }
    }

    fn ship(&mut self, number: Number, at: Timestamp, bought: Bought) {
        let person = self.person(number);
        let region = person.region;
        let place = self.scenario.regions.iter().position(|row| row.region == region).unwrap_or(0);
        let carriers: Vec<_> = self.scenario.regions[place]
            .carriers
            .iter()
            .map(|row| (row.carrier, row.parcels.millionths()))
            .collect();
        let random = self.random(number);
        let carrier = random.weighted(&carriers);
        let shipped = rhythm::at_hour(at, 1, 7) + Span::MINUTE.times(random.between(0, 600));
        let promised = rhythm::at_hour(shipped, 2, 18);
        let cause = self.struck(number, shipped, |what| {
            matches!(what, What::CarrierLate { carrier: of, region: there }
                if *of == carrier && there.is_none_or(|there| there == region))
        });
        let random = self.random(number);
        let arrives = if cause.is_some() {
            promised + Span::HOUR.times(random.between(3, 84)) + Span::MINUTE.times(random.between(0, 60))
        } else if random.permille(LATE_ANYWAY_PERMILLE) {
            promised + Span::MINUTE.times(random.between(10, 1_800))
        } else {
            promised - Span::MINUTE.times(random.between(10, 1_900))
        };
        let parcel = Parcel { bought, carrier, shipped, promised, arrives, cause };
        let warehouse = region.warehouse();
        let mut facts = parcel.facts(region.word());
        facts.push(("warehouse", Fact::Word(warehouse.word())));
        let who = self.who(number, &[Known::Account, Known::Email]);
        self.tell(Told::by_customer(shipped, Kind::OrderShipped, Channel::Server, who, facts));
        self.scans(number, &parcel);
        self.wake(number, arrives, Step::Delivered(parcel));
        if arrives > promised {
            let patience = self.person(number).patience_hours;
            let notices = promised + Span::HOUR.times(1 + self.random(number).between(0, patience));
            if notices < arrives {
                self.wake(number, notices, Step::Overdue(parcel));
            }
        }
    }

    /// The carrier's scans under way, some of which never come.
    fn scans(&mut self, number: Number, parcel: &Parcel) {
        let lost = self.scenario.transport.scans_lost.millionths();
        let way = parcel.arrives.since(parcel.shipped).as_millis();
        for (part, state) in [(200, "at the depot"), (900, "out for delivery")] {
            if self.random(number).millionth(lost) {
                self.lose();
                continue;
            }
            let region = self.person(number).region;
            let mut facts = parcel.facts(region.word());
            facts.push(("scan", Fact::Word(state)));
            let who = self.who(number, &[Known::Email]);
            let at = parcel.shipped + Span::from_millis(way * part / 1000);
            self.tell(Told::by_customer(at, Kind::ParcelScanned, Channel::Server, who, facts));
        }
    }

    /// The parcel is at the door.
    pub(super) fn delivered(&mut self, number: Number, at: Timestamp, parcel: Parcel) {
        let region = self.person(number).region;
        let lost = self.scenario.transport.deliveries_lost.millionths();
        let event = if self.random(number).millionth(lost) {
            self.lose()
        } else {
            let who = self.who(number, &[Known::Email]);
            let facts = parcel.facts(region.word());
            self.tell(Told::by_customer(at, Kind::OrderDelivered, Channel::Door, who, facts))
        };
        self.settle(number, parcel.promise(), Timestamp::MAX);
        let hours_late = at.since(parcel.promised).as_millis() / Span::HOUR.as_millis();
        let patience = self.person(number).patience_hours;
        let quality = if at <= parcel.promised {
            self.random(number).normal(340, 80)
        } else {
            -220 - 720 * hours_late / (hours_late + patience)
        };
        let weight_permille = if at <= parcel.promised { 60 } else { 140 };
        let felt = Experience { about: About::Parcel, quality, weight_permille, cause: parcel.cause };
        self.feel(number, at, Some(event), felt);
        let opens =
            at + Span::HOUR + Span::from_millis(self.random(number).waiting(10 * Span::HOUR.as_millis()));
        self.wake(number, opens, Step::Opened(parcel));
    }

    /// The day that was named has passed.
    pub(super) fn overdue(&mut self, number: Number, at: Timestamp, parcel: Parcel) {
        let bought = parcel.bought;
        let quality = self.random(number).normal(-430, 160);
        let felt = Experience { about: About::Parcel, quality, weight_permille: 60, cause: parcel.cause };
        self.feel(number, at, None, felt);
        let complaint = Complaint {
            topic: Topic::Late,
            quality,
            cause: parcel.cause,
            order: bought.order,
            product: bought.product,
        };
        self.perhaps_complain(number, at, complaint, 900);
    }

    /// What is in it.
    pub(super) fn opened(&mut self, number: Number, at: Timestamp, parcel: Parcel) {
        let bought = parcel.bought;
        let warehouse = self.person(number).region.warehouse();
        let wrong = self.struck(
            number,
            parcel.shipped,
            |what| matches!(what, What::WrongItem { warehouse: of } if *of == warehouse),
        );
        let damaged = self.random(number).permille(DAMAGED_ANYWAY_PERMILLE);
        if wrong.is_none() && !damaged {
            self.used(number, at, &parcel);
            return;
        }
        let quality = self.random(number).normal(-620, 130);
        let felt = Experience { about: About::Goods, quality, weight_permille: 150, cause: wrong };
        let topic = if wrong.is_some() { Topic::WrongItem } else { Topic::Damaged };
        let complaint =
            Complaint { topic, quality, cause: wrong, order: bought.order, product: bought.product };
        self.perhaps_complain(number, at + Span::MINUTE.times(20), complaint, 1_300);
        if !self.random(number).permille(700) {
            self.feel(number, at, None, felt);
            return;
        }
        let asked = at + Span::HOUR.times(self.random(number).between(1, 30));
        let who = self.who(number, &[Known::Account, Known::Email]);
        let facts = vec![
            ("order_id", Fact::Order(bought.order)),
            ("order_value", Fact::Money(bought.cents)),
            ("product", Fact::Word(PRODUCTS[bought.product].name)),
            ("reason", Fact::Word(if wrong.is_some() { "wrong item" } else { "damaged" })),
            ("warehouse", Fact::Word(warehouse.word())),
        ];
        let event = self.tell(Told::by_customer(asked, Kind::ReturnRequested, Channel::Web, who, facts));
        self.feel(number, at, Some(event), felt);
        self.lost(number, asked, wrong, bought.cents + RETURN_COSTS_CENTS, "a return");
        let due = rhythm::days_later(asked, 14);
        let random = self.random(number);
        let days = if random.permille(REFUND_LATE_PERMILLE) {
            random.between(15, 24)
        } else {
            random.between(2, 13)
        };
        let paid = rhythm::at_hour(asked, days, 9) + Span::MINUTE.times(random.between(0, 480));
        let return_ = Return { bought, asked, due, paid, cause: wrong };
        self.wake(number, paid, Step::Refunded(return_));
        if paid > due {
            self.wake(number, due + Span::HOUR.times(12), Step::RefundOverdue(return_));
        }
    }

    pub(super) fn refunded(&mut self, number: Number, at: Timestamp, return_: Return) {
        let who = self.who(number, &[Known::Account, Known::Email]);
        let facts = vec![
            ("order_id", Fact::Order(return_.bought.order)),
            ("order_value", Fact::Money(return_.bought.cents)),
        ];
        let event = self.tell(Told::by_customer(at, Kind::RefundPaid, Channel::Server, who, facts));
        self.settle(number, return_.promise(), Timestamp::MAX);
        let quality = if at <= return_.due { 420 } else { -120 };
        let felt = Experience { about: About::Answer, quality, weight_permille: 110, cause: None };
        self.feel(number, at, Some(event), felt);
    }

    pub(super) fn refund_overdue(&mut self, number: Number, at: Timestamp, return_: Return) {
        let quality = self.random(number).normal(-560, 120);
        let felt = Experience { about: About::Answer, quality, weight_permille: 110, cause: None };
        self.feel(number, at, None, felt);
        let Bought { order, product, .. } = return_.bought;
        self.perhaps_complain(
            number,
            at,
            Complaint { topic: Topic::Refund, quality, cause: None, order, product },
            1_000,
        );
    }
}

impl Parcel {
    fn facts(&self, region: &'static str) -> Vec<(&'static str, Fact)> {
        vec![
            ("order_id", Fact::Order(self.bought.order)),
            ("carrier", Fact::Word(self.carrier.word())),
            ("region", Fact::Word(region)),
            ("promised_at", Fact::Time(self.promised)),
        ]
    }

    pub(super) fn promise(&self) -> Promise {
        Promise {
            name: "delivered-by",
            key: format!("o-{}", self.bought.order),
            made: self.shipped,
            due: self.promised,
            done: Some(self.arrives),
            cause: self.cause,
        }
    }
}

impl Collection {
    pub(super) fn promise(&self) -> Promise {
        Promise {
            name: "ready-by",
            key: format!("o-{}", self.bought.order),
            made: self.ordered + Span::MINUTE,
            due: self.ready_by,
            done: Some(self.ready),
            cause: self.cause,
        }
    }
}

impl Return {
    pub(super) fn promise(&self) -> Promise {
        Promise {
            name: "money-back",
            key: format!("o-{}", self.bought.order),
            made: self.asked,
            due: self.due,
            done: Some(self.paid),
            cause: self.cause,
        }
    }
}

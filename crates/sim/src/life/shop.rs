//! The web shop and the app: looking, checking out, paying.

use opcx_core::time::{Span, Timestamp};

use super::known::Known;
use super::parcel::Bought;
use super::voice::Complaint;
use super::{Step, Told, World, month_over};
use crate::company::PRODUCTS;
use crate::heart::{About, Experience};
use crate::message::{Channel, Fact, Kind};
use crate::person::Number;
use crate::rhythm;
use crate::scenario::What;
use crate::texts::Topic;

/// Sessions in which somebody asks something.
const ASKS_PERMILLE: u32 = 28;
/// Payments that fail although nothing is wrong, in permille.
const DECLINED_ANYWAY_PERMILLE: u32 = 18;
/// Of those whose payment failed, how many find another way at once.
const TRIES_AGAIN_PERMILLE: u32 = 620;
/// What is lost with an order that is not placed, in permille of its value.
const MARGIN_PERMILLE: i64 = 350;

impl World {
    /// They look into the shop, and perhaps buy.
    pub(super) fn session(&mut self, number: Number, at: Timestamp) {
        if !self.is_here(number) {
            return;
        }
        let mean = month_over(self.person(number).sessions_tenths);
        let random = self.random(number);
        let next = at + Span::HOUR + Span::from_millis(random.waiting(mean));
        let next = rhythm::at_home(random, next);
        self.wake(number, next, Step::Session);

        let channel = if self.random(number).permille(620) { Channel::Web } else { Channel::App };
        self.introduce(number, at, channel);
        self.resent_prices(number, at);
        let mut now = at + Span::SECOND.times(5);
        for _ in 0..self.random(number).below(3) {
            let product = self.some_product(number);
            let kind =
                if self.random(number).permille(25) { Kind::ProductUnavailable } else { Kind::ProductViewed };
            let who = self.who(number, &[Known::Account, Known::Device]);
            let latency = self.random(number).normal(420, 160).max(60);
            let facts =
                vec![("product", Fact::Word(PRODUCTS[product].name)), ("latency_ms", Fact::Number(latency))];
            let skew = self.skew(number);
            self.tell(Told { skew, ..Told::by_customer(now, kind, channel, who, facts) });
            now = now + Span::SECOND.times(self.random(number).between(8, 90));
        }
        if self.random(number).permille(ASKS_PERMILLE) {
            let product = self.some_product(number);
            let question = Complaint { topic: Topic::Question, quality: 0, cause: None, order: 0, product };
            self.contact(number, now, question, 0);
        }
        let person = self.person(number);
        let wants = (260 + person.heart.trust() / 4).clamp(40, 520);
        if person.random.permille(u32::try_from(wants).unwrap_or(0)) {
            self.check_out(number, now, channel);
        }
    }

    fn some_product(&mut self, number: Number) -> usize {
        let weights: [(usize, u32); PRODUCTS.len()] = std::array::from_fn(|at| (at, PRODUCTS[at].weight));
        self.random(number).weighted(&weights)
    }

    /// How far the clock of their devices is off.
    fn skew(&mut self, number: Number) -> Span {
        Span::from_millis(self.person(number).skew_millis)
    }

    /// Who signs in is known from then on by account, address and device.
    fn introduce(&mut self, number: Number, at: Timestamp, channel: Channel) {
        let person = self.person(number);
        let again = person.has_said_who && !person.random.permille(60);
        if !person.has_account || again {
            return;
        }
        person.has_said_who = true;
        let grants = person.grants_browsing;
        let who = self.who(number, &[Known::Account, Known::Email, Known::Device]);
        self.tell(Told::by_customer(at, Kind::Identified, channel, who, Vec::new()));
        if let Some(message) = self.messages.last_mut() {
            message.grants_browsing = Some(grants);
        }
    }

    /// Higher prices are felt once, when they are first seen.
    fn resent_prices(&mut self, number: Number, at: Timestamp) {
        const SEEN: u16 = 1 << 15;
        let Some(rise) = self.scenario.price_rise else { return };
        let is_over = at >= self.scenario.day(rise.on);
        let person = self.person(number);
        if !is_over || person.is_hurt_by & SEEN != 0 {
            return;
        }
        person.is_hurt_by |= SEEN;
        let quality = person.random.normal(-200 - i64::from(rise.by.millionths()) / 500, 120);
        let felt = Experience { about: About::Price, quality, weight_permille: 70, cause: None };
        self.feel(number, at, None, felt);
        let complaint = Complaint { topic: Topic::Price, quality, cause: None, order: 0, product: 0 };
        self.perhaps_complain(number, at + Span::MINUTE, complaint, 250);
    }

    fn check_out(&mut self, number: Number, at: Timestamp, channel: Channel) {
        let product = self.some_product(number);
        let cents = self.price(number, product, at);
        self.orders += 1;
        let order = self.orders;
        let person = self.person(number);
        let (line, card, region) = (person.line, person.card, person.region);
        let bought = Bought { order, product, cents };
        let facts = vec![
            ("order_id", Fact::Order(order)),
            ("order_value", Fact::Money(cents)),
            ("product", Fact::Word(PRODUCTS[product].name)),
            ("line", Fact::Word(line.word())),
        ];
        let who = self.who(number, &[Known::Account, Known::Device]);
        let skew = self.skew(number);
        let started = Told::by_customer(at, Kind::CheckoutStarted, channel, who, facts.clone());
        self.tell(Told { skew, ..started });

        let mut now = at + Span::SECOND.times(self.random(number).between(40, 240));
        let declined = self.struck(
            number,
            now,
            |what| matches!(what, What::PaymentDeclines { card: of } if *of == card),
        );
        if declined.is_some() || self.random(number).permille(DECLINED_ANYWAY_PERMILLE) {
            let mut facts = facts.clone();
            facts.push(("card", Fact::Word(card.word())));
            let who = self.who(number, &[Known::Account, Known::Email, Known::Device]);
            let failed = self.tell(Told::by_customer(now, Kind::PaymentFailed, channel, who, facts));
            let quality = self.random(number).normal(-520, 150);
            let felt = Experience { about: About::Paying, quality, weight_permille: 110, cause: declined };
            self.feel(number, now, Some(failed), felt);
            let complaint = Complaint { topic: Topic::Payment, quality, cause: declined, order, product };
            let after = now + Span::MINUTE.times(self.random(number).between(2, 40));
            self.perhaps_complain(number, after, complaint, 700);
            if !self.random(number).permille(TRIES_AGAIN_PERMILLE) {
                self.lost(
                    number,
                    now,
                    declined,
                    cents * MARGIN_PERMILLE / 1000,
                    "an order that was not placed",
                );
                return;
            }
            now = now + Span::SECOND.times(self.random(number).between(30, 300));
        }
        let slow =
            self.struck(number, now, |what| matches!(what, What::CheckoutSlow { line: of } if *of == line));
        let random = self.random(number);
        let seconds = if slow.is_some() { random.between(18, 75) } else { random.between(1, 5) };
        now = now + Span::SECOND.times(seconds);
        let who = if self.person(number).gives_phone {
            self.who(number, &[Known::Account, Known::Email, Known::Phone, Known::Device])
        } else {
            self.who(number, &[Known::Account, Known::Email, Known::Device])
        };
        let mut facts = facts;
        facts.extend([
            ("currency", Fact::Word("EUR")),
            ("card", Fact::Word(card.word())),
            ("region", Fact::Word(region.word())),
            ("seconds_to_confirm", Fact::Number(seconds)),
        ]);
        let completed = self.tell(Told::by_customer(now, Kind::OrderCompleted, channel, who, facts));
        let quality = if slow.is_some() { -350 } else { 240 };
        let felt = Experience { about: About::Paying, quality, weight_permille: 35, cause: slow };
        self.feel(number, now, Some(completed), felt);
        let person = self.person(number);
        person.orders += 1;
        person.spent_cents += cents;
        self.fulfil(number, now, bought);
    }

    fn price(&mut self, number: Number, product: usize, at: Timestamp) -> i64 {
        let risen = self.scenario.price_rise.filter(|rise| at >= self.scenario.day(rise.on));
        let factor = 1_000_000 + risen.map_or(0, |rise| i64::from(rise.by.millionths()));
        let person = self.person(number);
        let several = 1 + i64::from(person.random.permille(200));
        PRODUCTS[product].cents * several * factor / 1_000_000 * person.value_permille.min(1500) / 1000
    }
}

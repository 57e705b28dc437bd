//! The branches: a coffee at the counter, a receipt for members.

use opcx_core::time::{Span, Timestamp};

use super::known::Known;
use super::voice::Complaint;
use super::{Step, Told, World, month_over};
use crate::heart::{About, Experience};
use crate::message::{Channel, Fact, Kind};
use crate::person::Number;
use crate::rhythm;
use crate::scenario::What;
use crate::texts::Topic;

impl World {
    /// They go to their branch. Of those who are no members no system knows that they were there.
    pub(super) fn visit(&mut self, number: Number, at: Timestamp) {
        if !self.is_here(number) {
            return;
        }
        let mean = month_over(self.person(number).visits_tenths);
        let random = self.random(number);
        let next = at + Span::HOUR.times(3) + Span::from_millis(random.waiting(mean));
        let next = rhythm::in_branch(random, next);
        self.wake(number, next, Step::Visit);

        let branch = self.person(number).branch;
        let cause = self.struck(
            number,
            at,
            |what| matches!(what, What::BranchDrifts { branch: of } if *of == branch),
        );
        let random = self.random(number);
        let (quality, wait) = if cause.is_some() {
            (random.normal(-380, 160), random.between(380, 1_300))
        } else {
            let wait = random.waiting(130).min(900);
            (random.normal(330, 150) - wait / 4, wait)
        };
        let is_member = self.person(number).is_member;
        let event = is_member.then(|| {
            let person = self.person(number);
            let joins = !person.has_said_who && !person.has_account;
            let cents = person.random.between(280, 2_400);
            person.spent_cents += cents;
            if joins {
                person.has_said_who = true;
                let who = self.who(number, &[Known::Phone, Known::Email]);
                let facts = vec![("branch", Fact::Word(branch.word()))];
                self.tell(Told::by_customer(at, Kind::LoyaltyJoined, Channel::Branch, who, facts));
            }
            let by: &[Known] = if self.random(number).permille(800) {
                &[Known::Phone]
            } else {
                &[Known::Account, Known::Phone]
            };
            // Most tills know the card of the member and nothing else.
            let who = self.who(number, by);
            let facts = vec![
                ("branch", Fact::Word(branch.word())),
                ("order_value", Fact::Money(cents)),
                ("currency", Fact::Word("EUR")),
                ("wait_seconds", Fact::Number(wait)),
            ];
            self.tell(Told::by_customer(at, Kind::ReceiptPrinted, Channel::Branch, who, facts))
        });
        let felt = Experience { about: About::Branch, quality, weight_permille: 75, cause };
        self.feel(number, at, event, felt);
        let leaves = at + Span::MINUTE.times(self.random(number).between(15, 200));
        if quality < -100 {
            let complaint = Complaint { topic: Topic::Branch, quality, cause, order: 0, product: 0 };
            self.perhaps_complain(number, leaves, complaint, 380);
        } else if quality > 420 && self.person(number).has_handle && self.random(number).permille(60) {
            let praise = Complaint { topic: Topic::ServiceGood, quality, cause: None, order: 0, product: 0 };
            self.post(number, leaves, praise);
        }
        if is_member && self.random(number).permille(90) {
            self.survey(number, at, &[("branch", Fact::Word(branch.word()))], Channel::Branch);
        }
    }
}

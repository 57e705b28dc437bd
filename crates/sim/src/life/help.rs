//! Asking for help, and being answered: in a shift, later, or never.

use opcx_core::time::{Span, Timestamp};

use super::known::Known;
use super::voice::Complaint;
use super::{Promise, Step, Told, World};
use crate::heart::{About, Experience};
use crate::message::{Channel, Fact, Kind};
use crate::person::Number;
use crate::rhythm::Desk;
use crate::scenario::What;
use crate::texts::Topic;

/// The answer that is promised, in business hours.
const ANSWER_HOURS: i64 = 8;
/// Contacts that are never answered, and that are answered late; in permille.
const NEVER_ANYWAY_PERMILLE: u32 = 25;
const LATE_ANYWAY_PERMILLE: u32 = 60;
/// Of contacts that a slow desk hits, how many are never answered.
const NEVER_WHEN_SLOW_PERMILLE: u32 = 330;
/// Answers in which staff found out whose account it is.
const FOUND_OUT_PERMILLE: u32 = 930;
/// Most times that somebody asks again.
const AGAIN_MAX: u8 = 3;

/// Something that somebody asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Contact {
    number: u64,
    complaint: Complaint,
    channel: Channel,
    made: Timestamp,
    due: Timestamp,
    answered: Option<Timestamp>,
    /// How often they asked before.
    again: u8,
    cause: Option<usize>,
    second_email: bool,
}

impl World {
    /// Writes or rings; returns the event's number.
    pub(super) fn contact(&mut self, number: Number, at: Timestamp, complaint: Complaint, again: u8) -> u64 {
        let person = self.person(number);
        let has_account = person.has_account;
        let second_email = person.has_second_email && person.random.permille(400);
        let channel =
            person.random.weighted(&[(Channel::Chat, 48), (Channel::Email, 32), (Channel::Phone, 20)]);
        self.contacts += 1;
        let contact = self.contacts;
        let speech = self.words(number, complaint);
        let mut facts = self.about(number, complaint);
        facts.push(("contact_id", Fact::Contact(contact)));
        if channel == Channel::Phone {
            return self.call(number, at, complaint, facts, speech);
        }
        let who = match channel {
            Channel::Chat if has_account => self.who(number, &[Known::Account, Known::Device]),
            Channel::Chat => self.who(number, &[Known::Email, Known::Device]),
            _ if second_email => self.who(number, &[Known::SecondEmail]),
            _ => self.who(number, &[Known::Email]),
        };
        let event = self.speak(number, at, Kind::MessageReceived, channel, who, facts, speech);
        let slow = self.struck(number, at, |what| matches!(what, What::AnswersSlow {}));
        let random = self.random(number);
        let never = if slow.is_some() { NEVER_WHEN_SLOW_PERMILLE } else { NEVER_ANYWAY_PERMILLE };
        let answered = if random.permille(never) {
            None
        } else if slow.is_some() || random.permille(LATE_ANYWAY_PERMILLE) {
            Some(Desk::Care.after(at, Span::MINUTE.times(random.between(500, 1_900))))
        } else {
            Some(Desk::Care.after(at, Span::MINUTE.times(random.between(10, 400))))
        };
        let due = Desk::Care.after(at, Span::HOUR.times(ANSWER_HOURS));
        let contact = Contact {
            number: contact,
            complaint,
            channel,
            made: at,
            due,
            answered,
            again,
            cause: slow,
            second_email: second_email && channel == Channel::Email,
        };
        if let Some(answered) = answered {
            self.wake(number, answered, Step::Answered(contact));
        }
        if answered.is_none_or(|answered| answered > due) {
            let patience = self.person(number).patience_hours;
            let notices = due + Span::HOUR.times(self.random(number).between(0, 1 + patience));
            if answered.is_none_or(|answered| notices < answered) {
                self.wake(number, notices, Step::Unanswered(contact));
            }
        }
        event
    }

    /// Rings: heard at once, after some waiting.
    fn call(
        &mut self,
        number: Number,
        at: Timestamp,
        complaint: Complaint,
        facts: Vec<(&'static str, Fact)>,
        speech: super::voice::Speech,
    ) -> u64 {
        let at = Desk::Care.after(at, Span::ZERO);
        let mut facts = facts;
        let waited = self.random(number).waiting(180).min(2_400);
        facts.push(("wait_seconds", Fact::Number(waited)));
        let helped = self.random(number).permille(840);
        facts.push(("solved", Fact::Flag(helped)));
        let who = self.who(number, &[Known::Phone]);
        let event = self.speak(number, at, Kind::CallReceived, Channel::Phone, who, facts, speech);
        let quality = if helped { 380 - waited / 4 } else { -360 - waited / 6 };
        let felt = Experience { about: About::Answer, quality, weight_permille: 90, cause: None };
        if complaint.topic != Topic::Thanks {
            self.feel(number, at, Some(event), felt);
        }
        event
    }

    /// Somebody answers.
    pub(super) fn answered(&mut self, number: Number, at: Timestamp, contact: Contact) {
        let Contact { complaint, channel, due, made, cause, .. } = contact;
        let who = if self.random(number).permille(FOUND_OUT_PERMILLE) {
            let writes_from = if contact.second_email { Known::SecondEmail } else { Known::Email };
            self.who(number, &[Known::Account, writes_from])
        } else if contact.second_email {
            self.who(number, &[Known::SecondEmail])
        } else {
            self.who(number, &[Known::Email])
        };
        let helps = self.random(number).permille(if at <= due { 880 } else { 760 });
        let facts = vec![("contact_id", Fact::Contact(contact.number)), ("solved", Fact::Flag(helps))];
        let told = Told::by_customer(at, Kind::MessageAnswered, channel, who, facts);
        let event = self.tell(Told { by_staff: true, ..told });
        self.settle(number, contact.promise(), Timestamp::MAX);
        if complaint.topic == Topic::Thanks {
            return;
        }
        let hours = at.since(made).as_millis() / Span::HOUR.as_millis();
        let quality = match (at <= due, helps) {
            (true, true) => 430 - (hours * 4).min(200),
            (true, false) => -180,
            (false, true) => -150 - (hours * 3).min(250),
            (false, false) => -520,
        };
        let felt = Experience {
            about: About::Answer,
            quality,
            weight_permille: 120,
            cause: if at <= due { None } else { cause },
        };
        self.feel(number, at, Some(event), felt);
        if quality > 250 && self.random(number).permille(260) {
            let thanks = Complaint { topic: Topic::Thanks, quality: 300, cause: None, ..complaint };
            let later = at + Span::MINUTE.times(self.random(number).between(5, 300));
            self.contact(number, later, thanks, 0);
        } else if !helps && contact.again < AGAIN_MAX {
            let again = Complaint { quality: (complaint.quality - 150).max(-950), ..complaint };
            let later = at + Span::HOUR.times(self.random(number).between(1, 20));
            if self.random(number).permille(600) && complaint.quality < 0 {
                self.contact(number, later, again, contact.again + 1);
            }
        }
    }

    /// Nobody has answered, and they notice.
    pub(super) fn unanswered(&mut self, number: Number, at: Timestamp, contact: Contact) {
        let Contact { complaint, cause, .. } = contact;
        if contact.answered.is_none() {
            self.settle(number, contact.promise(), Timestamp::MAX);
        }
        if complaint.topic == Topic::Thanks {
            return;
        }
        let quality = self.random(number).normal(-560, 130);
        let felt = Experience { about: About::Answer, quality, weight_permille: 130, cause };
        self.feel(number, at, None, felt);
        let again = Complaint {
            topic: if complaint.topic == Topic::Question { Topic::Question } else { Topic::Silence },
            quality,
            cause,
            ..complaint
        };
        let is_called = contact.answered.is_none() && self.random(number).permille(550);
        if is_called {
            let called = Desk::Care.after(at, Span::MINUTE.times(self.random(number).between(20, 420)));
            let who = self.who(number, &[Known::Account, Known::Email]);
            let facts = vec![("contact_id", Fact::Contact(contact.number))];
            let told = Told::by_customer(called, Kind::CustomerCalled, Channel::Phone, who, facts);
            let event = self.tell(Told { by_staff: true, ..told });
            let felt = Experience { about: About::Answer, quality: 160, weight_permille: 90, cause: None };
            self.feel(number, called, Some(event), felt);
        } else if contact.again < AGAIN_MAX {
            let person = self.person(number);
            if person.has_handle && person.random.permille(300) {
                self.post(number, at, again);
            } else if person.random.permille(520) {
                self.contact(number, at, again, contact.again + 1);
            }
        }
    }
}

impl Contact {
    pub(super) fn promise(&self) -> Promise {
        Promise {
            name: "answered",
            key: format!("k-{}", self.number),
            made: self.made,
            due: self.due,
            done: self.answered,
            cause: self.cause,
        }
    }
}

//! What customers say: complaints, questions, reviews, posts, answers to surveys. Most stay silent.

use opcx_core::reading::{Emotion, Valence};
use opcx_core::time::{Span, Timestamp};

use super::known::Known;
use super::parcel::Parcel;
use super::{Told, World, event_id};
use crate::company::PRODUCTS;
use crate::heart::{About, Experience};
use crate::message::{Channel, Fact, Kind, Who};
use crate::person::Number;
use crate::texts::{self, Intent, TextNames, Topic, Wish, Written};
use crate::truth::{Text, Truth};

/// Something that somebody may complain about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Complaint {
    pub(super) topic: Topic,
    /// How bad it was.
    pub(super) quality: i64,
    pub(super) cause: Option<usize>,
    /// 0 where it is about none.
    pub(super) order: u64,
    pub(super) product: usize,
}

/// A text that is about to be sent.
pub(super) struct Speech {
    topic: Topic,
    cause: Option<usize>,
    emotion: Emotion,
    written: Written,
}

impl World {
    /// Complains, or says nothing: the worse it was and the readier they are to speak, the likelier. `readiness`
    /// is that of the occasion, in permille.
    pub(super) fn perhaps_complain(
        &mut self,
        number: Number,
        at: Timestamp,
        complaint: Complaint,
        readiness: i64,
    ) {
        let person = self.person(number);
        let bad = (-complaint.quality).max(0);
        let likely = i64::from(person.outspoken_permille) * bad / 400 * readiness / 1000;
        if !person.random.permille(u32::try_from(likely).unwrap_or(0)) {
            return;
        }
        if person.has_handle && person.random.permille(160) {
            self.post(number, at, complaint);
        } else {
            self.contact(number, at, complaint, 0);
        }
    }

    /// Says it in public.
    pub(super) fn post(&mut self, number: Number, at: Timestamp, complaint: Complaint) -> u64 {
        let speech = self.words(number, complaint);
        let who = self.who(number, &[Known::Handle]);
        let facts = self.about(number, complaint);
        self.speak(number, at, Kind::PublicPost, Channel::Social, who, facts, speech)
    }

    /// Facts that say what a text is about.
    pub(super) fn about(&mut self, number: Number, complaint: Complaint) -> Vec<(&'static str, Fact)> {
        let mut facts = vec![("region", Fact::Word(self.person(number).region.word()))];
        if complaint.order > 0 {
            facts.push(("order_id", Fact::Order(complaint.order)));
        }
        facts
    }

    /// Finds the words for how somebody feels.
    pub(super) fn words(&mut self, number: Number, complaint: Complaint) -> Speech {
        let how = self.scenario.texts;
        let region = self.person(number).region;
        let row = self.scenario.regions.iter().find(|row| row.region == region);
        let carrier =
            row.and_then(|row| row.carriers.first()).map_or("the carrier", |row| row.carrier.word());
        let person = self.person(number);
        let emotion = emotion(&mut person.random, complaint.topic, complaint.quality);
        let names = TextNames {
            product: PRODUCTS[complaint.product].name,
            carrier,
            branch: person.branch.word(),
            order: if complaint.order > 0 { complaint.order } else { 100_000 + u64::from(number) },
        };
        let wish = Wish { language: person.language, topic: complaint.topic, emotion, names };
        // Other words are no other life.
        let written = texts::write(&mut person.random.branch(), wish, how);
        Speech { topic: complaint.topic, cause: complaint.cause, emotion, written }
    }

    /// Tells what somebody said, and the truth about it.
    #[allow(clippy::too_many_arguments, reason = "one call for everything that carries words")]
    pub(super) fn speak(
        &mut self,
        number: Number,
        at: Timestamp,
        kind: Kind,
        channel: Channel,
        who: Who,
        facts: Vec<(&'static str, Fact)>,
        speech: Speech,
    ) -> u64 {
        let Speech { topic, cause, emotion, written } = speech;
        let language = self.person(number).language;
        let told = Told::by_customer(at, kind, channel, who, facts);
        let event = self.tell(Told { said: Some(written.text), ..told });
        if let Some(cause) = cause.filter(|_| topic.intent() != Intent::Ask) {
            self.tallies[cause].complained(at, event, number);
        }
        let cause = self.cause_name(cause);
        self.truths.push(Truth::Text(Text {
            event: event_id(event),
            person: number,
            language,
            topic,
            intent: topic.intent(),
            emotion,
            valence: emotion.valence().unwrap_or(Valence::Neutral),
            sarcasm: written.sarcasm,
            mixed: written.mixed,
            cause,
        }));
        event
    }

    /// What they bought is used; some say how it is.
    pub(super) fn used(&mut self, number: Number, at: Timestamp, parcel: &Parcel) {
        let quality = self.random(number).normal(330, 270).clamp(-900, 900);
        let bought = parcel.bought;
        let felt = Experience { about: About::Goods, quality, weight_permille: 90, cause: None };
        let person = self.person(number);
        let is_loud = quality.abs() > 450;
        let reviews = person.random.permille(if is_loud { 240 } else { 110 });
        let reviewed = at + Span::HOUR.times(person.random.between(20, 120));
        let mut event = None;
        if reviews {
            let topic = if quality >= 60 { Topic::ProductGood } else { Topic::ProductBad };
            let complaint =
                Complaint { topic, quality, cause: None, order: bought.order, product: bought.product };
            let speech = self.words(number, complaint);
            let stars = stars(quality);
            let who = self.who(number, &[Known::Account, Known::Email]);
            let facts = vec![
                ("order_id", Fact::Order(bought.order)),
                ("product", Fact::Word(PRODUCTS[bought.product].name)),
                ("stars", Fact::Number(stars)),
            ];
            event = Some(self.speak(number, reviewed, Kind::ReviewWritten, Channel::Web, who, facts, speech));
        }
        self.feel(number, at, event, felt);
        if self.random(number).permille(130) {
            self.survey(number, at, &[("order_id", Fact::Order(bought.order))], Channel::Email);
        }
        if self.random(number).permille(90) {
            let asked = at + Span::HOUR.times(self.random(number).between(1, 60));
            let question = Complaint {
                topic: Topic::Question,
                quality: 0,
                cause: None,
                order: bought.order,
                product: bought.product,
            };
            self.contact(number, asked, question, 0);
        }
    }

    /// Answers how likely they are to recommend the company: what they feel, and a good deal of mood.
    pub(super) fn survey(
        &mut self,
        number: Number,
        at: Timestamp,
        about: &[(&'static str, Fact)],
        channel: Channel,
    ) {
        let person = self.person(number);
        let answered = at + Span::HOUR.times(person.random.between(4, 60));
        let mood = person.random.normal(0, 260);
        let score = ((person.heart.trust() + mood + 1_000) * 11 / 2_000).clamp(0, 10);
        let quality = (score - 5) * 180;
        let who = if channel == Channel::Branch {
            self.who(number, &[Known::Phone])
        } else {
            self.who(number, &[Known::Email])
        };
        let mut facts = about.to_vec();
        facts.push(("score", Fact::Number(score)));
        if self.random(number).permille(300) {
            let topic = if score >= 7 { Topic::ServiceGood } else { Topic::ProductBad };
            let complaint = Complaint { topic, quality, cause: None, order: 0, product: 0 };
            let speech = self.words(number, complaint);
            self.speak(number, answered, Kind::SurveyAnswered, channel, who, facts, speech);
        } else {
            self.tell(Told::by_customer(answered, Kind::SurveyAnswered, channel, who, facts));
        }
    }
}

/// One to five, as people give them: mostly the ends.
fn stars(quality: i64) -> i64 {
    match quality {
        ..=-300 => 1,
        -299..=-60 => 2,
        -59..=130 => 3,
        131..=360 => 4,
        _ => 5,
    }
}

/// How somebody feels who writes.
fn emotion(random: &mut crate::random::Random, topic: Topic, quality: i64) -> Emotion {
    match topic {
        Topic::Question => random.weighted(&[
            (Emotion::Neutral, 62),
            (Emotion::Curiosity, 20),
            (Emotion::Confusion, 13),
            (Emotion::Optimism, 5),
        ]),
        Topic::Thanks => random.weighted(&[
            (Emotion::Gratitude, 66),
            (Emotion::Relief, 14),
            (Emotion::Joy, 10),
            (Emotion::Neutral, 10),
        ]),
        Topic::Payment if random.permille(420) => {
            random.weighted(&[(Emotion::Fear, 35), (Emotion::Nervousness, 25), (Emotion::Confusion, 40)])
        }
        Topic::Download if random.permille(250) => Emotion::Confusion,
        Topic::Late
        | Topic::Silence
        | Topic::Payment
        | Topic::Download
        | Topic::Damaged
        | Topic::WrongItem
        | Topic::Branch
        | Topic::Refund
        | Topic::Price
        | Topic::ProductGood
        | Topic::ProductBad
        | Topic::ServiceGood
        | Topic::Leaving => random.weighted(match quality {
            ..=-600 => &[
                (Emotion::Anger, 42),
                (Emotion::Annoyance, 16),
                (Emotion::Disappointment, 24),
                (Emotion::Sadness, 8),
                (Emotion::Disapproval, 6),
                (Emotion::Disgust, 4),
            ],
            -599..=-250 => &[
                (Emotion::Annoyance, 36),
                (Emotion::Disappointment, 32),
                (Emotion::Anger, 11),
                (Emotion::Sadness, 6),
                (Emotion::Disapproval, 6),
                (Emotion::Neutral, 9),
            ],
            -249..=60 => &[
                (Emotion::Neutral, 40),
                (Emotion::Disappointment, 25),
                (Emotion::Annoyance, 22),
                (Emotion::Confusion, 13),
            ],
            61..=400 => &[
                (Emotion::Approval, 30),
                (Emotion::Joy, 22),
                (Emotion::Gratitude, 14),
                (Emotion::Neutral, 20),
                (Emotion::Surprise, 6),
                (Emotion::Optimism, 8),
            ],
            _ => &[
                (Emotion::Love, 26),
                (Emotion::Admiration, 28),
                (Emotion::Joy, 24),
                (Emotion::Excitement, 12),
                (Emotion::Amusement, 4),
                (Emotion::Gratitude, 6),
            ],
        }),
    }
}

//! The language of stories: one line per happening, first when, then what.
//!
//! | written | means |
//! |---|---|
//! | `10:00`, `tue 09:30`, `+3h`, `+2d`, `2026-03-29T01:00Z` | when, in UTC; stories begin on Monday, 2026-03-02 |
//! | `Order Placed order=A1 value=30` | an event of that kind with facts |
//! | `says "Still missing" (negative)` | the kind `Message`, words, and what was read in them |
//! | `staff replies` | the kind `Reply`, by staff |
//! | `by=staff`, `by=probe`, `source=courier`, `of=09:15` | who, which system told us, when it happened |
//! | `grants browsing`, `denies feedback for marketing`, `withdraws browsing` | consent, for service unless said |
//! | `takes case 0`, `closes case 0`, `releases promise 0` | an order |
//! | `tick` | time passes |
//! | `show` | nothing; the record shows how things stand |

use opcx_core::consent::{Answer, Proof, Purpose, Statement};
use opcx_core::event::{Category, Event, Facts, Origin, Value};
use opcx_core::identity::{Identifier, IdentifierKind};
use opcx_core::reading::{Emotion, Felt, Found, Model, Permille, Reading, Tier, Unknown, Valence};
use opcx_core::time::{Span, Timestamp, parse_rfc3339};

use super::expressions::FACTS;

/// One line of a story.
pub(crate) struct Line<'a> {
    pub(crate) words: &'a str,
    pub(crate) at: Timestamp,
    pub(crate) told: Told,
}

/// What a line tells.
#[derive(Clone)]
pub(crate) enum Told {
    Event(Box<Event>, Option<Reading>),
    TakeCase(usize),
    CloseCase(usize),
    ReleasePromise(usize),
    Tick,
    Show,
}

const MONDAY: &str = "2026-03-02T00:00Z";
const WEEKDAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/// The lines of a story, in order.
pub(crate) fn read(story: &str) -> Vec<Line<'_>> {
    let mut now = parse_rfc3339(MONDAY).expect("the stories' Monday is a date");
    let mut lines = Vec::new();
    for (number, words) in story.lines().map(str::trim).filter(|line| !line.is_empty()).enumerate() {
        let mut tokens = tokens(words);
        now = when(&mut tokens, now);
        let told = told(&tokens, now, number);
        lines.push(Line { words, at: now, told });
    }
    lines
}

/// Words; what stands between quotes is one of them, with its first quote.
fn tokens(line: &str) -> Vec<String> {
    let mut tokens = Vec::new();
    let mut within = false;
    let mut token = String::new();
    for c in line.chars() {
        match c {
            '"' => {
                if !within {
                    token.push('"');
                }
                within = !within;
            }
            ' ' if !within => {
                tokens.extend(Some(std::mem::take(&mut token)).filter(|token| !token.is_empty()));
            }
            other => token.push(other),
        }
    }
    tokens.extend(Some(token).filter(|token| !token.is_empty()));
    tokens
}

fn when(tokens: &mut Vec<String>, now: Timestamp) -> Timestamp {
    let first = tokens.remove(0);
    if let Some(weekday) = WEEKDAYS.iter().position(|day| *day == first) {
        let monday = parse_rfc3339(MONDAY).expect("a date");
        let today = now.since(monday).as_millis().div_euclid(Span::DAY.as_millis());
        let ahead = (i64::try_from(weekday).expect("seven days") - today).rem_euclid(7);
        let midnight = monday + Span::DAY.times(today + ahead);
        return clock(&tokens.remove(0), midnight);
    }
    if let Some(span) = first.strip_prefix('+') {
        let (count, unit) = span.split_at(span.len() - 1);
        let unit = match unit {
            "m" => Span::MINUTE,
            "h" => Span::HOUR,
            "d" => Span::DAY,
            other => panic!("`{other}` is no unit of stories"),
        };
        return now + unit.times(count.parse().expect("a number"));
    }
    clock(&first, now)
}

/// `10:30` of the day of `now`, or a whole date.
fn clock(text: &str, now: Timestamp) -> Timestamp {
    if text.contains('T') {
        return parse_rfc3339(text).expect("stories write dates as RFC 3339");
    }
    let (hour, minute) = text.split_once(':').expect("stories write times like 10:30");
    let midnight = now.as_millis().div_euclid(Span::DAY.as_millis()) * Span::DAY.as_millis();
    Timestamp::from_millis(midnight)
        + Span::HOUR.times(hour.parse().expect("an hour"))
        + Span::MINUTE.times(minute.parse().expect("a minute"))
}

fn told(tokens: &[String], now: Timestamp, number: usize) -> Told {
    let words: Vec<&str> = tokens.iter().map(String::as_str).collect();
    let mut event = bare(now, number);
    let place = |text: &str| text.parse().expect("which one, from 0");
    match words.as_slice() {
        ["tick"] => return Told::Tick,
        ["show"] => return Told::Show,
        ["takes", "case", which] => return Told::TakeCase(place(which)),
        ["closes", "case", which] => return Told::CloseCase(place(which)),
        ["releases", "promise", which] => return Told::ReleasePromise(place(which)),
        [answer @ ("grants" | "denies" | "withdraws"), category, purpose @ ..] => {
            event.kind = "Consent".into();
            event.consents.push(statement(answer, category, purpose.last().copied().unwrap_or("service")));
            return Told::Event(Box::new(event), None);
        }
        _ => {}
    }
    let mut kind: Vec<&str> = Vec::new();
    let mut facts = Vec::new();
    let mut reading = None;
    for word in words {
        if let Some(said) = word.strip_prefix('"') {
            event.said = Some(said.into());
        } else if let Some(feeling) = word.strip_prefix('(') {
            reading = Some(felt(feeling.trim_end_matches(')')));
        } else if let Some((name, value)) = word.split_once('=') {
            match name {
                "by" if value == "staff" => event.origin = Origin::Staff,
                "by" => event.origin = Origin::Probe,
                "source" => event.source = value.into(),
                "of" => event.happened = clock(value, now),
                _ => facts.push((name.into(), typed(name, value))),
            }
        } else {
            kind.push(word);
        }
    }
    event.kind = match kind.as_slice() {
        ["says"] => "Message".into(),
        ["staff", "replies"] => {
            event.origin = Origin::Staff;
            "Reply".into()
        }
        words => words.join(" ").into(),
    };
    event.facts = Facts::from_pairs(facts).expect("stories have few facts");
    Told::Event(Box::new(event), reading)
}

fn bare(happened: Timestamp, number: usize) -> Event {
    Event {
        source: "shop".into(),
        id: number.to_string().into(),
        happened,
        kind: "".into(),
        channel: "web".into(),
        who: vec![Identifier::new(IdentifierKind::UserId, "ada").expect("a name")],
        facts: Facts::NONE,
        said: None,
        reading: None,
        consents: Vec::new(),
        masked: Vec::new(),
        origin: Origin::Customer,
    }
}

fn typed(name: &str, value: &str) -> Value {
    let is_number = FACTS
        .iter()
        .any(|(known, kind, ..)| *known == name && *kind == opcx_core::condition::FactType::Number);
    match value.parse() {
        Ok(number) if is_number => Value::Number(number),
        _ => Value::Text(value.into()),
    }
}

fn statement(answer: &str, category: &str, purpose: &str) -> Statement {
    Statement {
        category: Category::ALL
            .into_iter()
            .find(|known| known.word() == category)
            .expect("stories name categories that exist"),
        purpose: Purpose::ALL
            .into_iter()
            .find(|known| known.word() == purpose)
            .expect("stories name purposes that exist"),
        answer: match answer {
            "grants" => Answer::Granted,
            "denies" => Answer::Denied,
            _ => Answer::Withdrawn,
        },
        proof: Proof { actor: "customer".into(), wording: None },
    }
}

const GIVEN: Model = Model { tier: Tier::Given, version: 1 };

/// A reading of one strong feeling.
pub(crate) fn felt(feeling: &str) -> Reading {
    let (valence, valence_permille, emotion) = match feeling {
        "negative" => (Valence::Negative, -700, Emotion::Anger),
        "positive" => (Valence::Positive, 700, Emotion::Joy),
        "neutral" => (Valence::Neutral, 0, Emotion::Neutral),
        _ => {
            return Reading::asked(GIVEN, Found::Unknown(Unknown::Unsure));
        }
    };
    Reading::asked(GIVEN, Found::Felt(Felt::one(emotion, Permille::new(800), valence, valence_permille)))
}

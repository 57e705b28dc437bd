use opcx_core::customer::Customer;
use opcx_core::definitions::Definitions;
use opcx_core::log::Position;
use opcx_core::reading::{Course, Reading, Trend};
use opcx_core::time::{Span, Timestamp};
use opcx_store::Store;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::said::Said;
use crate::{At, InsightError};

/// Newest records of a customer in which their latest conversation is looked for.
const RECORDS_MAX: usize = 64;
/// What is said later than this after the text before begins another conversation.
const SILENCE: Span = Span::DAY.times(3);

/// How the valence went through a customer's latest conversation: what they said, each at most three days after the
/// text before, as far as it may be looked at and could be read. Of the newest 64 records.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CourseLine {
    /// How many of its texts could be read.
    pub texts: u32,
    /// When the first of these was said.
    pub since: At,
    /// When the last of these was said.
    pub until: At,
    /// The valence of the first one, from -1000, negative, to 1000, positive.
    pub start: i16,
    /// The lowest valence.
    pub worst: i16,
    /// The valence of the last one.
    pub end: i16,
    /// How far the end is above the worst, 0 to 2000.
    pub recovery: u16,
    /// Which way it went: 300 or more from start to end, or level.
    pub trend: TrendWord,
}

/// Which way a conversation went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum TrendWord {
    /// The end is lower than the start.
    Worse,
    /// Neither.
    Level,
    /// The end is higher than the start.
    Better,
}

/// The course of a customer's latest conversation; nothing if no text of theirs could be read.
pub(crate) fn course(
    store: &dyn Store,
    definitions: &Definitions,
    customer: &Customer,
    trail: &[Position],
) -> Result<Option<CourseLine>, InsightError> {
    let newest = &trail[trail.len().saturating_sub(RECORDS_MAX)..];
    let readings = newest.iter().copied().zip(store.readings(newest)?);
    let read: Vec<(Position, Reading)> =
        readings.filter_map(|(position, reading)| Some((position, reading?))).collect();
    let positions: Vec<Position> = read.iter().map(|(position, _)| *position).collect();
    let mut said: Vec<(Timestamp, Reading)> = Vec::new();
    for (logged, (_, reading)) in store.read_at(&positions)?.into_iter().zip(read) {
        let Some(event) = logged.record.entry.event() else { continue };
        let shown = Said::of(definitions, event, Some(&reading), &customer.known.grants);
        // Laws 4 and 11: what may be looked at, and is the customer's own.
        if shown.read.is_some() && reading.felt().is_some() {
            said.push((event.happened, reading));
        }
    }
    said.sort_by_key(|(at, _)| *at);
    Ok(of_latest(&said))
}

/// The course of the latest of the conversations in these texts, which are in order.
fn of_latest(said: &[(Timestamp, Reading)]) -> Option<CourseLine> {
    let begins =
        said.windows(2).rposition(|pair| pair[1].0.since(pair[0].0) > SILENCE).map_or(0, |at| at + 1);
    let latest = &said[begins..];
    let course = Course::of(latest.iter().map(|(_, reading)| reading))?;
    Some(CourseLine {
        texts: course.read,
        since: At(latest.first()?.0),
        until: At(latest.last()?.0),
        start: course.start,
        worst: course.worst,
        end: course.end,
        recovery: course.recovery,
        trend: match course.trend {
            Trend::Worse => TrendWord::Worse,
            Trend::Level => TrendWord::Level,
            Trend::Better => TrendWord::Better,
        },
    })
}

#[cfg(test)]
mod tests {
    use opcx_core::reading::{Emotion, Felt, Found, Model, Permille, Tier, Valence};

    use super::*;

    fn said(day: i64, valence_permille: i16) -> (Timestamp, Reading) {
        let felt = Felt::one(Emotion::Neutral, Permille::ONE, Valence::Neutral, valence_permille);
        let model = Model { tier: Tier::Given, version: 1 };
        (Timestamp::EPOCH + Span::DAY.times(day), Reading::asked(model, Found::Felt(felt)))
    }

    #[test]
    fn a_conversation_ends_where_more_than_three_days_are_silent() {
        let course = of_latest(&[said(0, 900), said(4, -200), said(5, -900), said(8, 300)]);
        let course = course.expect("all of it could be read");
        assert_eq!((course.texts, course.start, course.worst, course.end), (3, -200, -900, 300));
        assert_eq!((course.recovery, course.trend), (1_200, TrendWord::Better));
        assert_eq!(course.since, At(Timestamp::EPOCH + Span::DAY.times(4)));
        assert_eq!(of_latest(&[]), None);
    }
}

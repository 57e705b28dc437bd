//! Going through moments: which ones an event is part of, and how each went.

use alloc::vec::Vec;
use compact_str::CompactString;

use super::Input;
use super::observe::{Noticed, sight};
use crate::condition::{Declared, Sight};
use crate::consent::Purpose;
use crate::customer::{Customer, Known, RUNS_MAX, room};
use crate::definitions::{Definitions, Listening};
use crate::effects::{Effects, Feeling, Moment as Gone};
use crate::event::{Category, Event, Value};
use crate::journey::{Run, RunState, Step};
use crate::map::{Journey, Moment, Outcome};
use crate::reading::Reading;
use crate::trust::What;

/// Takes the event through every moment that listens to it. Returns whether any did.
pub(super) fn go_through(
    definitions: &Definitions,
    customer: &mut Customer,
    input: &Input<'_>,
    event: &Event,
    reading: Option<&Reading>,
    noticed: &mut Noticed<'_>,
    effects: &mut Effects,
) -> bool {
    let mut number = 0;
    for listening in &noticed.concerned.moments {
        let index = listening.moment;
        let Some((moment, journey)) = definitions.moment_and_journey(index) else { continue };
        let known = &mut customer.known;
        let sight = sight(known, Purpose::Service, Some(event), reading, None, input.now);
        let Some(seen) = look(&sight, listening) else { continue };
        let feeling = feeling(known, reading);
        let key = journey.one_per.as_ref().and_then(|fact| key(known, event, fact));
        let step = Step { position: input.position, number };
        let repeats = walk(known, (journey, moment), key.as_ref(), step, event, seen.outcome);
        let mut weigh = |what| {
            noticed.weigh(known, input.position, event.happened, moment.account, &moment.name, what);
        };
        match seen.outcome {
            Outcome::Good => weigh(What::GoodMoment),
            Outcome::Bad => weigh(What::BadMoment),
            Outcome::Neutral => {}
        }
        if seen.repaired {
            weigh(What::Repaired);
        }
        noticed.moments.push((index, seen.outcome));
        effects.moments.push(Gone {
            position: input.position,
            number,
            customer: customer.id,
            at: event.happened,
            journey: journey.name.clone(),
            moment: moment.name.clone(),
            channel: event.channel.clone(),
            outcome: seen.outcome,
            feeling,
            repeats,
            dimensions: dimensions(definitions, &customer.known, event),
            probe: false,
        });
        number += 1;
    }
    number > 0
}

/// Shows a probe's event in the moments, flagged; nothing of a customer's is read or changed.
pub(super) fn of_probe(
    definitions: &Definitions,
    customer: &Customer,
    input: &Input<'_>,
    event: &Event,
    effects: &mut Effects,
) {
    let nobody = Known::default();
    for (number, listening) in (0..).zip(&definitions.index().concerned(&event.kind).moments) {
        let Some((moment, journey)) = definitions.moment_and_journey(listening.moment) else { continue };
        let sight = sight(&nobody, Purpose::Service, Some(event), None, None, input.now);
        let Some(seen) = look(&sight, listening) else { continue };
        effects.moments.push(Gone {
            position: input.position,
            number,
            customer: customer.id,
            at: event.happened,
            journey: journey.name.clone(),
            moment: moment.name.clone(),
            channel: event.channel.clone(),
            outcome: seen.outcome,
            feeling: None,
            repeats: 0,
            dimensions: dimensions(definitions, &nobody, event),
            probe: true,
        });
    }
}

struct Seen {
    outcome: Outcome,
    repaired: bool,
}

/// How the event went at this moment; `None` when the moment does not listen to it. Bad is asked
/// before good. A condition that misses something does not hold.
fn look(sight: &Sight<'_>, listening: &Listening) -> Option<Seen> {
    let Listening { listens, bad, good, repaired, .. } = listening;
    if !listens.holds(sight) {
        return None;
    }
    let outcome = if bad.holds(sight) {
        Outcome::Bad
    } else if good.holds(sight) {
        Outcome::Good
    } else {
        Outcome::Neutral
    };
    let repaired = outcome != Outcome::Bad && sight.trust.open_failures() > 0 && repaired.holds(sight);
    Some(Seen { outcome, repaired })
}

/// Takes the customer's run of the journey one step on, beginning one if there is none.
fn walk(
    known: &mut Known,
    (journey, moment): (&Journey, &Moment),
    key: Option<&CompactString>,
    step: Step,
    event: &Event,
    outcome: Outcome,
) -> u16 {
    // A run that ended is over, unless its key says that this is still the same order.
    // Of most customers all runs are of one journey: their keys tell them apart.
    let same = |run: &Run| {
        run.key.as_ref() == key
            && run.journey == journey.name
            && (key.is_some() || run.state == RunState::UnderWay)
    };
    let at = known.runs.iter().position(same).unwrap_or_else(|| {
        if known.runs.len() == RUNS_MAX {
            let longest_untouched = (0..known.runs.len())
                .min_by_key(|&at| (known.runs[at].state == RunState::UnderWay, known.runs[at].latest));
            known.runs.remove(longest_untouched.unwrap_or(0));
        }
        let run = Run::begin(journey.name.clone(), key.cloned(), event.happened, journey.abandoned_after);
        room::push(&mut known.runs, run);
        known.runs.len() - 1
    });
    let goal = moment.goal && outcome != Outcome::Bad;
    let run = known.runs.get_mut(at);
    run.map_or(0, |run| run.take(step, &moment.name, event.happened, goal, journey.abandoned_after))
}

fn key(known: &Known, event: &Event, fact: &Declared) -> Option<CompactString> {
    readable(known, event, fact)
}

/// A fact as a short text, if it is there and may be seen for service.
fn readable(known: &Known, event: &Event, fact: &Declared) -> Option<CompactString> {
    if !known.grants.allow(fact.category, Purpose::Service) {
        return None;
    }
    match event.facts.get(&fact.name)? {
        Value::Text(text) => Some(text.clone()),
        Value::Number(number) => Some(compact_str::format_compact!("{number}")),
        Value::Bool(truth) => Some(if *truth { "true".into() } else { "false".into() }),
        Value::List(_) => None,
    }
}

fn dimensions(definitions: &Definitions, known: &Known, event: &Event) -> Vec<Option<CompactString>> {
    definitions.vocabulary.dimensions.iter().map(|fact| readable(known, event, fact)).collect()
}

/// What the customer felt, as far as feedback may be looked at.
fn feeling(known: &Known, reading: Option<&Reading>) -> Option<Feeling> {
    if !known.grants.allow(Category::Feedback, Purpose::Service) {
        return None;
    }
    let felt = reading?.felt()?;
    let &(emotion, _) = felt.emotions.first()?;
    Some(Feeling { valence: felt.valence, valence_permille: felt.valence_permille, emotion })
}

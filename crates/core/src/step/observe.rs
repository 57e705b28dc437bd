//! Observing: folds one input into what is known.

use smallvec::SmallVec;

use super::{Input, moments, promises};
use crate::condition::{PromiseSight, Sight};
use crate::consent::Purpose;
use crate::customer::{Complaint, Customer, Known, Trait};
use crate::definitions::{Concerned, Definitions};
use crate::effects::Effects;
use crate::event::{Category, Event, Origin};
use crate::journey::RunState;
use crate::log::{Lane, Position};
use crate::map::{MomentIndex, Outcome};
use crate::playbook::PlaybookIndex;
use crate::promise::{PromiseId, PromiseIndex, PromiseState};
use crate::reading::{Reading, Valence};
use crate::time::Timestamp;
use crate::trust::{Account, Entry, Evidence, Trust, What};

/// What is nearly always one or two, and is not allocated then.
pub(super) type Few<T> = SmallVec<[T; 2]>;

/// What an observation found that playbooks may answer.
#[derive(Debug, Clone)]
pub(super) struct Noticed<'a> {
    /// What the event at hand can concern.
    pub(super) concerned: &'a Concerned,
    /// The event at hand, if its category may be looked at.
    pub(super) event: Option<&'a Event>,
    /// What was read in it.
    pub(super) reading: Option<&'a Reading>,
    /// Moments gone through.
    pub(super) moments: Few<(MomentIndex, Outcome)>,
    /// Promises that came into a state.
    pub(super) promises: Few<(PromiseIndex, PromiseId, PromiseState)>,
    /// Accounts of trust that moved: from where to where, each account once.
    pub(super) trust: Few<(Account, Trust, Trust)>,
    /// Playbooks whose time of silence is over.
    pub(super) silences: Few<PlaybookIndex>,
    /// How many pieces of evidence were found, to number them.
    pub(super) evidence: u16,
}

/// Folds an event into what is known.
pub(super) fn event<'a>(
    definitions: &'a Definitions,
    customer: &mut Customer,
    input: &Input<'_>,
    event: &'a Event,
    reading: Option<&'a Reading>,
    effects: &mut Effects,
) -> Noticed<'a> {
    if event.origin == Origin::Probe {
        // Law 5: a probe is seen in the moments, flagged, and touches nothing of a customer's.
        moments::of_probe(definitions, customer, input, event, effects);
        return Noticed::default();
    }
    // Law 11: nothing reads the emotions of staff.
    let reading = reading.filter(|_| event.origin == Origin::Customer);
    let known = &mut customer.known;
    for statement in &event.consents {
        known.grants.note(statement, event.happened);
    }
    // Law 4: an event of a category that was not granted is as if it had never been sent. What it
    // says about consent is no data of that category.
    let concerned = definitions.index().concerned(&event.kind);
    let visible = may_see(known, concerned.category);
    if visible || !event.consents.is_empty() {
        look_at_clock(known, input.lane, input.now);
    }
    if !visible {
        return Noticed::default();
    }
    let mut noticed = Noticed { concerned, event: Some(event), reading, ..Noticed::default() };
    remember(definitions, known, input.position, event, concerned.remembered);
    // The map is read for service; what was granted only for selling does not move trust.
    if !known.grants.allow(concerned.category, Purpose::Service) {
        return noticed;
    }

    known.events += 1;
    let (first, last) = known.heard.unwrap_or((event.happened, event.happened));
    known.heard = Some((first.min(event.happened), last.max(event.happened)));
    if event.origin == Origin::Customer {
        known.silent_since = known.clock.map(|(_, at)| at);
        customer.deeds.silences.clear();
    }

    let matched = moments::go_through(definitions, customer, input, event, reading, &mut noticed, effects);
    if !matched {
        customer.known.unmatched += 1;
    }
    promises::settle_by(definitions, customer, input, event, reading, &mut noticed, effects);
    promises::make_by(definitions, customer, input, event, reading, &mut noticed, effects);
    hear_complaint(&mut customer.known, input.position, event, reading, &noticed);
    noticed
}

/// Folds the passing of time into what is known.
pub(super) fn time<'a>(
    definitions: &Definitions,
    customer: &mut Customer,
    input: &Input<'_>,
    effects: &mut Effects,
) -> Noticed<'a> {
    look_at_clock(&mut customer.known, input.lane, input.now);
    let mut noticed = Noticed::default();
    promises::pass_time(definitions, customer, input, &mut noticed, effects);
    for run in &mut customer.known.runs {
        if run.state == RunState::UnderWay && run.abandoned_at <= input.now {
            run.state = RunState::Abandoned;
        }
    }
    let Some(since) = customer.known.silent_since else { return noticed };
    for &index in definitions.index().on_silence() {
        let Some(playbook) = definitions.playbook(index) else { continue };
        let over = playbook.silence().is_some_and(|span| since + span <= input.now);
        if over && !customer.deeds.silences.contains(&playbook.name) {
            customer.deeds.silences.push(playbook.name.clone());
            noticed.silences.push(index);
        }
    }
    noticed
}

impl Default for Noticed<'_> {
    /// Nothing.
    fn default() -> Self {
        Noticed {
            concerned: const { &Concerned::nothing(Category::Service) },
            event: None,
            reading: None,
            moments: Few::new(),
            promises: Few::new(),
            trust: Few::new(),
            silences: Few::new(),
            evidence: 0,
        }
    }
}

impl Noticed<'_> {
    /// Puts one piece of evidence into the ledger and notes how far trust moved.
    pub(super) fn weigh(
        &mut self,
        known: &mut Known,
        position: Position,
        at: Timestamp,
        account: Account,
        topic: &crate::event::Name,
        what: What,
    ) {
        let number = self.evidence;
        self.evidence = number.saturating_add(1);
        self.weigh_as(known, (position, number), at, account, topic, what);
    }

    /// The same for evidence that has a name of its own.
    pub(super) fn weigh_as(
        &mut self,
        known: &mut Known,
        (position, number): (Position, u16),
        at: Timestamp,
        account: Account,
        topic: &crate::event::Name,
        what: What,
    ) {
        let entry: &Entry =
            known.trust.apply(Evidence { account, what, topic: topic.clone(), at, position, number });
        match self.trust.iter_mut().find(|(moved, ..)| *moved == account) {
            Some((.., after)) => *after = entry.after(),
            None => self.trust.push((account, entry.before(), entry.after())),
        }
    }
}

/// What can be seen of a customer for `purpose`, with an event and a promise at hand.
pub(super) fn sight<'a>(
    known: &'a Known,
    purpose: Purpose,
    event: Option<&'a Event>,
    reading: Option<&'a Reading>,
    promise: Option<PromiseSight<'a>>,
    now: Timestamp,
) -> Sight<'a> {
    Sight {
        allowed: known.grants.allowed(purpose),
        event,
        reading,
        promise,
        trust: &known.trust,
        traits: &known.traits,
        promises: &known.promises,
        events: known.events,
        now,
    }
}

/// Whether data of `category` may be looked at for anything at all. What a reader then sees of it
/// is limited by that reader's own purpose.
pub(super) fn may_see(known: &Known, category: Category) -> bool {
    Purpose::ALL.into_iter().any(|purpose| known.grants.allow(category, purpose))
}

/// A customer's timers run on the live clock as soon as they were met live; and never back.
fn look_at_clock(known: &mut Known, lane: Lane, now: Timestamp) {
    known.clock = Some(match known.clock {
        None => (lane, now),
        Some((known_lane, at)) => (known_lane.min(lane), at.max(now)),
    });
}

/// Keeps facts about the person and when kinds that templates speak of happened.
fn remember(definitions: &Definitions, known: &mut Known, position: Position, event: &Event, kind_too: bool) {
    for name in definitions.facts_about_customers() {
        let Some(value) = event.facts.get(name) else { continue };
        let category = definitions.vocabulary.facts.get(name).map(|fact| fact.category);
        if category.is_some_and(|category| may_see(known, category)) {
            known.traits.note(Trait {
                name: name.clone(),
                value: value.clone(),
                at: event.happened,
                position,
            });
        }
    }
    if kind_too {
        match known.happened.iter_mut().find(|(kind, _)| *kind == event.kind) {
            Some((_, at)) => *at = (*at).max(event.happened),
            None => known.happened.push((event.kind.clone(), event.happened)),
        }
    }
}

/// A complaint is something said with bad feeling, or at a moment that went badly. It stands until
/// somebody of the company answers.
fn hear_complaint(
    known: &mut Known,
    position: Position,
    event: &Event,
    reading: Option<&Reading>,
    noticed: &Noticed<'_>,
) {
    match event.origin {
        Origin::Staff => {
            known.answered = known.answered.max(Some(event.happened));
            known.complaint = known.complaint.filter(|complaint| Some(complaint.at) > known.answered);
        }
        Origin::Customer => {
            let bad_feeling = reading.and_then(Reading::valence) == Some(Valence::Negative);
            let bad_moment = noticed.moments.iter().any(|(_, outcome)| *outcome == Outcome::Bad);
            // One told late may have been answered since, or be older than the one that waits.
            let latest = known.answered.max(known.complaint.map(|complaint| complaint.at));
            if event.said.is_some()
                && (bad_feeling || bad_moment)
                && known.grants.allow(Category::Feedback, Purpose::Service)
                && Some(event.happened) > latest
            {
                known.complaint = Some(Complaint { at: event.happened, position });
            }
        }
        Origin::Probe => {}
    }
}

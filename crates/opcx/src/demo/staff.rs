//! The demo's staff: who takes which case in their shift, what they write, how it ends.
//!
//! Pure: told the time and what waits, [`Staff::step`] says what its people do then, in the words of
//! [`CaseChange`]; whoever asks hands that in, in the past straight to the log, live over HTTP with each one's own
//! key. Nobody in the simulated company feels what they do: customers' lives are made up beforehand.

mod words;

use std::collections::BTreeMap;

use opcx_core::calendar::Calendars;
use opcx_core::case::{CaseChange, CaseId};
use opcx_core::event::Name;
use opcx_core::time::{Span, Timestamp};
use opcx_insight::CaseLine;

use words::{Reply, matter};

/// How often somebody looks up from what they do.
pub(super) const LOOKS_UP: Span = Span::MINUTE.times(15);
/// Shortest and longest time that a case takes, in minutes.
const WORK_MINUTES: std::ops::Range<u64> = 25..100;
/// Whoever is back within this time has a break, and keeps their case.
const BREAK_MAX: Span = Span::HOUR.times(2);
/// Of those who write back, after which part of the work they do, in percent.
const REPLIES_AFTER_PERCENT: i64 = 70;
/// Of cases, how many need somebody to write, in percent; the others are settled by a look.
const REPLIED_PERCENT: u64 = 80;

/// Who works here: a name, their team, the calendar of their shift. For the 1,500 customers of the demo that is enough:
/// what comes in overnight is done by noon, what a weekend leaves by Tuesday, and a week in which much goes wrong shows.
const PEOPLE: [(&str, &str, &str); 8] = [
    ("mia", "care", "care"),
    ("noor", "care", "care"),
    ("emre", "care", "care"),
    ("pavel", "logistics", "care"),
    ("ines", "logistics", "care"),
    ("kofi", "payments", "care"),
    ("olga", "digital", "care"),
    ("ruben", "branches", "branches"),
];

/// The team that those of others help when they have nothing to do: most of what people say goes wrong ends there.
const HELPED: &str = "care";

/// Everybody who works on cases.
#[derive(Debug, Clone)]
pub struct Staff {
    people: Vec<Colleague>,
    chance: u64,
}

#[derive(Debug, Clone)]
struct Colleague {
    name: &'static str,
    team: &'static str,
    shift: &'static str,
    busy: Option<Busy>,
}

/// A case in somebody's hands.
#[derive(Debug, Clone)]
struct Busy {
    case: CaseId,
    playbook: String,
    /// When they write, if they still have to.
    replies: Option<Timestamp>,
    ends: Timestamp,
}

/// What somebody does to a case, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deed {
    /// Who.
    pub by: &'static str,
    /// To which case.
    pub case: CaseId,
    /// What.
    pub change: CaseChange,
    /// Why.
    pub reason: &'static str,
}

impl Staff {
    /// Everybody, with nothing to do yet. Another seed gives other working times.
    #[must_use]
    pub fn new(seed: u64) -> Staff {
        let people = PEOPLE
            .into_iter()
            .map(|(name, team, shift)| Colleague { name, team, shift, busy: None })
            .collect();
        Staff { people, chance: seed ^ 0x57AF_F000 }
    }

    /// Their names.
    pub fn names() -> impl Iterator<Item = &'static str> {
        PEOPLE.into_iter().map(|(name, _, _)| name)
    }

    /// The teams for whose cases there are free hands, or hands about to be free, each with how many. Those who may
    /// help another team count for both.
    #[must_use]
    pub fn free(&self, calendars: &Calendars, now: Timestamp) -> BTreeMap<&'static str, u16> {
        let mut free = BTreeMap::new();
        let is_free = |one: &Colleague| one.busy.as_ref().is_none_or(|busy| busy.ends <= now);
        for one in self.people.iter().filter(|one| is_free(one) && one.is_there(calendars, now)) {
            *free.entry(one.team).or_default() += 1;
            if one.team != HELPED {
                *free.entry(HELPED).or_default() += 1;
            }
        }
        free
    }

    /// Whether anybody has a case in their hands.
    #[must_use]
    pub fn is_busy(&self) -> bool {
        self.people.iter().any(|one| one.busy.is_some())
    }

    /// What they do now. `waiting` are open cases, of each team the first to be taken first.
    pub fn step(&mut self, calendars: &Calendars, now: Timestamp, waiting: Vec<CaseLine>) -> Vec<Deed> {
        let mut waiting = waiting;
        let mut deeds = Vec::new();
        for place in 0..self.people.len() {
            let is_there = self.people[place].is_there(calendars, now);
            if !is_there && self.people[place].is_at_work(calendars, now) {
                continue;
            }
            if let Some(busy) = self.people[place].busy.take() {
                self.people[place].busy = self.go_on(place, busy, is_there, now, &mut deeds);
            }
            // Whoever is done with one goes on to the next.
            if is_there && self.people[place].busy.is_none() {
                self.take_one(place, calendars, now, &mut waiting, &mut deeds);
            }
        }
        deeds
    }

    /// Somebody else was quicker.
    pub fn lost(&mut self, deed: &Deed) {
        for one in self.people.iter_mut().filter(|one| one.name == deed.by) {
            one.busy.take_if(|busy| busy.case == deed.case);
        }
    }

    /// What they do with a case in their hands; whether they still have it then.
    fn go_on(
        &mut self,
        place: usize,
        busy: Busy,
        is_there: bool,
        now: Timestamp,
        deeds: &mut Vec<Deed>,
    ) -> Option<Busy> {
        let by = self.people[place].name;
        let mut busy = busy;
        let case = busy.case;
        let matter = matter(&busy.playbook);
        let mut deed = |change, reason| deeds.push(Deed { by, case, change, reason });
        // What is done at the end of a shift is not left for the next.
        if !is_there && busy.ends > now {
            deed(CaseChange::GiveBack, "the shift is over");
            return None;
        }
        if busy.replies.is_some_and(|at| at <= now) {
            busy.replies = None;
            match matter.reply {
                Reply::Letter(letters) => {
                    let text = self.one_of(letters).to_owned();
                    deed(CaseChange::Answer { channel: Name::default(), text }, "to answer the customer");
                }
                Reply::Note(notes) => {
                    deed(
                        CaseChange::Note { text: self.one_of(notes).into() },
                        "for whoever looks at it later",
                    );
                }
            }
        }
        if busy.ends > now {
            return Some(busy);
        }
        deed(CaseChange::Close { outcome: self.one_of(matter.outcomes).into() }, matter.why);
        None
    }

    fn take_one(
        &mut self,
        place: usize,
        calendars: &Calendars,
        now: Timestamp,
        waiting: &mut Vec<CaseLine>,
        deeds: &mut Vec<Deed>,
    ) {
        let Colleague { name, team, .. } = self.people[place];
        let first_of = |team: &str| waiting.iter().position(|line| line.team == team);
        let Some(at) = first_of(team).or_else(|| first_of(HELPED)) else { return };
        let minutes = WORK_MINUTES.start + self.below(WORK_MINUTES.end - WORK_MINUTES.start);
        let work = Span::MINUTE.times(i64::try_from(minutes).unwrap_or(0));
        if !self.people[place].is_at_work(calendars, now + work) {
            // Nobody begins what the next shift would have to begin again.
            return;
        }
        let line = waiting.remove(at);
        let Some(case) = CaseId::parse(&line.id) else { return };
        let replies = (self.below(100) < REPLIED_PERCENT)
            .then(|| now + Span::from_millis(work.as_millis() * REPLIES_AFTER_PERCENT / 100));
        deeds.push(Deed { by: name, case, change: CaseChange::Take, reason: "to work on it" });
        self.people[place].busy = Some(Busy { case, playbook: line.playbook, replies, ends: now + work });
    }

    fn one_of(&mut self, words: &[&'static str]) -> &'static str {
        let count = u64::try_from(words.len()).unwrap_or(1).max(1);
        let at = usize::try_from(self.below(count)).unwrap_or(0);
        words.get(at).copied().unwrap_or_default()
    }

    /// SplitMix64: it decides nothing that has to be fair.
    fn below(&mut self, below: u64) -> u64 {
        self.chance = self.chance.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.chance ^ (self.chance >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (mixed ^ (mixed >> 31)) % below.max(1)
    }
}

impl Colleague {
    fn is_there(&self, calendars: &Calendars, now: Timestamp) -> bool {
        calendars.get(Some(self.shift)).is_some_and(|calendar| calendar.is_open(now))
    }

    /// There, or back after a break.
    fn is_at_work(&self, calendars: &Calendars, now: Timestamp) -> bool {
        let back = || calendars.get(Some(self.shift)).and_then(|calendar| calendar.next_opening(now));
        self.is_there(calendars, now) || back().is_some_and(|back| back.since(now) <= BREAK_MAX)
    }
}

#[cfg(test)]
mod tests;

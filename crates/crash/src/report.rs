//! What a trial came to.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use crate::ledger::{Seen, Serial};

/// Something that must not be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// Law 1.
    #[error("event {serial} was acknowledged and is lost")]
    Lost {
        /// Which.
        serial: Serial,
    },
    /// Law 2.
    #[error("event {serial} is counted {times} times")]
    Miscounted {
        /// Which.
        serial: Serial,
        /// How often.
        times: usize,
    },
    /// The log holds what nobody sent.
    #[error("the log holds event `{id}`, which nobody sent")]
    NeverSent {
        /// Which.
        id: String,
    },
    /// The sum that operators see is not that of the events.
    #[error("{counted} events are counted in all, {logged} are in the log")]
    WrongTotal {
        /// How many the state says.
        counted: u64,
        /// How many different ones the log holds.
        logged: u64,
    },
    /// A promised effect never came.
    #[error("the webhook that event {serial} promises never arrived")]
    EffectLost {
        /// Whose.
        serial: Serial,
    },
    /// A repeat that its receiver cannot tell.
    #[error("the webhook of event {serial} arrived under {ids} ids")]
    EffectRepeated {
        /// Whose.
        serial: Serial,
        /// Under how many ids.
        ids: usize,
    },
    /// An effect of nothing.
    #[error("webhook `{id}` is about event {serial}, which promises none such")]
    NeverPromised {
        /// Its id.
        id: String,
        /// What it is about.
        serial: Serial,
    },
    /// One id, two contents.
    #[error("webhook `{id}` of event {serial} said something else the second time")]
    SaysOtherwise {
        /// Its id.
        id: String,
        /// What it is about.
        serial: Serial,
    },
    /// A change of consent that was acknowledged is not in force.
    #[error("`{customer}` was told that their choice is safe, and it is not in force")]
    ChoiceLost {
        /// Whose.
        customer: String,
    },
    /// An order to erase somebody that was acknowledged was not carried out.
    #[error("`{customer}` was told that they will be erased, and {place} still tells of them")]
    NotErased {
        /// Who.
        customer: String,
        /// Where.
        place: String,
    },
    /// Law 3.
    #[error("the state is not what follows from the log")]
    NotReplayed,
}

/// What a trial came to.
#[derive(Debug, Default)]
pub struct Report {
    /// What follows from it.
    pub seed: u64,
    /// How engines died, in words, with how many did.
    pub deaths: Vec<(&'static str, usize)>,
    /// How long each engine took to listen.
    pub restarts: Vec<Duration>,
    /// Events acknowledged.
    pub acknowledged: usize,
    /// Events that were sent again although they had been acknowledged.
    pub sent_again: u64,
    /// Customers whose last choice was acknowledged.
    pub choices: usize,
    /// Customers whose erasure was acknowledged.
    pub erased: usize,
    /// Effects that arrived.
    pub effects: usize,
    /// Deliveries beyond the first under the same id.
    pub repeats: u64,
    /// What is wrong.
    pub faults: Vec<Fault>,
    /// Where the data lie that show it.
    pub kept: Option<PathBuf>,
}

impl Report {
    /// Counts what was seen from outside.
    pub(crate) fn count(&mut self, seen: &Seen) {
        self.acknowledged = seen.events.values().filter(|sent| sent.acknowledged).count();
        self.sent_again = seen.sent_again;
        self.choices = seen.choices.len();
        self.erased = seen.erased.len();
        self.effects = seen.events.values().filter(|sent| !sent.deliveries.is_empty()).count();
        let deliveries = seen.events.values().flat_map(|sent| sent.deliveries.values());
        self.repeats = deliveries.map(|delivery| u64::from(delivery.times) - 1).sum();
    }

    /// How many faults are of this kind.
    #[must_use]
    pub fn count_of(&self, kind: fn(&Fault) -> bool) -> usize {
        self.faults.iter().filter(|fault| kind(fault)).count()
    }
}

/// Most faults that are shown one by one.
const SHOWN_MAX: usize = 20;

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let total: usize = self.deaths.iter().map(|(_, count)| count).sum();
        let deaths: Vec<String> = self.deaths.iter().map(|(how, count)| format!("{count} {how}")).collect();
        let lost = self.count_of(|fault| matches!(fault, Fault::Lost { .. }));
        let miscounted = self.count_of(|fault| matches!(fault, Fault::Miscounted { .. }));
        let choices_lost = self.count_of(|fault| matches!(fault, Fault::ChoiceLost { .. }));
        let not_erased = self.count_of(|fault| matches!(fault, Fault::NotErased { .. }));
        let effects_lost = self.count_of(|fault| matches!(fault, Fault::EffectLost { .. }));
        let repeated = self.count_of(|fault| matches!(fault, Fault::EffectRepeated { .. }));
        let mut restarts = self.restarts.clone();
        restarts.sort_unstable();
        let median = restarts.get(restarts.len() / 2).copied().unwrap_or_default();
        let worst = restarts.last().copied().unwrap_or_default();
        writeln!(f, "seed            {}", self.seed)?;
        writeln!(f, "deaths          {total}: {}", deaths.join(", "))?;
        writeln!(
            f,
            "acknowledged    {} events, {} of them sent again; lost {lost}, not counted once {miscounted}",
            self.acknowledged, self.sent_again
        )?;
        writeln!(f, "consent         {} customers chose; not in force {choices_lost}", self.choices)?;
        writeln!(f, "erased          {} customers; still told of {not_erased}", self.erased)?;
        writeln!(
            f,
            "effects         {} arrived; lost {effects_lost}; repeated under the same id {}, under another {repeated}",
            self.effects, self.repeats
        )?;
        writeln!(
            f,
            "restart         median {} ms, worst {} ms of {}",
            median.as_millis(),
            worst.as_millis(),
            restarts.len()
        )?;
        for fault in self.faults.iter().take(SHOWN_MAX) {
            writeln!(f, "FAULT           {fault}")?;
        }
        if self.faults.len() > SHOWN_MAX {
            writeln!(f, "FAULT           and {} more", self.faults.len() - SHOWN_MAX)?;
        }
        if let Some(kept) = &self.kept {
            writeln!(f, "kept            the data lie in {}", kept.display())?;
        }
        Ok(())
    }
}

//! `opcx show`: looks, and prints what it sees.

use std::io::IsTerminal;

use anyhow::Context;
use clap::{Args, Subcommand};
use opcx_insight::{
    At, CaseStateWord, CasesQuestion, DecisionsQuestion, DeliveriesQuestion, ErasuresQuestion,
    MomentQuestion, PromiseStateWord, PromisesQuestion, PulseQuestion, TrustQuestion, VerdictWord,
};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::End;
use crate::cli::Folder;
use crate::house::Company;
use crate::look::{self, Question};
use crate::show::{Look, text};

/// Characters on a line where nobody says how many there are.
const WIDTH: usize = 120;
/// Fewest characters on a line that are laid out for.
const WIDTH_MIN: usize = 60;

/// What to show, and how.
#[derive(Debug, Args)]
pub struct Arguments {
    #[command(flatten)]
    folder: Folder,
    /// Print JSON, the same as the read API's.
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// How customers fare everywhere, the worst moment first.
    Pulse {
        #[command(flatten)]
        window: Between,
        /// Split by this dimension: `channel`, or one of the vocabulary's.
        #[arg(long)]
        by: Option<String>,
    },
    /// Everything about one customer: who they are, their trust, what we owe them, what was decided.
    Customer {
        /// An id (`c123`), an identifier (`email:ada@example.org`) or its value alone.
        who: String,
    },
    /// What one moment of the map is about, and how it goes.
    Moment {
        /// The moment's name.
        name: String,
        #[command(flatten)]
        window: Between,
    },
    /// Which promises are open, at risk, kept and broken.
    Promises {
        /// Only those due in this window.
        #[command(flatten)]
        window: Between,
        /// Only promises of this name.
        #[arg(long)]
        promise: Option<String>,
        /// Only those in this state: open, at_risk, kept, broken or released.
        #[arg(long, value_parser = word::<PromiseStateWord>)]
        state: Option<PromiseStateWord>,
        #[command(flatten)]
        rows: Rows,
    },
    /// What humans have to do.
    Cases {
        /// Only those in this state: open, taken or closed.
        #[arg(long, value_parser = word::<CaseStateWord>)]
        state: Option<CaseStateWord>,
        /// Only those of this team.
        #[arg(long)]
        team: Option<String>,
        #[command(flatten)]
        rows: Rows,
    },
    /// What was decided, for and against, and why, newest first.
    Decisions {
        /// Only those about this customer.
        #[arg(long)]
        customer: Option<String>,
        /// Only those about this playbook.
        #[arg(long)]
        playbook: Option<String>,
        /// Only those that ended so: acted, shadow, refused, corrected or noted.
        #[arg(long, value_parser = word::<VerdictWord>)]
        verdict: Option<VerdictWord>,
        #[command(flatten)]
        rows: Rows,
    },
    /// Whose trust broke, the furthest fall first, and why.
    Trust {
        /// Only falls on this account: capability, reliability, humanity or transparency.
        #[arg(long)]
        account: Option<String>,
        #[command(flatten)]
        rows: Rows,
    },
    /// What waits to be sent, and what was given up and why.
    Deliveries {
        #[command(flatten)]
        rows: Rows,
    },
    /// Orders to erase customers, and how far each has come.
    Erasures {
        #[command(flatten)]
        rows: Rows,
    },
}

#[derive(Debug, Args)]
struct Between {
    /// From when on: `2015-02-17` or `2015-02-17T09:00:00Z`.
    #[arg(long)]
    since: Option<At>,
    /// Before when.
    #[arg(long)]
    until: Option<At>,
}

#[derive(Debug, Args)]
struct Rows {
    /// How many rows, from 1 to 1,000.
    #[arg(long)]
    most: Option<u16>,
    /// Where an earlier page ended.
    #[arg(long)]
    after: Option<String>,
}

/// Looks, and prints what it sees.
///
/// # Errors
/// The company cannot be looked at, the question has no answer, or nothing can be printed.
pub fn run(arguments: &Arguments) -> anyhow::Result<End> {
    let question = question(&arguments.what);
    let source = look::open(&Company::load(&arguments.folder.folder)?)?;
    let undecided = source.undecided()?;
    let view = source.ask(&question)?;

    super::print(&if arguments.json {
        serde_json::to_string_pretty(&view).context("the view cannot be written as JSON")? + "\n"
    } else {
        text(&view, look_of_terminal())
    })?;
    if undecided > 0 {
        eprintln!(
            "{undecided} records were taken in but not decided on yet; `opcx serve` goes on with them, and so does \
             the same import run again"
        );
    }
    Ok(End::Fine)
}

fn look_of_terminal() -> Look {
    let told = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
    let seen = || terminal_size::terminal_size().map(|(terminal_size::Width(width), _)| usize::from(width));
    let is_terminal = std::io::stdout().is_terminal();
    Look {
        width: told.or_else(seen).unwrap_or(WIDTH).max(WIDTH_MIN),
        bold: is_terminal && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty()),
    }
}

fn question(what: &What) -> Question {
    match what {
        What::Pulse { window, by } => {
            Question::Pulse(PulseQuestion { since: window.since, until: window.until, by: by.clone() })
        }
        What::Customer { who } => Question::Customer(who.clone()),
        What::Moment { name, window } => {
            Question::Moment(name.clone(), MomentQuestion { since: window.since, until: window.until })
        }
        What::Promises { window, promise, state, rows } => Question::Promises(PromisesQuestion {
            since: window.since,
            until: window.until,
            promise: promise.clone(),
            state: *state,
            most: rows.most,
            after: rows.after.clone(),
        }),
        What::Cases { state, team, rows } => Question::Cases(CasesQuestion {
            state: *state,
            team: team.clone(),
            most: rows.most,
            after: rows.after.clone(),
        }),
        What::Decisions { customer, playbook, verdict, rows } => Question::Decisions(DecisionsQuestion {
            customer: customer.clone(),
            playbook: playbook.clone(),
            verdict: *verdict,
            most: rows.most,
            after: rows.after.clone(),
        }),
        What::Trust { account, rows } => Question::Trust(TrustQuestion {
            account: account.clone(),
            most: rows.most,
            after: rows.after.clone(),
        }),
        What::Deliveries { rows } => {
            Question::Deliveries(DeliveriesQuestion { most: rows.most, after: rows.after.clone() })
        }
        What::Erasures { rows } => {
            Question::Erasures(ErasuresQuestion { most: rows.most, after: rows.after.clone() })
        }
    }
}

/// A word as views spell it.
fn word<T: DeserializeOwned>(written: &str) -> Result<T, serde_json::Error> {
    serde_json::from_value(Value::String(written.to_owned()))
}

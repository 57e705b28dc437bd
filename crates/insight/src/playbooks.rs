//! Playbooks: what each did, how often, whom it refused and why.

use std::collections::BTreeMap;

use opcx_core::definitions::Definitions;
use opcx_core::event::Name;
use opcx_core::playbook::{ActionDefinition, Aim, Mode, Playbook, Trigger};
use opcx_core::time::Timestamp;
use opcx_store::Store;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::clocks::Clocks;
use crate::decisions::RefusedFor;
use crate::overview::Tally;
use crate::places::{Defined, FilePlace, Places};
use crate::{At, Figure, InsightError, Overview, Share, Window};

/// What is asked about playbooks.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PlaybooksQuestion {
    /// From when on, by whole hours.
    pub since: Option<At>,
    /// Before when, by whole hours.
    pub until: Option<At>,
    /// Only the playbook of this name.
    pub playbook: Option<String>,
}

/// What playbooks did.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Playbooks {
    /// From when to when it was counted.
    pub window: Window,
    /// Since when all decisions are counted, where that is not the beginning: the newest 500,000 records when opcx
    /// started, and all since.
    pub counted_since: Option<At>,
    /// The log's latest time: as of when this is so.
    pub as_of: Option<At>,
    /// Names the definitions that decide now.
    pub definitions: String,
    /// The playbooks of the folder, those that were set off most often first.
    pub playbooks: Vec<PlaybookView>,
    /// What was decided by opcx's own rules, by orders, and by playbooks that the folder no longer has.
    pub others: Vec<OtherDecisions>,
}

/// One playbook, and what it did.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PlaybookView {
    /// Its name.
    pub playbook: String,
    /// Where it is defined; null where the folder was not read by whoever answers.
    pub defined: Option<FilePlace>,
    /// What sets it off, as it is written: `moment pay bad`.
    pub when: String,
    /// What must hold, as it is written.
    pub condition: Option<String>,
    /// What it does, action by action, in words.
    pub actions: Vec<String>,
    /// What it looks at data for.
    pub purpose: String,
    /// What it is there for.
    pub aim: AimWord,
    /// Whether it acts or only shows what it would do.
    pub mode: ModeWord,
    /// Which of several goes first; the higher one.
    pub priority: u8,
    /// How often it may act for one customer, in words.
    pub at_most: Option<String>,
    /// The share of customers for whom it never acts, in permille.
    pub hold_out_permille: u16,
    /// What it did in the window.
    #[serde(flatten)]
    pub did: Did,
}

/// How often something acted, and why it did not.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Did {
    /// How often it was set off.
    pub set_off: u64,
    /// How often it acted.
    pub acted: u64,
    /// How often it would have acted, but only showed it.
    pub shadow: u64,
    /// How often it did not act.
    pub refused: u64,
    /// Of all, the share in which it acted or would have.
    pub acted_rate: Figure<Share>,
    /// Why it did not, most frequent reason first.
    pub reasons: Vec<RefusedFor>,
    /// Day by day of the company's zone, days without anything left out; the latest 62.
    pub days: Vec<DidOnDay>,
}

/// What a playbook did on one day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DidOnDay {
    /// When the day begins.
    pub from: At,
    /// How often it acted or would have.
    pub acted: u64,
    /// How often it did not.
    pub refused: u64,
}

/// Decisions that no playbook of the folder took.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct OtherDecisions {
    /// The rule, `order`, or the name of a playbook that is gone.
    pub subject: String,
    /// How often.
    pub times: u64,
}

/// What a playbook is there for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AimWord {
    /// To prevent or mend bad feeling.
    Repair,
    /// To tell the customer what they need to know.
    Inform,
    /// To create good feeling, sell, or ask.
    Delight,
}

/// Whether a playbook acts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ModeWord {
    /// It decides and acts.
    Live,
    /// It decides, and only shows what it would do.
    Shadow,
}

/// Most days that are told of one playbook.
const DAYS_MAX: usize = 62;

#[derive(Default)]
struct Counted {
    all: Tally,
    days: BTreeMap<Timestamp, Tally>,
}

/// What playbooks did.
///
/// # Errors
/// The question names a playbook that there is not, or a window that ends before it begins; or the store cannot be
/// read.
pub fn playbooks(
    store: &dyn Store,
    overview: &Overview,
    definitions: &Definitions,
    places: &Places,
    question: &PlaybooksQuestion,
) -> Result<Playbooks, InsightError> {
    let window = Window::new(question.since, question.until)?;
    let is_wanted = |name: &str| question.playbook.as_ref().is_none_or(|wanted| wanted == name);
    if let Some(name) = &question.playbook
        && !definitions.playbooks.iter().any(|playbook| playbook.name == *name)
    {
        let known = definitions.playbooks.iter().map(|playbook| playbook.name.as_str());
        return Err(InsightError::unknown_of("playbook", name, known));
    }
    let zone = &definitions.house.zone;
    let mut counted: BTreeMap<Name, Counted> = BTreeMap::new();
    let counted_since = {
        let book = overview.decisions();
        for (hour, subject, tally) in book.hours(&window.hours()).filter(|(_, subject, _)| is_wanted(subject))
        {
            let of_subject = counted.entry(subject.clone()).or_default();
            of_subject.all.add(tally);
            of_subject.days.entry(zone.day_start(hour)).or_default().add(tally);
        }
        book.since()
    };
    let mut playbooks: Vec<PlaybookView> = definitions
        .playbooks
        .iter()
        .filter(|playbook| is_wanted(&playbook.name))
        .map(|playbook| {
            let did = counted.remove(&playbook.name).unwrap_or_default();
            view(definitions, places, playbook, did)
        })
        .collect();
    playbooks.sort_by_key(|playbook| std::cmp::Reverse(playbook.did.set_off));
    let others = counted.into_iter().map(|(subject, Counted { all, .. })| OtherDecisions {
        subject: subject.to_string(),
        times: all.acted + all.shadow + all.noted + all.refused.values().sum::<u64>(),
    });
    Ok(Playbooks {
        window,
        counted_since: counted_since.map(At),
        as_of: Clocks::of(&store.progress()?).latest().map(At),
        definitions: definitions.version.to_string(),
        playbooks,
        others: others.collect(),
    })
}

fn view(definitions: &Definitions, places: &Places, playbook: &Playbook, did: Counted) -> PlaybookView {
    PlaybookView {
        playbook: playbook.name.to_string(),
        defined: places.of(Defined::Playbook, &playbook.name),
        when: trigger(definitions, &playbook.when),
        condition: playbook.condition.as_ref().map(|condition| condition.text().to_owned()),
        actions: playbook.actions.iter().map(|action| self::action(definitions, action)).collect(),
        purpose: playbook.purpose.word().to_owned(),
        aim: match playbook.aim {
            Aim::Repair => AimWord::Repair,
            Aim::Inform => AimWord::Inform,
            Aim::Delight => AimWord::Delight,
        },
        mode: match playbook.mode {
            Mode::Live => ModeWord::Live,
            Mode::Shadow => ModeWord::Shadow,
        },
        priority: playbook.priority,
        at_most: playbook.at_most.map(|cap| format!("{} per customer per {}", cap.times, cap.within)),
        hold_out_permille: playbook.hold_out.get(),
        did: told(did),
    }
}

fn told(Counted { all, days }: Counted) -> Did {
    let refused: u64 = all.refused.values().sum();
    let did = all.acted + all.shadow;
    let mut reasons: Vec<RefusedFor> = all
        .refused
        .into_iter()
        .map(|(reason, times)| RefusedFor { reason: reason.to_owned(), times })
        .collect();
    reasons.sort_by_key(|reason| std::cmp::Reverse(reason.times));
    let left_out = days.len().saturating_sub(DAYS_MAX);
    let day = |(from, tally): (Timestamp, Tally)| DidOnDay {
        from: At(from),
        acted: tally.acted + tally.shadow,
        refused: tally.refused.values().sum(),
    };
    Did {
        set_off: did + refused,
        acted: all.acted,
        shadow: all.shadow,
        refused,
        acted_rate: Share::of(did, did + refused),
        reasons,
        days: days.into_iter().skip(left_out).map(day).collect(),
    }
}

/// What sets a playbook off, as a folder writes it.
fn trigger(definitions: &Definitions, when: &Trigger) -> String {
    match when {
        Trigger::Event(kind) => format!("event {kind}"),
        Trigger::Moment(moment, outcome) => {
            let name = definitions.moments.get(usize::from(moment.0)).map_or("", |moment| &moment.name);
            format!("moment {name} {}", outcome.word())
        }
        Trigger::Promise(promise, state) => {
            let name = definitions.promise(*promise).map_or("", |promise| &promise.name);
            format!("promise {name} {}", state.word())
        }
        Trigger::TrustBelow(account, level) => format!("trust {account} below {level}"),
        Trigger::TrustAbove(account, level) => format!("trust {account} above {level}"),
        Trigger::Silence(span) => format!("silence {span}"),
    }
}

fn action(definitions: &Definitions, action: &ActionDefinition) -> String {
    match action {
        ActionDefinition::Webhook { endpoint } => format!("tells {endpoint}"),
        ActionDefinition::Message { template, channel } => {
            let name = definitions.template(*template).map_or("", |template| &template.name);
            format!("writes {name} through {channel}")
        }
        ActionDefinition::Case { team, priority } => {
            format!("opens a case for {team}, priority {}", priority.word())
        }
        ActionDefinition::Promise(promise) => {
            let name = definitions.promise(*promise).map_or("", |promise| &promise.name);
            format!("promises {name}")
        }
        ActionDefinition::Note(text) => format!("notes: {text}"),
    }
}

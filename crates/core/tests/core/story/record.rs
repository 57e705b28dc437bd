//! The record of a story: what came of each line, in few words.

use std::fmt::Write;

use opcx_core::customer::Customer;
use opcx_core::effects::{Content, Effects, Moment, Parcel};
use opcx_core::journey::Step;
use opcx_core::receipt::{Decision, Deed, Refused, Verdict};
use opcx_core::time::Timestamp;
use opcx_core::trust::Account;

/// What one input came to. A timer's lines begin with its time.
pub(super) fn came_of_it(
    timer: Option<Timestamp>,
    before: &Customer,
    after: &Customer,
    effects: &Effects,
) -> String {
    let mut lines: Vec<String> = Vec::new();
    for moment in &effects.moments {
        let mut line = format!("moment {}/{} {}", moment.journey, moment.moment, moment.outcome.word());
        if let Some(feeling) = moment.feeling {
            write!(line, ", felt {}", feeling.emotion).expect("a string");
        }
        if moment.repeats > 0 {
            write!(line, ", again ({})", moment.repeats).expect("a string");
        }
        if moment.probe {
            line.push_str(", a probe's");
        }
        lines.push(line);
    }
    for change in &effects.promises {
        let promise = &change.promise;
        let mut line = format!("promise {} ", promise.name);
        if let Some(before) = change.before.filter(|before| *before != promise.state) {
            write!(line, "{} → ", before.word()).expect("a string");
        }
        write!(line, "{}", promise.state.word()).expect("a string");
        if change.before.is_none() {
            write!(line, ", due {}", short(promise.due)).expect("a string");
        }
        if let Some(settled) = promise.settled {
            write!(line, " at {}", short(settled.at)).expect("a string");
        }
        if change.before == Some(promise.state) {
            line.push_str(", made good");
        }
        lines.push(line);
    }
    let entries = |customer: &Customer| customer.known.trust.entries().cloned().collect::<Vec<_>>();
    let known = entries(before);
    for entry in entries(after).into_iter().filter(|entry| !known.contains(entry)) {
        let (from, to) = (entry.before(), entry.after());
        lines.push(format!(
            "trust {} {from} → {to}: {:?} {}",
            entry.evidence.account, entry.evidence.what, entry.evidence.topic
        ));
    }
    for (_, case) in &effects.cases {
        lines.push(format!("case on {} {}", case.matter, case.state.word()));
    }
    lines.extend(effects.parcels.iter().map(parcel));
    lines.extend(decisions(effects).map(decision));
    lines
        .into_iter()
        .map(|line| match timer {
            Some(at) => format!("  [{}] {line}\n", short(at)),
            None => format!("  {line}\n"),
        })
        .collect()
}

fn parcel(parcel: &Parcel) -> String {
    let wait = if parcel.not_before > parcel.decided {
        format!(" not before {}", short(parcel.not_before))
    } else {
        String::new()
    };
    match &parcel.content {
        Content::Message { text, .. } => format!("to {}{wait}: \"{text}\"", parcel.to),
        Content::Notice { because, event, promise, .. } => {
            let mut line = format!("to {}{wait}: {because}", parcel.to);
            if let Some(event) = event {
                let facts: Vec<_> = event.facts.iter().map(|(name, _)| name).collect();
                write!(line, "; {} {facts:?}", event.kind).expect("a string");
            }
            if let Some(promise) = promise {
                let facts: Vec<_> = promise.facts.iter().map(|(name, _)| name).collect();
                write!(line, "; {} {} {facts:?}", promise.name, promise.state.word()).expect("a string");
            }
            line
        }
    }
}

/// Everything that was decided, in order.
pub(crate) fn decisions(effects: &Effects) -> impl Iterator<Item = Decision<'_>> {
    effects.receipts.iter().flat_map(|receipt| receipt.decisions.iter())
}

fn decision(decision: Decision<'_>) -> String {
    let mut line = format!("{} ({}): ", decision.subject, decision.because);
    match decision.verdict {
        Verdict::Acted { shadow, deeds } => {
            let deeds: Vec<_> = deeds.iter().map(deed).collect();
            write!(line, "{}{}", if *shadow { "would have " } else { "" }, deeds.join(", "))
        }
        Verdict::Refused(why) => write!(line, "refused, {}", refused(why)),
        Verdict::Corrected(words) | Verdict::Noted(words) => write!(line, "{words}"),
        Verdict::NotJoined(kind, refusal) => write!(line, "{} not joined: {refusal}", kind.word()),
    }
    .expect("a string");
    line
}

fn deed(deed: &Deed) -> String {
    match deed {
        Deed::Sent(_) => "sent".into(),
        Deed::Opened(_) => "opened a case".into(),
        Deed::Promised(_) => "promised".into(),
        Deed::Noted(words) => format!("noted {words}"),
        Deed::Left(why) => format!("left ({})", refused(why)),
    }
}

fn refused(refused: &Refused) -> String {
    match refused {
        Refused::Condition => "the condition does not hold".into(),
        Refused::Missing(what) => format!("missing {what}"),
        Refused::Consent => "no consent".into(),
        Refused::Cap => "often enough".into(),
        Refused::Contacts => "enough messages".into(),
        Refused::RepairFirst => "repair first".into(),
        Refused::Held(_) => "a human has it".into(),
        Refused::HoldOut => "held out".into(),
        Refused::Untrue(claim) => format!("untrue: {claim}"),
        Refused::Preceded(first) => format!("preceded by {first}"),
        Refused::Full(what) => format!("full: {what}"),
        Refused::NoDue(why) => format!("no due time: {why}"),
    }
}

/// How things stand: trust, runs, promises, cases. `moments` are those that were gone through so far.
pub(super) fn standing(customer: &Customer, moments: &[Moment], now: Timestamp) -> String {
    let known = &customer.known;
    let mut text = String::from("  trust");
    for account in Account::ALL {
        write!(text, " {account} {}", known.trust.level(account, now)).expect("a string");
    }
    writeln!(text, "; open failures {}", known.trust.open_failures()).expect("a string");
    writeln!(text, "  events {}, unmatched {}", known.events, known.unmatched).expect("a string");
    for run in &known.runs {
        let moment = |step: &Step| {
            let found =
                moments.iter().find(|moment| step.is(moment)).filter(|moment| moment.journey == run.journey);
            found.expect("a step leads to a moment of its journey").moment.as_str()
        };
        let steps: Vec<_> = run.steps.iter().map(moment).collect();
        writeln!(
            text,
            "  run of {}{} {:?}: {}; repeats {}, longest gap {}",
            run.journey,
            run.key.as_ref().map(|key| format!(" {key}")).unwrap_or_default(),
            run.state,
            steps.join(" "),
            run.repeats,
            run.longest_gap
        )
        .expect("a string");
    }
    for promise in &known.promises {
        writeln!(text, "  promise {} {}, due {}", promise.name, promise.state.word(), short(promise.due))
            .expect("a string");
    }
    for case in &customer.deeds.cases {
        writeln!(text, "  case on {} {}", case.matter, case.state.word()).expect("a string");
    }
    if known.complaint.is_some() {
        text.push_str("  a complaint waits for an answer\n");
    }
    text
}

/// `03-02 10:00` in UTC, with what is not zero of the rest.
fn short(at: Timestamp) -> String {
    let text = at.to_string();
    let text = text.trim_end_matches('Z').replace('T', " ");
    let text = text.strip_prefix("2026-").unwrap_or(&text);
    text.strip_suffix(":00").unwrap_or(text).to_string()
}

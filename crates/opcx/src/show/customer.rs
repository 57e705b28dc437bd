use opcx_insight::{CourseLine, Customer, TrendWord};

use super::page::Page;
use super::table::{Column, Table};
use super::words::{count, counted, time, time_or};
use super::{cases, decisions, promises, trust};

pub(super) fn write(page: &mut Page, customer: &Customer) {
    page.heading(&format!("Customer {}", customer.id));
    page.line(&format!(
        "{} from {} to {} UTC; {} of them at no moment of the map.",
        counted(customer.events, "event"),
        time_or(customer.first_heard, "never"),
        time_or(customer.last_heard, "never"),
        count(customer.unmatched),
    ));
    if let Some(since) = customer.complaint_since {
        page.line(&format!("A complaint has been waiting for an answer since {} UTC.", time(since)));
    }
    if let Some(course) = &customer.course {
        page.line(&said_last(course));
    }
    who(page, customer);
    trust::ledger(page, &customer.trust);
    runs(page, customer);
    page.heading("Promises, latest first");
    page.table(&promises::lines(&customer.promises), "None.");
    page.heading("Cases, newest first");
    page.table(&cases::lines(&customer.cases), "None.");
    page.heading("Decisions, newest first");
    page.table(&decisions::lines(&customer.decisions), "None.");
}

fn said_last(course: &CourseLine) -> String {
    let valence = |permille: i16| format!("{:+.2}", f64::from(permille) / 1000.0);
    let went = match course.trend {
        TrendWord::Worse => "it got worse",
        TrendWord::Level => "it stayed level",
        TrendWord::Better => "it got better",
    };
    format!(
        "What they said last, {} from {} to {} UTC: {went}. Valence was {} at first, {} at worst, {} at last.",
        counted(course.texts.into(), "text"),
        time(course.since),
        time(course.until),
        valence(course.start),
        valence(course.worst),
        valence(course.end),
    )
}

fn who(page: &mut Page, customer: &Customer) {
    page.heading("Known as");
    for identifier in &customer.identifiers {
        page.line(&format!("{}:{}", identifier.kind, identifier.value));
    }
    for link in &customer.links {
        page.line(&format!("{} is {}: {} ({})", link.one, link.other, link.because, time(link.at)));
    }
    for apart in &customer.apart {
        page.line(&format!("{} and {} were told to be two people", apart.one, apart.other));
    }
    if !customer.traits.is_empty() || !customer.consents.is_empty() {
        page.heading("Known about them, and what they allow");
    }
    for known in &customer.traits {
        page.line(&format!("{} = {} (since {})", known.name, known.value, time(known.at)));
    }
    for consent in &customer.consents {
        let since = time(consent.since);
        page.line(&format!("{} for {}: {} on {since}", consent.category, consent.purpose, consent.answer));
    }
}

fn runs(page: &mut Page, customer: &Customer) {
    page.heading("Journeys, newest first");
    let mut table = Table::new(&[
        ("journey", Column::Left),
        ("state", Column::Left),
        ("from", Column::Left),
        ("to", Column::Left),
        ("moments", Column::Words),
    ]);
    for run in &customer.runs {
        let key = run.key.as_ref().map_or_else(String::new, |key| format!(" {key}"));
        let steps: Vec<String> =
            run.steps.iter().map(|step| format!("{}{}", step.moment, sign(&step.outcome))).collect();
        table.row([
            format!("{}{key}", run.journey),
            run.state.replace('_', " "),
            time(run.started),
            time(run.latest),
            steps.join(" → "),
        ]);
    }
    page.table(&table, "None.");
}

/// How a moment went, in one sign.
fn sign(outcome: &str) -> &'static str {
    match outcome {
        "good" => " +",
        "bad" => " −",
        _ => "",
    }
}

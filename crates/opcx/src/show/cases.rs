use opcx_insight::{CaseLine, CaseStateWord, Cases};

use super::page::Page;
use super::table::{Column, Table};
use super::words::{as_of, count, time, time_or};

pub(super) fn write(page: &mut Page, cases: &Cases) {
    page.heading(&format!("Cases, {}", as_of(cases.as_of, None)));
    let mut teams = Table::new(&[
        ("team", Column::Left),
        ("open", Column::Right),
        ("taken", Column::Right),
        ("closed", Column::Right),
        ("longest open since", Column::Left),
    ]);
    for team in &cases.teams {
        teams.row([
            team.team.clone(),
            count(team.open),
            count(team.taken),
            count(team.closed),
            time_or(team.open_since, ""),
        ]);
    }
    page.table(&teams, "No team has a case.");

    page.heading("One by one: what a human has to act on first");
    page.table(&lines(&cases.page.rows), "None.");
    page.next(cases.page.next.as_deref());
}

pub(super) fn lines(cases: &[CaseLine]) -> Table {
    let mut table = Table::new(&[
        ("priority", Column::Left),
        ("opened", Column::Left),
        ("state", Column::Words),
        ("matter", Column::Left),
        ("customer", Column::Left),
        ("team", Column::Left),
        ("id", Column::Left),
        ("said", Column::Words),
    ]);
    for case in cases {
        let said = case.brief.iter().find_map(|line| line.strip_prefix("said: "));
        table.row([
            case.priority.clone(),
            time(case.opened),
            state(case),
            case.matter.clone(),
            case.customer.clone(),
            case.team.clone(),
            case.id.clone(),
            said.unwrap_or("").to_owned(),
        ]);
    }
    table
}

fn state(case: &CaseLine) -> String {
    match case.state {
        CaseStateWord::Open => "open".to_owned(),
        CaseStateWord::Taken => format!("taken by {}", case.taken_by.as_deref().unwrap_or("somebody")),
        CaseStateWord::Closed => format!("closed: {}", case.outcome.as_deref().unwrap_or("")),
    }
}

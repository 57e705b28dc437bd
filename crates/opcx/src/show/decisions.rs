use opcx_insight::{DecisionLine, Decisions, PlaybookDecisions};

use super::page::Page;
use super::table::{Column, Table};
use super::words::{TOO_FEW, as_of, bar, count, share, time};

pub(super) fn write(page: &mut Page, decisions: &Decisions) {
    page.heading(&format!("Decisions, {}", as_of(decisions.as_of, None)));
    if !decisions.playbooks.is_empty() {
        page.table(&playbooks(&decisions.playbooks), "");
        page.line("");
        page.line(TOO_FEW);
    }
    page.heading("One by one, newest first");
    page.table(&lines(&decisions.page.rows), "None.");
    page.next(decisions.page.next.as_deref());
}

fn playbooks(playbooks: &[PlaybookDecisions]) -> Table {
    let mut table = Table::new(&[
        ("about", Column::Left),
        ("set off", Column::Right),
        ("acted", Column::Left),
        ("", Column::Left),
        ("did not, because of", Column::Words),
    ]);
    for playbook in playbooks {
        let reasons: Vec<String> = playbook
            .refused
            .iter()
            .map(|refused| format!("{} {}", refused.reason.replace('_', " "), count(refused.times)))
            .collect();
        table.row([
            playbook.subject.clone(),
            count(playbook.set_off),
            if playbook.decided == 0 { String::new() } else { share(&playbook.acted, playbook.decided) },
            bar(&playbook.acted),
            reasons.join(", "),
        ]);
    }
    table
}

pub(super) fn lines(decisions: &[DecisionLine]) -> Table {
    let mut table = Table::new(&[
        ("when", Column::Left),
        ("customer", Column::Left),
        ("about", Column::Left),
        ("because", Column::Words),
        ("verdict", Column::Left),
        ("why", Column::Words),
    ]);
    for decision in decisions {
        let looked_at: Vec<String> =
            decision.inputs.iter().map(|input| format!("{} = {}", input.field, input.value)).collect();
        let looked_at =
            if looked_at.is_empty() { String::new() } else { format!(" (saw {})", looked_at.join(", ")) };
        table.row([
            time(decision.at),
            decision.customer.clone(),
            decision.subject.clone(),
            decision.because.clone(),
            decision.verdict.word().to_owned(),
            format!("{}{looked_at}", decision.why),
        ]);
    }
    table
}

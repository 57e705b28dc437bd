use opcx_insight::{MomentExperience, Pulse};

use super::page::Page;
use super::promises::sentence;
use super::table::{Column, Table};
use super::words::{TOO_FEW, as_of, bar, count, mostly, share};

pub(super) fn write(page: &mut Page, pulse: &Pulse) {
    page.heading(&format!("Pulse, {}", as_of(pulse.as_of, Some(&pulse.window))));
    let history = &pulse.history;
    let customers_events = history.events.saturating_sub(history.probes);
    page.line(&format!(
        "In all {} events of {} customers and {} decisions; {} inputs could not be understood.",
        count(history.events),
        count(history.customers),
        count(history.decisions),
        count(history.rejected),
    ));
    page.line(&format!("Events at no moment of the map: {}", share(&history.unmatched, customers_events)));
    page.line(&format!("Promises: {}", sentence(&pulse.promises)));

    page.heading("Moments, the surely worst first");
    page.table(&moments(&pulse.moments), "No moment was gone through yet.");

    if let Some(split) = &pulse.split {
        page.heading(&format!("By {}, the surely worst first", split.dimension));
        let mut table = Table::new(&[
            (title(&split.dimension), Column::Left),
            ("went badly", Column::Left),
            ("", Column::Left),
            ("felt bad", Column::Left),
            ("worst at", Column::Left),
            ("mostly felt", Column::Words),
        ]);
        for value in &split.values {
            let worst = value.moments.first().filter(|worst| worst.experience.bad.shown().is_some());
            table.row([
                value.value.clone(),
                share(&value.experience.bad, value.experience.n),
                bar(&value.experience.bad),
                share(&value.experience.negative, value.experience.n_felt),
                worst.map_or_else(String::new, |worst| worst.moment.clone()),
                mostly(&value.experience),
            ]);
        }
        page.table(&table, "No moment has a value for it.");
        if split.left_out > 0 {
            page.line(&format!("{} values with fewer moments are left out.", count(split.left_out)));
        }
    }
    page.line("");
    page.line(TOO_FEW);
}

fn moments(moments: &[MomentExperience]) -> Table {
    let mut table = Table::new(&[
        ("moment", Column::Left),
        ("stage", Column::Left),
        ("went badly", Column::Left),
        ("", Column::Left),
        ("went well", Column::Left),
        ("felt bad", Column::Left),
        ("mostly felt", Column::Words),
    ]);
    for moment in moments {
        let experience = &moment.experience;
        table.row([
            moment.moment.clone(),
            moment.stage.clone().unwrap_or_else(|| "(gone)".into()),
            share(&experience.bad, experience.n),
            bar(&experience.bad),
            share(&experience.good, experience.n),
            share(&experience.negative, experience.n_felt),
            mostly(experience),
        ]);
    }
    table
}

/// A dimension's name as a column's title, for the dimension that all have; others are in the heading.
fn title(dimension: &str) -> &'static str {
    if dimension == "channel" { "channel" } else { "value" }
}

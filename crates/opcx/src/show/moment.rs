use opcx_core::calendar::Zone;
use opcx_insight::{Moment, Point, Step};

use super::page::Page;
use super::promises::tallies;
use super::table::{Column, Table};
use super::words::{TOO_FEW, as_of, bar, count, mean, mostly, share, sparkline, time};

pub(super) fn write(page: &mut Page, moment: &Moment) {
    page.heading(&format!("{}, {}", moment.moment, as_of(moment.as_of, Some(&moment.window))));
    let mut about = Table::new(&[("", Column::Left), ("", Column::Words)]);
    about.row(["journey, stage".into(), format!("{}, {}", moment.journey, moment.stage)]);
    about.row(["who is here".into(), moment.who.clone()]);
    about.row(["what they want".into(), moment.wants.clone()]);
    about.row(["how".into(), moment.how.join(", ")]);
    about.row(["what they feel".into(), moment.feels.clone()]);
    about.row(["owner".into(), moment.owner.clone()]);
    about.row(["account of trust".into(), moment.account.clone()]);
    about.row(["way to a human".into(), moment.way_out.clone()]);
    about.row(["happens when".into(), moment.listens.clone()]);
    for (word, condition) in [("good when", &moment.good), ("bad when", &moment.bad)] {
        if let Some(condition) = condition {
            about.row([word.into(), condition.clone()]);
        }
    }
    page.table_without_titles(&about);

    let all = &moment.all;
    page.heading("How it goes");
    let mut figures = Table::new(&[("", Column::Left), ("", Column::Left), ("", Column::Left)]);
    for (word, figure, n) in [
        ("went badly", &all.bad, all.n),
        ("went well", &all.good, all.n),
        ("gone through again", &all.repeated, all.n),
        ("felt bad", &all.negative, all.n_felt),
        ("felt good", &all.positive, all.n_felt),
    ] {
        figures.row([word.into(), share(figure, n), bar(figure)]);
    }
    figures.row(["valence, from −1 to 1".into(), mean(&all.valence, all.n_felt, 2), String::new()]);
    for emotion in &all.emotions {
        let figure = opcx_insight::Figure::Shown(emotion.share);
        figures.row([format!("mostly {}", emotion.emotion), share(&figure, all.n_felt), bar(&figure)]);
    }
    page.table_without_titles(&figures);

    series(page, moment);
    for split in moment.splits.iter().filter(|split| !split.values.is_empty()) {
        page.heading(&format!("By {}, the surely worst first", split.dimension));
        let mut table = Table::new(&[
            ("value", Column::Left),
            ("went badly", Column::Left),
            ("", Column::Left),
            ("went well", Column::Left),
            ("felt bad", Column::Left),
            ("mostly felt", Column::Words),
        ]);
        for value in &split.values {
            let experience = &value.experience;
            table.row([
                value.value.clone(),
                share(&experience.bad, experience.n),
                bar(&experience.bad),
                share(&experience.good, experience.n),
                share(&experience.negative, experience.n_felt),
                mostly(experience),
            ]);
        }
        page.table(&table, "");
        if split.left_out > 0 {
            page.line(&format!("{} values with fewer moments are left out.", count(split.left_out)));
        }
    }
    if !moment.promises.is_empty() {
        page.heading("Its promises");
        page.table(&tallies(&moment.promises), "");
    }
    page.line("");
    page.line(TOO_FEW);
}

/// The share that went badly as time passes: a line, and the days themselves.
fn series(page: &mut Page, moment: &Moment) {
    let points = &moment.series.points;
    let (Some(first), Some(last)) = (points.first(), points.last()) else { return };
    let step = match moment.series.step {
        Step::Hour => "hour by hour".to_owned(),
        Step::Day => format!("day by day in {}", moment.series.zone),
    };
    let zone = Zone::new(&moment.series.zone).ok();
    let when = |point: &Point| match (moment.series.step, &zone) {
        (Step::Day, Some(zone)) => zone.date(point.from.0).to_string(),
        // Of a zone that this program does not know, the day's beginning.
        (Step::Hour, _) | (Step::Day, None) => time(point.from),
    };
    page.heading(&format!("Went badly, {step}"));
    let bad = sparkline(points.iter().map(|point| &point.experience.bad));
    page.line(&format!("{} {bad} {}", when(first), when(last)));
    let mut worst: Vec<_> =
        points.iter().filter_map(|point| Some((point, point.experience.bad.shown()?))).collect();
    worst.sort_by(|(_, a), (_, b)| b.low.total_cmp(&a.low));
    if !worst.is_empty() {
        page.line("The surely worst:");
    }
    for (point, _) in worst.iter().take(3) {
        page.line(&format!("{}  {}", when(point), share(&point.experience.bad, point.experience.n)));
    }
}

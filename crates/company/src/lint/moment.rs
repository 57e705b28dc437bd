use opcx_core::condition::Kinds;
use opcx_core::event::Name;

use super::never::never;
use super::staff::feelings_of_staff;
use super::{moments, place, was_read};
use crate::company::Company;
use crate::fault::Faults;
use crate::nearest::mend_or_mean;

pub(super) fn lint(company: &Company, faults: &mut Faults) {
    let humans = &company.settings.house.human_channels;
    for (moment, node) in moments(company) {
        if company.known.settings && node.get("way_out").is_some() && !humans.contains(&moment.way_out) {
            let what = if humans.is_empty() {
                "opcx.toml names no channel on which a human answers; list them in `human_channels` under \
                 `[house]`, and lead the way out to one of them"
                    .to_owned()
            } else {
                format!(
                    "`{}` is no channel on which a human answers; {}",
                    moment.way_out,
                    mend_or_mean(
                        "add it to `human_channels` of opcx.toml",
                        &moment.way_out,
                        humans.iter().map(Name::as_str)
                    )
                )
            };
            faults.error("moment-without-way-out", place(node, "way_out"), what);
        }
        if !was_read(&moment.listens) {
            continue;
        }
        let listens = moment.listens.expression();
        if never(&[listens]) || moment.listens.kinds() == Kinds::Only(Vec::new()) {
            let what =
                format!("no event can ever match what `{}` listens to; it contradicts itself", moment.name);
            faults.error("moment-without-signal", place(node, "listens"), what);
            continue;
        }
        let outcomes = [("good", &moment.good), ("bad", &moment.bad), ("repaired", &moment.repaired)];
        for (key, condition) in outcomes {
            let Some(condition) = condition.as_ref().filter(|condition| was_read(condition)) else {
                continue;
            };
            if never(&[listens, condition.expression()]) {
                let what = format!(
                    "no event that `{}` listens to can ever meet this; widen `listens` or mend `{key}`",
                    moment.name
                );
                faults.error("outcome-never-happens", place(node, key), what);
            }
            feelings_of_staff(&[listens, condition.expression()], condition, node, key, faults);
        }
        feelings_of_staff(&[listens], &moment.listens, node, "listens", faults);
    }
}

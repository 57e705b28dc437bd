//! Whatever a folder holds, loading it ends, says where every fault is, and never panics.

use std::sync::LazyLock;

use opcx_company::{Files, Severity, parse, starter};
use proptest::prelude::*;

/// The starter without its schemas, which no loader reads.
static STARTER: LazyLock<Files> =
    LazyLock::new(|| starter().into_iter().filter(|(path, _)| !path.starts_with('.')).collect());

/// Holds for every folder.
fn holds(files: &Files) {
    let loaded = parse(files);
    let errors = loaded.faults.iter().filter(|fault| fault.severity == Severity::Error).count();
    assert_eq!(loaded.definitions.is_none(), errors > 0, "definitions come exactly without errors");
    for fault in &loaded.faults {
        assert!(fault.place.line > 0 && fault.place.column > 0, "{fault}");
        assert!(!fault.what.is_empty() && !fault.what.ends_with('.'), "{fault}");
        let lines = files.get(&*fault.place.file).map_or(1, |text| text.lines().count() + 1);
        assert!(usize::try_from(fault.place.line).is_ok_and(|line| line <= lines.max(1)), "{fault}");
    }
}

fn paths() -> Vec<String> {
    STARTER.keys().cloned().collect()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_in_any_file_is_read_or_refused(path in prop::sample::select(paths()), text in "\\PC{0,200}") {
        let mut files = STARTER.clone();
        files.insert(path, text);
        holds(&files);
    }

    #[test]
    fn lines_left_out_doubled_or_swapped_are_read_or_refused(
        path in prop::sample::select(paths()),
        from in 0_usize..80,
        count in 0_usize..4,
        to in 0_usize..80,
    ) {
        let mut files = STARTER.clone();
        let mut lines: Vec<String> = files[&path].lines().map(str::to_owned).collect();
        let from = from.min(lines.len());
        let moved: Vec<String> = lines.drain(from..(from + count).min(lines.len())).collect();
        let to = to.min(lines.len());
        lines.splice(to..to, moved.iter().cloned().chain(moved.clone()));
        files.insert(path, lines.join("\n"));
        holds(&files);
    }

    #[test]
    fn a_text_put_anywhere_is_read_or_refused(
        path in prop::sample::select(paths()),
        at in 0_usize..4_000,
        left_out in 0_usize..12,
        text in "([\\[\\]{}:,&*!|>'\"#%@`?\n\t -]|event|facts\\.|promise|[0-9]{1,20}|é|🙂){0,6}",
    ) {
        let mut files = STARTER.clone();
        let whole: Vec<char> = files[&path].chars().collect();
        let at = at.min(whole.len());
        let end = (at + left_out).min(whole.len());
        let changed: String = whole[..at].iter().chain(text.chars().collect::<Vec<_>>().iter()).chain(&whole[end..]).collect();
        files.insert(path, changed);
        holds(&files);
    }

    #[test]
    fn any_condition_is_checked_or_refused(
        condition in "(event\\.kind|facts\\.order_value|facts\\.carrier|promise\\.due|event\\.time|customer\\.trust\\.humanity| == | < | && | \\|\\| | in |!|-|\\(|\\)|\\[|\\]|,|\"Order Shipped\"|'dhl'|[0-9]{1,3}|\\.5|has\\(|size\\(|duration\\(\"3h\"\\)|\\?|:|\\.contains\\(| \\+ | / |true|é|\\\\){0,24}",
    ) {
        let mut files = STARTER.clone();
        let text = files["journeys/online-order.yaml"].replace("has(facts.promised_at)", &format!("|\n          {condition}"));
        files.insert("journeys/online-order.yaml".to_owned(), text);
        holds(&files);
    }
}

#[test]
fn what_is_made_to_be_endless_is_refused() {
    let deep = "[".repeat(100_000);
    let wide = "a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c]\ne: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d]\nf: [*e,*e,*e,*e,*e,*e,*e,*e,*e]\n";
    let condition = format!(
        "playbook: x\nwhen: event Order Shipped\nif: {}true{}\ndo: []\n",
        "(".repeat(10_000),
        ")".repeat(10_000)
    );
    let not = format!("playbook: x\nwhen: event Order Shipped\nif: \"{}true\"\ndo: []\n", "!".repeat(8_000));
    let long =
        format!("playbook: x\nwhen: event Order Shipped\nif: true{}\ndo: []\n", " && true".repeat(900));
    let many: String = (0..30_000).map(|number| format!("k{number}: 1\n")).collect();
    for text in [deep.as_str(), wide, &condition, &not, &long, &many] {
        for path in ["playbooks/late-delivery.yaml", "vocabulary.yaml", "opcx.toml", "templates/thank-you.md"]
        {
            let mut files = STARTER.clone();
            files.insert(path.to_owned(), text.to_owned());
            holds(&files);
        }
    }
    let holes = "{{ facts.order_id }}".repeat(50_000);
    let mut files = STARTER.clone();
    files.insert("templates/thank-you.md".to_owned(), holes);
    holds(&files);
}

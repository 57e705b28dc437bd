//! Copper & Bean's folder, `examples/shop`, as it comes with the program.

use std::fs;
use std::path::Path;

use anyhow::Context as _;

/// Its files: the path within the folder, and what stands there.
const FILES: &[(&str, &str)] = &[
    ("calendars/branches.yaml", include_str!("../../../../examples/shop/calendars/branches.yaml")),
    ("calendars/care.yaml", include_str!("../../../../examples/shop/calendars/care.yaml")),
    ("journeys/app.yaml", include_str!("../../../../examples/shop/journeys/app.yaml")),
    ("journeys/branch.yaml", include_str!("../../../../examples/shop/journeys/branch.yaml")),
    ("journeys/help.yaml", include_str!("../../../../examples/shop/journeys/help.yaml")),
    ("journeys/order.yaml", include_str!("../../../../examples/shop/journeys/order.yaml")),
    ("journeys/voice.yaml", include_str!("../../../../examples/shop/journeys/voice.yaml")),
    ("mappings/bus.yaml", include_str!("../../../../examples/shop/mappings/bus.yaml")),
    ("mappings/carrier-scans.yaml", include_str!("../../../../examples/shop/mappings/carrier-scans.yaml")),
    ("mappings/feedback.yaml", include_str!("../../../../examples/shop/mappings/feedback.yaml")),
    ("mappings/till-receipts.yaml", include_str!("../../../../examples/shop/mappings/till-receipts.yaml")),
    ("mappings/transcripts.yaml", include_str!("../../../../examples/shop/mappings/transcripts.yaml")),
    ("mappings/warehouse.yaml", include_str!("../../../../examples/shop/mappings/warehouse.yaml")),
    ("mappings/web-and-app.yaml", include_str!("../../../../examples/shop/mappings/web-and-app.yaml")),
    ("opcx.toml", include_str!("../../../../examples/shop/opcx.toml")),
    ("playbooks/bad-branch.yaml", include_str!("../../../../examples/shop/playbooks/bad-branch.yaml")),
    ("playbooks/bad-review.yaml", include_str!("../../../../examples/shop/playbooks/bad-review.yaml")),
    (
        "playbooks/download-trouble.yaml",
        include_str!("../../../../examples/shop/playbooks/download-trouble.yaml"),
    ),
    ("playbooks/gone-quiet.yaml", include_str!("../../../../examples/shop/playbooks/gone-quiet.yaml")),
    ("playbooks/in-public.yaml", include_str!("../../../../examples/shop/playbooks/in-public.yaml")),
    ("playbooks/late-parcel.yaml", include_str!("../../../../examples/shop/playbooks/late-parcel.yaml")),
    ("playbooks/low-score.yaml", include_str!("../../../../examples/shop/playbooks/low-score.yaml")),
    ("playbooks/not-ready.yaml", include_str!("../../../../examples/shop/playbooks/not-ready.yaml")),
    (
        "playbooks/noticed-praise.yaml",
        include_str!("../../../../examples/shop/playbooks/noticed-praise.yaml"),
    ),
    (
        "playbooks/payment-trouble.yaml",
        include_str!("../../../../examples/shop/playbooks/payment-trouble.yaml"),
    ),
    ("playbooks/ready.yaml", include_str!("../../../../examples/shop/playbooks/ready.yaml")),
    (
        "playbooks/refund-overdue.yaml",
        include_str!("../../../../examples/shop/playbooks/refund-overdue.yaml"),
    ),
    ("playbooks/second-order.yaml", include_str!("../../../../examples/shop/playbooks/second-order.yaml")),
    ("playbooks/trust-lost.yaml", include_str!("../../../../examples/shop/playbooks/trust-lost.yaml")),
    ("playbooks/unanswered.yaml", include_str!("../../../../examples/shop/playbooks/unanswered.yaml")),
    ("playbooks/upset.yaml", include_str!("../../../../examples/shop/playbooks/upset.yaml")),
    ("playbooks/word-broken.yaml", include_str!("../../../../examples/shop/playbooks/word-broken.yaml")),
    ("templates/brewing-guide.md", include_str!("../../../../examples/shop/templates/brewing-guide.md")),
    ("templates/late-parcel.md", include_str!("../../../../examples/shop/templates/late-parcel.md")),
    (
        "templates/ready-to-collect.md",
        include_str!("../../../../examples/shop/templates/ready-to-collect.md"),
    ),
    ("templates/we-were-late.md", include_str!("../../../../examples/shop/templates/we-were-late.md")),
    ("templates/without-the-app.md", include_str!("../../../../examples/shop/templates/without-the-app.md")),
    ("vocabulary.yaml", include_str!("../../../../examples/shop/vocabulary.yaml")),
];

/// Writes the folder.
///
/// # Errors
/// It cannot be written.
pub fn write(folder: &Path) -> anyhow::Result<()> {
    for (path, text) in FILES {
        let path = folder.join(path);
        let parent = path.parent().unwrap_or(folder);
        fs::create_dir_all(parent).with_context(|| format!("making the folder `{}`", parent.display()))?;
        fs::write(&path, text).with_context(|| format!("writing `{}`", path.display()))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn what_comes_with_the_program_is_the_example_company() {
        let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/shop");
        let loaded = opcx_company::load(&example);
        assert!(loaded.faults.is_empty(), "{:#?}", loaded.faults);
        let carried: BTreeMap<&str, &str> = FILES.iter().copied().collect();
        let deciding = opcx_company::deciding_files(&example);
        let missing: Vec<_> = deciding.keys().filter(|path| !carried.contains_key(path.as_str())).collect();
        assert!(missing.is_empty(), "add to FILES: {missing:?}");
    }
}

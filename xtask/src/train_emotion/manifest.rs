//! The manifest beside the model: what it is, from which data, and how well it read them.

use opcx_emotion::fast::weights::LINES;
use serde_json::json;

use super::data::{Split, sha256};
use super::evaluate::{HeldOut, Metrics};
use super::{TRAINED_ON, VERSION, learn};

/// The manifest as JSON.
pub(super) fn write(
    model: &[u8],
    train: &Split,
    dev: &Split,
    metrics: &Metrics,
    held_out: &HeldOut,
) -> anyhow::Result<String> {
    let manifest = json!({
        "model": "goemotions.bin",
        "tier": "fast",
        "version": VERSION,
        "trained_on": TRAINED_ON,
        "command": "cargo xtask train-emotion",
        "bytes": model.len(),
        "sha256": sha256(model),
        "licence": "NOTICE.md",
        "data": {
            "name": "GoEmotions (Demszky et al., ACL 2020), CC BY 4.0",
            "train.tsv": { "rows": train.comments.len(), "sha256": train.sha256 },
            "dev.tsv": { "rows": dev.comments.len(), "sha256": dev.sha256 },
        },
        "settings": {
            "rows": LINES * 2,
            "texts_min": learn::TEXTS_MIN,
            "passes": learn::PASSES,
            "passes_averaged": learn::PASSES_AVERAGED,
            "step": learn::STEP.to_string(),
            "squares_at_start": learn::SQUARES_AT_START.to_string(),
            "shrinkage": learn::SHRINKAGE.to_string(),
            "seed": learn::SEED,
        },
        "dev_held_out": held_out,
        "dev": metrics,
    });
    Ok(serde_json::to_string_pretty(&manifest)? + "\n")
}

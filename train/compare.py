"""Compares valence on airline tweets with what one would use otherwise, in one run:
`python compare.py DATA WHEEL OUT OPCX [--texts N]`. Needs `requirements-compare.txt` beside the others.

VADER; fastText, trained on the same labelled texts as our models; our network in ONNX Runtime; and `opcx emotion` in
its three tiers. Nothing learns from the tweets. Times are CPU-seconds of one thread, start-up taken out.
"""

import argparse
import csv
import json
import os
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import fasttext
import numpy
import onnxruntime
from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

import export
import network
import sources
from clean import clean
from measure import macro_f1

# VADER's own lines for what is neither good nor bad.
VADER_LINE = 0.05
# Where less is measured the clock is too coarse, and the texts are read many times over.
SECONDS_MIN = 1.0
# Doubtful to the fast tier, so that the deep one is loaded before the time is taken.
WARM_UP = ["third time rebooked, bag still missing"]


def vader(texts: list[str]) -> list[int]:
    judge = SentimentIntensityAnalyzer()
    scores = (judge.polarity_scores(text)["compound"] for text in texts)
    return [0 if score <= -VADER_LINE else 2 if score >= VADER_LINE else 1 for score in scores]


def fast_text(examples: list[sources.Example]) -> Callable[[list[str]], list[int]]:
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
        for example in examples:
            if example.part == "train" and example.valence is not None:
                file.write(f"__label__{example.valence} {example.text.lower()}\n")
        file.flush()
        model = fasttext.train_supervised(
            file.name, lr=0.3, epoch=15, wordNgrams=2, minn=3, maxn=5, dim=50, thread=1, seed=1, verbose=0)
    # Its `predict` does not work with numpy 2; what it calls does.
    one = lambda text: model.f.predict(text + "\n", 1, 0.0, "strict")[0][1]
    return lambda texts: [int(one(clean(text).lower())[-1]) for text in texts]


def onnx_runtime(model: Path, wheel: str) -> Callable[[list[str]], list[int]]:
    session, tokenizer = onnxruntime.InferenceSession(str(model), export.options()), network.tokenizer(wheel)
    valence = network.VALENCE

    def read(texts: list[str]) -> list[int]:
        tokens = [code.ids for code in tokenizer.encode_batch([clean(text) for text in texts])]
        found = [1] * len(texts)
        order = sorted(range(len(texts)), key=lambda at: len(tokens[at]))
        at = 0
        while at < len(order):
            alike = [i for i in order[at : at + 8] if len(tokens[i]) == len(tokens[order[at]])]
            parts = session.run(None, {"tokens": numpy.array([tokens[i] for i in alike])})[0]
            for i, way in zip(alike, parts.mean(1)[:, valence].argmax(1)):
                found[i] = int(way)
            at += len(alike)
        return found

    return read


def opcx(program: str, tier: str) -> Callable[[list[str]], list[int]]:
    def read(texts: list[str]) -> list[int]:
        lines = "".join(" ".join(text.split()) + "\n" for text in texts)
        told = subprocess.run([program, "emotion", "--tier", tier], input=lines, capture_output=True, text=True, check=True)
        ways = (json.loads(line).get("valence") for line in told.stdout.splitlines())
        return [1 if way is None else sources.VALENCES.index(way) for way in ways]

    return read


def processor_seconds() -> float:
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def seconds_of(read: Callable[[list[str]], list[int]], texts: list[str]) -> float:
    started = processor_seconds()
    read(texts)
    return processor_seconds() - started


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("data", type=Path)
    arguments.add_argument("wheel")
    arguments.add_argument("out", type=Path)
    arguments.add_argument("opcx")
    arguments.add_argument("--texts", type=int, default=3000)
    given = arguments.parse_args()

    with (given.data / "airline-tweets/Tweets.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    rows = rows[:: max(1, len(rows) // given.texts)]
    texts = [row["text"] for row in rows]
    truth = numpy.array([sources.VALENCES.index(row["airline_sentiment"]) for row in rows])
    readers = {
        "always negative": lambda some: [0] * len(some),
        "VADER 3.3.2": vader,
        "fastText 0.9.2, same training texts": fast_text(sources.examples(given.data)),
        "opcx, fast": opcx(given.opcx, "fast"),
        "opcx, auto": opcx(given.opcx, "auto"),
        "opcx, deep": opcx(given.opcx, "deep"),
        "the same network, ONNX Runtime 1.31": onnx_runtime(given.out / "deep.onnx", given.wheel),
    }
    print(f"{len(texts)} airline tweets, {time.strftime('%Y-%m-%d')}, load {os.getloadavg()[0]:.1f}")
    print(f"{'':40}{'macro-F1':>10}{'accuracy':>10}{'texts per CPU-second':>24}")
    for name, read in readers.items():
        start_up = seconds_of(read, WARM_UP)
        found = numpy.array(read(texts))
        seconds, many = seconds_of(read, texts) - start_up, 1
        if seconds < SECONDS_MIN:
            many = 40
            seconds = seconds_of(read, texts * many) - start_up
        speed = f"{len(texts) * many / seconds:24,.0f}" if name != "always negative" else f"{'-':>24}"
        figures = macro_f1(found, truth, 3), float((found == truth).mean())
        print(f"{name:40}{figures[0]:10.3f}{figures[1]:10.3f}{speed}", flush=True)


if __name__ == "__main__":
    main()

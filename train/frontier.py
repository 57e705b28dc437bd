"""Draws what the cascade costs and gives: docs/science/emotion/frontier.svg from frontier.tsv beside it."""

import csv
from pathlib import Path

import matplotlib

matplotlib.use("svg")
matplotlib.rcParams["svg.hashsalt"] = "opcx"
from matplotlib import pyplot

FOLDER = Path(__file__).parent / "../docs/science/emotion"


def main() -> None:
    with (FOLDER / "frontier.tsv").open() as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    # Texts per CPU-second of each tier, as docs/science/emotion.md gives them.
    speeds = dict(line.split("\t") for line in (FOLDER / "speed.tsv").read_text().splitlines())
    fast, deep = float(speeds["fast"]), float(speeds["deep"])
    share = [float(row["deep"]) for row in rows]
    rate = [1 / (1 / fast + part / deep) for part in share]
    figure, axes = pyplot.subplots(figsize=(7, 3.5))
    axes.step(rate, [float(row["macro-F1"]) for row in rows], where="post", color="#1f4e79")
    axes.plot(rate, [float(row["macro-F1"]) for row in rows], "o", markersize=3, color="#1f4e79")
    axes.set_xscale("log")
    axes.set_xlabel("texts per CPU-second")
    axes.set_ylabel("macro-F1 of valence, dev")
    axes.grid(alpha=0.3)
    figure.tight_layout()
    figure.savefig(FOLDER / "frontier.svg", metadata={"Date": None})


if __name__ == "__main__":
    main()

"""Figures of a network's scores, per source. The figures that count are measured later, in the runtime that ships."""

import numpy

from sources import ASKS, VALENCES, Example


def f1(hit, found, labelled):
    return 2 * hit / numpy.maximum(found + labelled, 1)


def macro_f1(read: numpy.ndarray, truth: numpy.ndarray, classes: int) -> float:
    there = [c for c in range(classes) if (truth == c).any()]
    return float(numpy.mean([f1(((read == c) & (truth == c)).sum(), (read == c).sum(), (truth == c).sum()) for c in there]))


def emotions(scores: numpy.ndarray, truth: numpy.ndarray) -> dict[str, float]:
    """Macro-F1 over the labels: one line for all of them, and lines of their own drawn halfway to it, held out."""
    shares = 1 / (1 + numpy.exp(-scores))
    lines = numpy.arange(0.05, 0.8, 0.01)

    def per_line(some):
        found = shares[some][None] >= lines[:, None, None]
        return f1((found & truth[some]).sum(1), found.sum(1), truth[some].sum(0))

    one = per_line(numpy.ones(len(truth), bool)).mean(1)
    fold, hit, found, labelled = numpy.arange(len(truth)) % 5, 0, 0, 0
    for out in range(5):
        curves = per_line(fold != out)
        line = 0.5 * lines[curves.argmax(0)] + 0.5 * lines[curves.mean(1).argmax()]
        read, true = shares[fold == out] >= line, truth[fold == out]
        hit, found, labelled = hit + (read & true).sum(0), found + read.sum(0), labelled + true.sum(0)
    return {"one line": float(one.max()), "held out": float(f1(hit, found, labelled).mean())}


def figures(examples: list[Example], scores: numpy.ndarray) -> dict[str, dict[str, float]]:
    result = {}
    for key in sorted({(e.source, e.part) for e in examples}):
        at = numpy.array([i for i, e in enumerate(examples) if (e.source, e.part) == key])
        some = [examples[i] for i in at]
        line: dict[str, float] = {"texts": len(some)}
        if some[0].emotions is not None:
            truth = numpy.zeros((len(some), 28), bool)
            for row, example in enumerate(some):
                truth[row, example.emotions] = True
            line |= {f"emotions, {name}": value for name, value in emotions(scores[at, :28], truth).items()}
        for name, start, classes, label in [
            ("valence", 28, len(VALENCES), lambda e: e.valence), ("ask", 31, len(ASKS), lambda e: e.ask)]:
            known = [i for i, e in zip(at, some) if label(e) is not None]
            if known:
                truth = numpy.array([label(examples[i]) for i in known])
                line[name] = macro_f1(scores[known, start : start + classes].argmax(1), truth, classes)
        known = [i for i, e in zip(at, some) if e.needs_answer is not None]
        if known:
            truth = numpy.array([examples[i].needs_answer for i in known])
            line["needs answer"] = macro_f1((scores[known, 38] > 0).astype(int), truth, 2)
        result[" ".join(key)] = {name: round(value, 4) for name, value in line.items()}
    return result

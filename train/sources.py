"""Reads the data sets into one list of examples, each with the labels that its source can give.

A label that a source cannot give is left out, and that head learns nothing from the example. Weights say how far a
source's labels mean what a company would mean by them. Licences are in `README.md`.
"""

import csv
import gzip
import hashlib
import json
import re
from dataclasses import dataclass, field
from pathlib import Path

from clean import clean

HERE = Path(__file__).parent
VALENCES = ["negative", "neutral", "positive"]
ASKS = ["none", "complaint", "request", "question", "praise", "suggestion", "thanks"]
EMOTIONS = 28
# Words that a text is cut to: what follows is beyond the tokens that training looks at.
WORDS_MAX = 60
# Companies of the domain that the airline tweets test: never trained on.
AIRLINES = {"Delta", "SouthwestAir"}


@dataclass
class Example:
    """One text and what is known of it. `part` is train, dev or test."""

    source: str
    part: str
    text: str
    emotions: list[int] | None = None
    valence: int | None = None
    ask: int | None = None
    needs_answer: int | None = None
    weight: dict[str, float] = field(default_factory=dict)
    # The text before it was cleaned, for the fast tier, which cleans by itself.
    raw: str = ""


def rows(path: Path) -> list[dict[str, str]]:
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def drawn(key: str, of: int) -> int:
    """A number below `of` that depends on the key alone."""
    return int.from_bytes(hashlib.sha256(key.encode()).digest()[:4], "big") % of


def part_of(key: str) -> str:
    """One in ten is kept for dev, by its text, so that repeats stay together."""
    return "dev" if drawn(key.lower(), 10) == 0 else "train"


def valence(word: str) -> int:
    return VALENCES.index(word)


def ask(word: str) -> int:
    return ASKS.index(word)


def goemotions(data: Path) -> list[Example]:
    groups = json.loads((data / "goemotions/sentiment_mapping.json").read_text())
    names = (data / "goemotions/emotions.txt").read_text().split()
    way = {names.index(name): group for group, some in groups.items() for name in some}
    way[27] = "neutral"
    gratitude, admiration = names.index("gratitude"), names.index("admiration")
    curious = {names.index("curiosity"), names.index("confusion")}
    found = []
    for part, name in [("train", "train.tsv"), ("dev", "dev.tsv")]:
        for line in (data / "goemotions" / name).read_text("utf-8").splitlines():
            text, ids, _ = line.split("\t")
            emotions = sorted(int(i) for i in ids.split(","))
            example = Example("goemotions", part, text, emotions=emotions, weight={"valence": 0.15, "ask": 0.3, "answer": 0.3})
            ways = {way[i] for i in emotions}
            if len(ways) == 1 and ways <= set(VALENCES):
                example.valence = valence(ways.pop())
            if emotions == [gratitude]:
                example.ask, example.needs_answer = ask("thanks"), 0
            elif emotions == [admiration]:
                example.ask, example.needs_answer = ask("praise"), 0
            elif set(emotions) <= curious and "?" in text:
                example.ask = ask("question")
            found.append(example)
    return found


def dynasent(data: Path) -> list[Example]:
    """Round 2 alone: round 1 holds sentences from Yelp, whose terms the authors leave open."""
    return [
        Example("dynasent-r2", part_of(row["sentence"]), row["sentence"], valence=valence(row["label"]), weight={"valence": 0.7})
        for row in rows(data / "dynasent/dynasent_r2_dev_test.csv.gz")
    ]


IMPROVE = {"Trust A - Q1", "Trust C - Q2", "How could we improve?", "What could we do better?"}
SUGGESTS = re.compile(
    r"^(more|better|less|fewer|maybe|perhaps|provide|employ|offer|improve|have|make|allow|let|an? )\b"
    r"|\b(should|could (do|be|have)|would (be|like|help|have)|suggest|need to)\b", re.I)


def nhs(data: Path) -> list[Example]:
    found, seen = [], set()
    for row in rows(data / "nhs-patient-feedback/feedback.csv.gz"):
        text = row["text"].strip()
        if row["needs_question"] == "1" or not row["sentiment3"] or text.lower() in seen or len(text) < 4:
            continue
        seen.add(text.lower())
        if row["sentiment3"] == "positive" and drawn(text, 2) == 0:
            continue  # Every second: praise is two thirds of the set.
        example = Example("nhs", part_of(text), text, valence=valence(row["sentiment3"]), weight={"ask": 0.7, "answer": 0.5})
        if row["sentiment3"] == "positive":
            example.ask = ask("thanks") if re.search(r"\bthank", text, re.I) else ask("praise")
            example.needs_answer = 0
        elif row["sentiment3"] == "negative":
            suggests = row["question"] in IMPROVE and SUGGESTS.search(text)
            example.ask = ask("suggestion") if suggests else ask("complaint")
        found.append(example)
    return found


def senti4sd(data: Path) -> list[Example]:
    found = []
    for row in rows(data / "senti4sd/senti4sd.csv.gz"):
        part = "train" if row["split"] == "train" else "dev"
        example = Example("senti4sd", part, row["text"], valence=valence(row["label"]), weight={"valence": 0.7, "ask": 0.5, "answer": 0.5})
        if row["label"] == "positive" and re.search(r"\bthank", row["text"], re.I) and len(row["text"]) < 120:
            example.ask, example.needs_answer = ask("thanks"), 0
        found.append(example)
    return found


def banking77(data: Path) -> list[Example]:
    with (data / "banking77/intent_kind.csv").open() as file:
        kinds = {row["intent"]: row["kind"] for row in csv.DictReader(file)}
    means = {"problem": ("negative", "complaint"), "question": ("neutral", "question"), "request": ("neutral", "request")}
    found = []
    for row in rows(data / "banking77/banking77.csv.gz"):
        feeling, wish = means[kinds[row["intent"]]]
        if drawn(row["text"], 2) == 0:
            continue  # Every second: one domain, and its texts are alike.
        part = "train" if row["split"] == "train" else "dev"
        found.append(Example("banking77", part, row["text"], valence=valence(feeling), ask=ask(wish), needs_answer=1, weight={"valence": 0.6, "ask": 0.6}))
    return found


PROBLEMS = {"lost_luggage", "damaged_card", "card_declined", "account_blocked"}
CHATTER = {"goodbye", "greeting", "yes", "no", "maybe"}
ASKING = re.compile(r"^(what|when|where|who|why|how|which|is|are|do|does|did|can you tell|could you tell|will|am|was|were|has|have)\b", re.I)


def clinc150(data: Path) -> list[Example]:
    found = []
    for row in rows(data / "clinc150/clinc150.csv.gz"):
        intent, text = row["intent"], row["text"]
        if row["split"] == "test":
            continue
        if intent not in PROBLEMS | CHATTER | {"thank_you"} and drawn(text, 3) != 0:
            continue  # One in three: the intents of an assistant are many, and all neutral.
        part = "train" if row["split"] == "train" else "dev"
        if intent == "thank_you":
            labels = dict(valence=valence("positive"), ask=ask("thanks"), needs_answer=0)
        elif intent in CHATTER:
            labels = dict(valence=valence("neutral"), ask=ask("none"), needs_answer=0)
        elif intent in PROBLEMS:
            labels = dict(valence=valence("negative"), ask=ask("complaint"), needs_answer=1)
        else:
            wish = "question" if ASKING.search(text) else "request"
            labels = dict(valence=valence("neutral"), ask=ask(wish), needs_answer=1)
        weight = 1.0 if intent in PROBLEMS | CHATTER | {"thank_you"} else 0.25
        found.append(Example("clinc150", part, text, **labels, weight={head: weight for head in ("valence", "ask", "answer")}))
    return found


def nlupp(data: Path) -> list[Example]:
    polite = {"affirm", "deny", "greet", "end_call", "acknowledge", "dont_know"}
    found = []
    for row in rows(data / "nlupp/nlupp.csv.gz"):
        intents = set(row["intents"].split())
        if not intents:
            continue
        part = "dev" if row["fold"] in ("0", "1") else "train"
        if intents & {"wrong_notworking_notshowing", "lost_stolen"}:
            labels = dict(valence=valence("negative"), ask=ask("complaint"), needs_answer=1)
        elif "thank" in intents and intents <= polite | {"thank"}:
            labels = dict(valence=valence("positive"), ask=ask("thanks"), needs_answer=0)
        elif intents <= polite:
            labels = dict(valence=valence("neutral"), ask=ask("none"), needs_answer=0)
        elif intents & {"request_info", "how", "how_much", "how_long", "when", "why"}:
            labels = dict(valence=valence("neutral"), ask=ask("question"), needs_answer=1)
        else:
            labels = dict(valence=valence("neutral"), ask=ask("request"), needs_answer=1)
        found.append(Example("nlupp", part, row["text"], **labels))
    return found


# Passages taken from one narrative, and the words of each.
PASSAGES_MAX = 3
PASSAGE_WORDS = 40


def cfpb(data: Path) -> list[Example]:
    found, seen = [], set()
    for row in rows(data / "cfpb/cfpb_complaints_sample.csv.gz"):
        narrative = re.sub(r"X{2,}(/X{2,})*", "", row["Consumer complaint narrative"]).split()
        for number in range(min(PASSAGES_MAX, len(narrative) // PASSAGE_WORDS + 1)):
            passage = " ".join(narrative[number * PASSAGE_WORDS:(number + 1) * PASSAGE_WORDS])
            if len(passage) < 30 or passage in seen:
                continue
            seen.add(passage)
            found.append(Example("cfpb", part_of(row["Complaint ID"]), passage, valence=valence("negative"), ask=ask("complaint"), needs_answer=1, weight={"valence": 0.5, "ask": 0.5, "answer": 0.3}))
    return found


def twitter_care(data: Path) -> list[Example]:
    """Customers' messages of the IBM set, labelled by `rules.md`. Half the conversations are for test, the airlines' all of them."""
    labels = {}
    with (HERE / "twitter-care-labels.tsv").open() as file:
        for row in csv.DictReader(file, delimiter="\t"):
            labels[row["session_id"], int(row["turn"])] = row
    found = []
    with gzip.open(data / "twitter-care-ibm/conversations.jsonl.gz", "rt", encoding="utf-8") as file:
        for conversation in map(json.loads, file):
            key = conversation["session_id"]
            is_test = conversation["company"] in AIRLINES or drawn(key, 2) == 0
            part = "test" if is_test else ("dev" if drawn(key, 10) in (1, 3) else "train")
            for turn, message in enumerate(conversation["turns"]):
                label = labels.get((key, turn))
                if label is None or message["role"] != "client":
                    continue
                text = re.sub(r"https: //\S*", " ", message["text"])
                text = re.sub(r"\blink\s*$|__(email|phone|path)__", " ", text)
                found.append(Example(
                    "twitter-care", part, text, valence=valence(label["valence"]), ask=ask(label["ask"]),
                    needs_answer=int(label["needs_answer"] == "yes"),
                    weight={"valence": 4.0, "ask": 4.0, "answer": 4.0}))
    return found


READERS = [goemotions, dynasent, nhs, senti4sd, banking77, clinc150, nlupp, cfpb, twitter_care]


def examples(data: Path) -> list[Example]:
    """All of them, cleaned; those without words left out."""
    found = []
    for read in READERS:
        for example in read(data):
            example.raw = example.text
            example.text = " ".join(clean(example.text).split()[:WORDS_MAX])
            if re.search(r"\w", example.text):
                found.append(example)
    return found


if __name__ == "__main__":
    import sys
    from collections import Counter

    count = Counter((e.source, e.part) for e in examples(Path(sys.argv[1])))
    for (source, part), number in sorted(count.items()):
        print(f"{source:14} {part:6} {number:6}")

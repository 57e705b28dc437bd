"""Text as both tiers' deep network sees it; `crates/emotion/src/deep/clean.rs` does the same in Rust.

Links, addresses and handles go, pictures become words, hashtags become words, letters drawn out are shortened.
A test holds the two implementations to the same words (`crates/emotion/tests/clean.tsv`).
"""

from pathlib import Path

EMOJI_FILE = Path(__file__).parent / "../crates/emotion/src/deep/emoji.tsv"
EMOJI = dict(line.split("\t") for line in EMOJI_FILE.read_text("utf-8").splitlines())
ENTITIES = [("&amp;", "&"), ("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&#39;", "'"), ("&nbsp;", " ")]
QUOTES = {"\u2018": "'", "\u2019": "'", "\u201c": '"', "\u201d": '"', "\u2026": "."}


def is_alphanumeric(character: str) -> bool:
    return character.isascii() and character.isalnum()


def is_link_or_address(chunk: str) -> bool:
    if "://" in chunk or chunk[:4].lower() == "www.":
        return True
    return any(
        chunk[at] == "@" and is_alphanumeric(chunk[at - 1]) and is_alphanumeric(chunk[at + 1])
        for at in range(1, len(chunk) - 1)
    )


def is_picture(character: str) -> bool:
    code = ord(character)
    return (
        0x2190 <= code <= 0x2BFF or 0x1F000 <= code <= 0x1FFFF or 0xFE00 <= code <= 0xFE0F
        or 0x200B <= code <= 0x200F or 0xE000 <= code <= 0xF8FF or 0xE0000 <= code <= 0xE0FFF or code == 0xFFFD
    )


def clean(text: str) -> str:
    """The words and signs of `text` that a reading may rest on."""
    for entity, sign in ENTITIES:
        text = text.replace(entity, sign)
    kept = []
    for chunk in text.split():
        if is_link_or_address(chunk):
            continue
        kept.extend(clean_chunk(chunk).split())
    return " ".join(kept)


def clean_chunk(chunk: str) -> str:
    out: list[str] = []
    in_hashtag = False
    at = 0
    while at < len(chunk):
        character = QUOTES.get(chunk[at], chunk[at])
        before = chunk[at - 1] if at else " "
        at += 1
        if character == "@" and not is_alphanumeric(before):
            while at < len(chunk) and (is_alphanumeric(chunk[at]) or chunk[at] == "_"):
                at += 1
            continue
        if character == "#":
            in_hashtag = True
            out.append(" ")
            continue
        if character in EMOJI:
            out.append(f" {EMOJI[character]} ")
            continue
        if is_picture(character):
            out.append(" ")
            continue
        if in_hashtag and character.isascii() and character.isupper() and before.isascii() and before.islower():
            out.append(" ")
        if len(out) > 1 and out[-1] == out[-2] == character and not character.isdigit():
            continue
        out.append(character)
    return "".join(out)


SAMPLES = [
    "@united thanks!!! for losing my bag \U0001f621\U0001f621", "see https://t.co/abc or www.x.com, write me@x.org .@Delta [NAME]'s bag",
    "this &amp; that &gt;all&lt;", "#NotHappy #fail I DON\u2019T \u201clike\u201d it\u2026", "sooooo late!!!! 1000 \u2764\ufe0f\U0001f44d\U0001f3fd caf\u00e9 na\u00efve",
    "a\\nb @ noon #1 C# x@y", "\U0001f1e9\U0001f1ea \u5317\u4eac ok", "W8ing... 3:45pm (again)-why?!", "supercalifragilistic \u043f\u0440\u0438\u0432\u0435\u0442",
]


if __name__ == "__main__":
    import sys

    import network

    tokenizer, tests = network.tokenizer(sys.argv[1]), Path(__file__).parent / "../crates/emotion/tests"
    pairs = [(text, clean(text.replace("\\n", "\n"))) for text in SAMPLES]
    (tests / "clean.tsv").write_text("".join(f"{text}\t{cleaned}\n" for text, cleaned in pairs), "utf-8")
    tokens = [(cleaned, " ".join(map(str, tokenizer.encode(cleaned).ids))) for _, cleaned in pairs]
    (tests / "tokens.tsv").write_text("".join(f"{cleaned}\t{ids}\n" for cleaned, ids in tokens), "utf-8")

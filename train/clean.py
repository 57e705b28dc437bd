"""Text as the network sees it.

Links, addresses and handles go, pictures become words, hashtags become words, letters drawn out are shortened.
"""

from pathlib import Path

EMOJI = dict(line.split("\t") for line in (Path(__file__).parent / "emoji.tsv").read_text("utf-8").splitlines())
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

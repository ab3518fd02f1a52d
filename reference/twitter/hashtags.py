"""What a tweet refers to: hashtags, cashtags and mentions, in every script.

Python's `\\w` leaves out the combining marks that Devanagari, Thai and others write vowels with: it cuts #उत्तरप्रदेश after two letters. So
tags are letters, marks and numbers by Unicode category, joiners between them and the underscore, with at least one letter.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

INSIDE = r"\p{L}\p{M}\p{N}_\u200c\u200d"  # Persian and the scripts of India join letters by U+200C and U+200D
MAX_USERNAME = 15


@dataclass(frozen=True, slots=True)
class Entities:
    """What a text refers to, each once, in order of appearance.

    `hashtags`: as written, without '#', once for each tag that counts alike; `cashtags`: upper case; `mentions`: lower case.
    """

    hashtags: tuple[str, ...] = ()
    cashtags: tuple[str, ...] = ()
    mentions: tuple[str, ...] = ()


def fold(tag: str) -> str:
    """The form under which a tag is counted: NFC, case-folded, so that #Café, #CAFÉ and #cafe + accent are one."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", tag).casefold())


def extract(text: str) -> Entities:
    """Hashtags, cashtags and mentions of `text`. O(len(text)).

    '#' (or '＃') after a letter, a digit, '_', '&' or '/' begins no tag, and nothing inside a web address is one; a hashtag has at
    least one letter. A cashtag is '$' and 1–6 Latin letters, perhaps with '.A' or '_A' after them. A mention is '@' and 1–15 ASCII
    letters, digits or underscores, not inside an e-mail address. The rules follow Twitter's twitter-text library.
    """
    if not any(mark in text for mark in "#＃$@＠"):
        return Entities()
    patterns = _patterns()
    plain = patterns["address"].sub(" ", unicodedata.normalize("NFC", text))
    return Entities(
        _once_each(patterns["hashtag"].findall(plain)),
        tuple(dict.fromkeys(tag.upper() for tag in patterns["cashtag"].findall(plain))),
        tuple(dict.fromkeys(name.lower() for name in patterns["mention"].findall(plain))),
    )


def hashtags_of(text: str) -> list[str]:
    """The hashtags of `text` as they are counted: folded, each once."""
    return [fold(tag) for tag in extract(text).hashtags]


def _once_each(spellings: Iterable[str]) -> tuple[str, ...]:
    """Of several spellings of one tag, the first."""
    first: dict[str, str] = {}
    for spelling in spellings:
        first.setdefault(fold(spelling), spelling)
    return tuple(first.values())


@cache
def _patterns() -> dict[str, Any]:
    import regex  # takes 20 ms to import: where it is used

    tag = rf"[{INSIDE}]*\p{{L}}[{INSIDE}]*"
    name = rf"[A-Za-z0-9_]{{1,{MAX_USERNAME}}}"
    return {
        "address": regex.compile(r"\bhttps?://\S+", regex.IGNORECASE),
        "hashtag": regex.compile(rf"(?<![{INSIDE}&/])[#＃]({tag})"),
        "cashtag": regex.compile(r"(?<![\p{L}\p{M}\p{N}_$&/])\$([A-Za-z]{1,6}(?:[._][A-Za-z]{1,2})?)(?![\p{L}\p{M}\p{N}_$])"),
        "mention": regex.compile(rf"(?<![A-Za-z0-9_!#$%&*@＠.+\-])[@＠]({name})(?![A-Za-z0-9_@＠]|://)"),
    }

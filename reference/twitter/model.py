"""The nouns: users, tweets, edges, pages and events. Frozen; times are aware UTC datetimes at this edge."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Generic, TypeVar

from reference.twitter.errors import InvalidInput

MAX_TWEET_CHARS = 280
MAX_TWEET_ID = (1 << 63) - 1
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class User:
    """An account. Counts are those of the store of record at the time of reading."""

    id: int
    username: str
    display_name: str
    verified: bool
    created_at: datetime
    follower_count: int = 0
    followee_count: int = 0


@dataclass(frozen=True, slots=True)
class Tweet:
    """A tweet. `id` is a Snowflake: newer tweets have larger ids."""

    id: int
    author_id: int
    text: str
    created_at: datetime
    deleted: bool = field(default=False, compare=False)


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """One page and the cursor of the next (None: there is no more)."""

    items: list[T]
    next_cursor: str | None = None


@dataclass(frozen=True, slots=True)
class FollowEdge:
    """An edge of the follow graph as it stands: `version` grows by one with every follow or unfollow."""

    follower_id: int
    followee_id: int
    active: bool
    version: int


@dataclass(frozen=True, slots=True)
class Event:
    """A fact in the log. `partition`, `position`: its place; events of one author share a partition, in order."""

    kind: str
    payload: dict[str, int | str | bool]
    partition: int = -1
    position: int = -1


def normalize_text(text: str) -> str:
    """The text as stored: NFC. 1–280 characters *as users count them* (grapheme clusters), else InvalidInput.

    A family emoji is one character, and so is e + combining acute, whatever number of code points they take.
    """
    if not isinstance(text, str):
        raise InvalidInput(f"tweet text must be a str, not {type(text).__name__}")
    if any("\ud800" <= char <= "\udfff" for char in text):
        raise InvalidInput("tweet text holds a lone surrogate, which no encoding can store")
    stored = unicodedata.normalize("NFC", text)
    if "\x00" in stored:
        raise InvalidInput("tweet text holds a NUL character, which PostgreSQL cannot store")
    if not stored.strip():
        raise InvalidInput("tweet text is empty: it needs 1 … 280 characters")
    length = count_characters(stored)
    if length > MAX_TWEET_CHARS:
        raise InvalidInput(f"tweet text has {length} characters: it may have 1 … {MAX_TWEET_CHARS}")
    return stored


def count_characters(text: str) -> int:
    """Characters as users count them: extended grapheme clusters (Unicode UAX #29)."""
    if text.isascii():
        return len(text) - text.count("\r\n")
    import regex  # imported where it is used: most texts are ASCII

    return len(regex.findall(r"\X", text))


def chunked(items: Sequence[T], size: int) -> list[Sequence[T]]:
    """`items` in consecutive slices of at most `size`."""
    return [items[i : i + size] for i in range(0, len(items), size)]

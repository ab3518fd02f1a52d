"""Hashtags: a Zipf vocabulary per language, the tags of each post, hourly counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from reference.lab.activity import MS_PER_HOUR
from reference.lab.phrases import WORDS
from reference.twitter.hashtags import fold as casefolded

if TYPE_CHECKING:
    import pandas as pd

LANGUAGES = tuple(WORDS)
TAGS_PER_POST = (0.64, 0.26, 0.07, 0.03)  # probability of 0, 1, 2, 3 tags
ZIPF_EXPONENT = 1.2
VOCABULARY = 150_000  # tags per language; in real samples 72–77 % of tags occur once, so it must be large


def language_numbers(codes: np.ndarray) -> np.ndarray:
    """Position in LANGUAGES of each language code."""
    return np.array([LANGUAGES.index(code) for code in codes.tolist()], dtype=np.int64)


def tag_name(language: str, rank: int) -> str:
    """The `rank`-th most used tag of a language: first single words, then pairs, then pairs with a number."""
    words = WORDS[language].split()
    if rank < len(words):
        return casefolded(words[rank])
    number, pair = divmod(rank - len(words), len(words) ** 2)
    first, second = divmod(pair, len(words))
    joint = "_" if language == "ar" else ""
    return casefolded(words[first] + joint + words[(second + first + 1) % len(words)] + (str(number + 1) if number else ""))


def draw_tags(language: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Tags of posts whose `language` are positions in LANGUAGES: (post, tag, names), the first two parallel, ordered by post.

    `post`: position in `language`; `tag`: position in `names`. A tag counts once per post.
    """
    per_post = np.searchsorted(np.cumsum(TAGS_PER_POST)[:-1], rng.random(len(language)), side="right")
    post = np.repeat(np.arange(len(language), dtype=np.int64), per_post)
    weight = np.cumsum(1 / (np.arange(VOCABULARY) + 1.0) ** ZIPF_EXPONENT)
    rank = np.searchsorted(weight, rng.random(len(post)) * weight[-1], side="right")
    codes, used = np.unique(language[post] * VOCABULARY + rank, return_inverse=True)
    spelled = [tag_name(LANGUAGES[code // VOCABULARY], code % VOCABULARY) for code in codes.tolist()]
    names = sorted(set(spelled))
    position = {name: i for i, name in enumerate(names)}
    tag = np.array([position[name] for name in spelled], dtype=np.int64)[used]
    post, tag = np.divmod(np.unique(post * len(names) + tag), len(names))
    return post, tag, np.array(names, dtype=object)


def count_hours(at_ms: np.ndarray, author: np.ndarray, tag: np.ndarray, names: np.ndarray) -> pd.DataFrame:
    """hashtag_hours: uses and distinct users of each tag in each hour (UTC) in which it was used, sorted by (hour_ms, tag)."""
    import pandas as pd

    hour = at_ms // MS_PER_HOUR
    order = np.lexsort((author, tag, hour))
    hour, tag, author = hour[order], tag[order], author[order]
    new_cell = np.ones(len(hour), dtype=bool)
    new_cell[1:] = (np.diff(hour) != 0) | (np.diff(tag) != 0)
    new_user = new_cell.copy()
    new_user[1:] |= np.diff(author) != 0
    start = np.flatnonzero(new_cell)
    frame = pd.DataFrame(
        {
            "hour_ms": hour[start] * MS_PER_HOUR,
            "tag": names[tag[start]],
            "count": np.diff(np.append(start, len(hour))),
            "unique_users": np.add.reduceat(new_user.astype(np.int64), start) if len(start) else start,
        }
    )
    return frame.sort_values(["hour_ms", "tag"], kind="stable", ignore_index=True).astype({"tag": "str"})

"""Accounts: names in six languages, how often they tweet and read, and who has gone quiet."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from reference.lab.phrases import FAMILY_NAMES, GIVEN_NAMES

if TYPE_CHECKING:
    import pandas as pd

DORMANT_SHARE = 0.75
MEAN_TWEETS_PER_DAY = 1.9  # over all users; the bursts add the rest, to about 2
MEAN_READS_PER_DAY = 24.0  # over active readers
MAX_TWEETS_PER_DAY = 150.0
MAX_READS_PER_DAY = 400.0
DORMANT_READS_PER_DAY = 0.02  # one look in fifty days
FIRST_ACCOUNT_MS = 1_293_840_000_000  # 2011-01-01: after the first Snowflake
# Language and hours east of UTC of the k-th largest community (and again from the start beyond the last).
PLACES = (
    ("en", -5.0), ("es", -6.0), ("pt", -3.0), ("ja", 9.0), ("en", 0.0), ("hi", 5.5), ("ar", 3.0), ("en", -8.0), ("es", 1.0), ("pt", -3.0),
)  # fmt: skip


def language_of(community: np.ndarray) -> np.ndarray:
    """Language code of each community number."""
    return np.array([language for language, _hours in PLACES])[community % len(PLACES)]


def utc_offset_ms_of(community: np.ndarray) -> np.ndarray:
    """Local time minus UTC of each community number, in ms."""
    return np.array([int(hours * 3_600_000) for _language, hours in PLACES])[community % len(PLACES)]


def make_people(
    ids: np.ndarray, community: np.ndarray, followers: np.ndarray, before_ms: int, rng: np.random.Generator
) -> pd.DataFrame:
    """The users table, in the order of `ids`. `followers`: count of each; accounts joined from 2011 to a day before `before_ms`."""
    import pandas as pd

    dormant = _draw_dormant(followers, rng)
    verified = followers >= max(20, int(np.quantile(followers, 0.995)))
    created_ms = np.sort(rng.integers(FIRST_ACCOUNT_MS, before_ms - 86_400_000, len(ids)))
    usernames, display_names = _draw_names(community, rng)
    return pd.DataFrame(
        {
            "id": ids,
            "username": usernames,
            "display_name": display_names,
            "verified": verified | (rng.random(len(ids)) < 0.003),
            "community": community,
            "created_ms": created_ms,
            "tweets_per_day": _tweet_rates(followers, dormant, rng),
            "reads_per_day": _read_rates(followers, dormant, rng),
            "dormant": dormant,
        }
    )


def _draw_dormant(followers: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Exactly DORMANT_SHARE of the users, the less followed more often."""
    liveliness = rng.standard_normal(len(followers)) + 0.5 * np.log1p(followers)
    dormant = np.zeros(len(followers), dtype=bool)
    dormant[np.argsort(liveliness, kind="stable")[: round(len(followers) * DORMANT_SHARE)]] = True
    return dormant


def _tweet_rates(followers: np.ndarray, dormant: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    raw = np.exp(0.9 * rng.standard_normal(len(followers))) * (1.0 + followers) ** 0.3 * np.where(dormant, 0.03, 1.0)
    return np.clip(raw * (MEAN_TWEETS_PER_DAY / raw.mean()), 0.001, MAX_TWEETS_PER_DAY).round(3)


def _read_rates(followers: np.ndarray, dormant: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    raw = np.exp(0.7 * rng.standard_normal(len(followers))) * (1.0 + followers) ** 0.2
    active = np.clip(raw * (MEAN_READS_PER_DAY / raw[~dormant].mean()), 0.5, MAX_READS_PER_DAY)
    return np.where(dormant, DORMANT_READS_PER_DAY, active).round(3)


def _draw_names(community: np.ndarray, rng: np.random.Generator) -> tuple[list[str], list[str]]:
    """Usernames `given_n` for the n-th account (unique; 15 characters at most) and display names in the language's own script."""
    pick = rng.integers(0, 1 << 16, (2, len(community))).tolist()
    usernames, display_names = [], []
    for number, (language, given, family) in enumerate(zip(language_of(community).tolist(), *pick, strict=True), start=1):
        roman, written = GIVEN_NAMES[language][given % len(GIVEN_NAMES[language])]
        surname = FAMILY_NAMES[language][family % len(FAMILY_NAMES[language])]
        usernames.append(f"{roman}_{number}")
        display_names.append(f"{surname} {written}" if language == "ja" else f"{written} {surname}")
    return usernames, display_names

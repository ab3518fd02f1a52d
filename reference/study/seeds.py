"""Which variant of an exercise is asked, and with which seeds it is judged in secret: settings of the instructor, found by place.

A private overlay folder (COURSE_OVERLAY) wins over `solutions/`. A student's copy has neither, only `exercises/variants.toml`.
"""

from __future__ import annotations

import os
import tomllib
import zlib
from pathlib import Path
from typing import Any

import numpy as np

from reference.twitter.errors import InvalidInput

ROOT = Path(__file__).resolve().parents[2]
SEEDS, VARIANTS = "seeds.toml", "variants.toml"


def overlay() -> Path | None:
    """The instructor's private folder, if there is one."""
    folder = os.environ.get("COURSE_OVERLAY")
    return Path(folder) if folder else None


def solutions() -> Path:
    """Where the instructor's sources are; a student's copy does not have the folder."""
    return ROOT / "solutions"


def variant_seed() -> int:
    """The seed of the variants: COURSE_VARIANT_SEED, else as the files say, else 0."""
    return _whole("variant_seed", os.environ.get("COURSE_VARIANT_SEED") or _setting("variant_seed", 0))


def hidden_seeds() -> tuple[int, ...]:
    """The seeds of the hidden checks: COURSE_HIDDEN_SEED ("3" or "3,5"), else as the files say; empty where nobody may know them."""
    given = os.environ.get("COURSE_HIDDEN_SEED")
    listed = given.split(",") if given else _setting("hidden_seeds", [])
    return tuple(_whole("hidden_seeds", seed) for seed in listed)


def rng_for(grade_id: str, *seeds: int) -> np.random.Generator:
    """A generator for this task and these seeds, alike on every machine."""
    return np.random.default_rng([zlib.crc32(grade_id.encode()), *seeds])


def _setting(name: str, default: Any) -> Any:
    """`name` in the first file that has it: the overlay's, the solutions', the exercises'."""
    private = overlay()
    places = [private / SEEDS] if private else []
    for path in [*places, solutions() / SEEDS, ROOT / "exercises" / VARIANTS]:
        found = tomllib.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
        if name in found:
            return found[name]
    return default


def _whole(name: str, value: Any) -> int:
    try:
        number = int(value)
    except (TypeError, ValueError):
        number = -1
    if number < 0:
        raise InvalidInput(f"{name} must be whole numbers from 0, not {value!r}")
    return number

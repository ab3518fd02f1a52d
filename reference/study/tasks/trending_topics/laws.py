"""What answers on trends are judged by where no code runs: the size of a sketch, and the doors that a campaign must not pass."""

from __future__ import annotations

import math
from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

import numpy as np

from reference.contracts import Report
from reference.study.answers import choice, number
from reference.study.task import Trial

SIGMA = 1.04  # the standard error of a HyperLogLog is this over the square root of its registers
REGISTER_BITS = 6
REDIS_BYTES = 16_384 * REGISTER_BITS / 8


# --- how large a sketch ------------------------------------------------------------------------------------------------------------------


def draw_sketch(rng: np.random.Generator) -> Mapping[str, Any]:
    error_percent = (0.35, 0.5, 1.4, 2.0)[int(rng.integers(4))]  # the next power of two is 1.5 times what is needed, and not Redis's
    return {"error_percent": error_percent, "tags": 100 * int(rng.integers(3, 10)), "minutes": (10, 20, 30)[int(rng.integers(3))]}


def judge_sketch(answer: Any, trial: Trial) -> Report:
    v = trial.variant
    registers = 2 ** math.ceil(math.log2((SIGMA / (v.error_percent / 100)) ** 2))
    sketches = v.tags * v.minutes
    right = registers * REGISTER_BITS / 8 * sketches / 1e6
    slips = {
        "**Registers come in powers of two:** their number is 2ᵖ, since p bits of the hash choose one. *Take the next power of two "
        "above.*": (right * (SIGMA / (v.error_percent / 100)) ** 2 / registers),
        "**Rounded down.** With half the registers the error is above what is asked for. *Take the next power of two above.*": right / 2,
        "**Bits for bytes.** A register has 6 bits, and a byte has 8. *Multiply by 6 and divide by 8.*": right * 8,
        "**A byte for each register.** They have 6 bits, packed: four registers stand in three bytes. *Multiply by 6 and divide by "
        "8.*": right * 8 / REGISTER_BITS,
        "**That is one sketch for each tag.** People of different minutes cannot be added, so each minute has a sketch of its own. "
        "*Multiply by the minutes.*": right / v.minutes,
        "**Redis's sketch.** Its 16,384 registers are one choice, for an error of 0.81 %. *Here another error is asked for.*": REDIS_BYTES
        * sketches
        / 1e6,
        "**The error falls with the square root.** Half the error takes four times the registers. *Solve 1.04 / √m ≤ error for m: square "
        "the quotient.*": 2 ** math.ceil(math.log2(SIGMA / (v.error_percent / 100))) * REGISTER_BITS / 8 * sketches / 1e6,
    }
    why = '"12 KB and 0.8 %" is what everybody recites. Another error is another size, and a window of minutes is many sketches.'
    hint = "Registers for that error first (a power of two), then bytes of one sketch, then how many sketches."
    return number(answer, right, "MB", tolerance=0.05, why=why, hint=hint, slips=slips)


# --- which doors -------------------------------------------------------------------------------------------------------------------------


def draw_doors(rng: np.random.Generator) -> Mapping[str, Any]:
    accounts, swing = int(rng.integers(15, 40)), int(rng.integers(2, 4))
    crowd = accounts + int(rng.integers(40, 80))
    doors = [
        (accounts + 5, 0.3, swing + 1, "right"),
        (accounts - 5, 0.3, swing + 1, "few"),
        (crowd + 200, 0.3, swing + 1, "many"),
        (accounts + 5, 0.3, 1, "usual"),
        (accounts + 5, 0.95, swing + 1, "strict"),
        (accounts - 5, 0.6, 2 * swing + 5, "late"),
    ]
    order = rng.permutation(len(doors)).tolist()
    return {
        "accounts": accounts,
        "swing": swing,
        "crowd": crowd,
        "growth": 2 * swing + 4,
        "per_person": 1.5,
        "doors": {
            key: dict(zip(("people", "share", "times"), doors[place], strict=False)) for key, place in zip("abcdef", order, strict=True)
        },
    }


def judge_doors(answer: Any, trial: Trial) -> Report:
    v = trial.variant
    wrong = {key: _against(doors, v) for key, doors in v.doors.items()}
    right = next(key for key, reason in wrong.items() if not reason)
    why = "Every door has a price: too low lets campaigns in, too high keeps real crowds out. Whoever sets one says which crowd it costs."
    return choice(answer, right, {key: reason for key, reason in wrong.items() if reason}, why=why)


def _against(doors: Mapping[str, Any], v: SimpleNamespace) -> str:
    """What these doors let in or keep out; "" for the ones that do as they should."""
    if doors["people"] > v.crowd:
        return f"A floor of {doors['people']} people keeps the smaller real bursts out: they have {v.crowd} in all."
    if doors["share"] > 1 / v.per_person:
        return (
            f"Real people tweet a tag {v.per_person} times each, so they have {1 / v.per_person:.2f} people per use: below "
            f"{doors['share']}. "
            "You would list nobody."
        )
    if doors["times"] > v.growth:
        return (
            f"Real bursts grow to {v.growth} times the usual, and this bar asks for {doors['times']}. And a young campaign "
            f"has enough people."
        )
    if doors["times"] <= v.swing:
        return (
            f"An everyday tag swings up to {v.swing} times its usual hour by itself: at {doors['times']} times, coffee trends each morning."
        )
    if doors["people"] <= v.accounts:
        return (
            f"A young campaign of {v.accounts} accounts has made one tweet each: {v.accounts} people, one use per person, never seen "
            f"before. It "
            f"passes a floor of {doors['people']}, and the share of people sees nothing wrong yet."
        )
    return ""

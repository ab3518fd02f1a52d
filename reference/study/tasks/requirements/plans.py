"""Plans that try to keep a promise of availability: what each makes of it, and why the others fall short."""

from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

import numpy as np

from reference.contracts import Report
from reference.estimation.availability import downtime, parallel, serial
from reference.study.answers import choice
from reference.study.task import Trial

PLANS = {
    "copies": "Keep the row, and run a second copy of the largest part, the store ({part} %, like the first).",
    "optional": "Serve the page without {optional} of the {parts} parts when they are down, so that it needs only the others.",
    "regions": "Run the whole row in two regions, behind a switch that is itself up {switch} % of the time.",
    "better": "Keep the row, and pay for better parts: each of the {parts} up {better} %.",
    "retry": "Keep the row, and let the client send a failed request again at once, twice if need be.",
}
CASES: Mapping[str, Mapping[str, Any]] = {  # what is right → promise, part, better part, switch (%), parts that the page can do without
    "regions": {"slo": 99.99, "part": 99.95, "better": 99.99, "switch": 99.995, "spare": 2},
    "optional": {"slo": 99.9, "part": 99.96, "better": 99.97, "switch": 99.85, "spare": None},
    "better": {"slo": 99.95, "part": 99.95, "better": 99.993, "switch": 99.93, "spare": 2},
}


def draw_plan(rng: np.random.Generator) -> Mapping[str, Any]:
    parts: int = int(rng.integers(4, 7))
    case = dict(CASES[list(CASES)[int(rng.integers(len(CASES)))]])
    spare = case.pop("spare")
    values = {**case, "parts": parts, "optional": parts - 2 if spare is None else spare}
    kinds = {key: list(PLANS)[place] for key, place in zip("abcde", rng.permutation(len(PLANS)).tolist(), strict=True)}
    return {**values, "kinds": kinds, "plans": {key: PLANS[kind].format(**values) for key, kind in kinds.items()}}


def judge_plan(answer: Any, trial: Trial) -> Report:
    v = trial.variant
    shares = {key: available(kind, v) for key, kind in v.kinds.items()}
    right = next(key for key, share in shares.items() if share >= v.slo / 100)
    explanations = {key: _falls_short(v.kinds[key], share, v) for key, share in shares.items() if key != right}
    why = "A promise is bought with machines or with less of a page, and each offer can be multiplied out in a minute."
    return choice(answer, right, explanations, why=why)


def available(kind: str, v: SimpleNamespace) -> float:
    """The share of time in which the plan serves its page, 0 … 1."""
    part = v.part / 100
    row = serial(*[part] * v.parts)
    return {
        "copies": serial(*[part] * (v.parts - 1)) * parallel(part, 2),
        "optional": serial(*[part] * (v.parts - v.optional)),
        "regions": v.switch / 100 * parallel(row, 2),
        "better": serial(*[v.better / 100] * v.parts),
        "retry": row,
    }[kind]


def _falls_short(kind: str, share: float, v: SimpleNamespace) -> str:
    reasons = {
        "copies": "One part hardly fails any more, and the others fail as often as before: the row is as weak as the rest of it.",
        "optional": f"The {v.parts - v.optional} parts that are left still stand in a row.",
        "regions": f"The two regions together are hardly ever down. But the switch stands in a row with them: {v.switch} % is the ceiling.",
        "better": f"Small failures add up: {v.parts} × {100 - v.better:.4g} %.",
        "retry": "A retry helps against a lost packet. A part that is down for a minute is still down for the second try, and gets more "
        "load.",
    }
    down, allowed = downtime(share), downtime(v.slo / 100)
    return f"{reasons[kind]} That makes {down:.1f} minutes down a month, where {v.slo} % allows {allowed:.1f}."

"""Practice without end: `drill(seed)` draws an estimation problem, checks the answer and names the slip behind a wrong one.

The problems are data (drills.toml): what is asked, the formula, and for each slip the formula that somebody with it computes.
"""

from __future__ import annotations

import itertools
import math
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from reference.estimation.errors import EstimationError, UnitMismatch, UnknownName, require
from reference.estimation.formulas import names
from reference.estimation.misconceptions import Misconception, misconception
from reference.estimation.numbers import human, parse_number
from reference.estimation.units import in_unit, quantity, said, scaled, solve

NICE = (1, 1.5, 2, 3, 4, 5, 6, 8)
TOLERANCE = 0.25
WIDEST_BAND = 1.16  # a slip is still known when its day had 10⁵ seconds, which alone is 1.157
STEP = 1_000  # the slip of every drill that has no other one there


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of problem as drills.toml has it. inputs: name → unit and either `values` or `between` (low, high)."""

    kind: str
    question: str
    unit: str
    inputs: Mapping[str, Mapping[str, Any]]
    formula: str
    worked: str
    slips: Mapping[str, str]
    tolerance: float = TOLERANCE
    head: str = ""
    shortcut: str = ""

    def choices(self) -> dict[str, list[float]]:
        """The values that each input may take."""
        return {name: list(about.get("values") or _nice(*about["between"])) for name, about in self.inputs.items()}

    def draws(self) -> Iterator[dict[str, float]]:
        """Every draw there is: input → value."""
        choices = self.choices()
        return (dict(zip(choices, values, strict=True)) for values in itertools.product(*choices.values()))

    def drill(self, drawn: Mapping[str, float], seed: int = 0) -> Drill:
        """The problem for these values of the inputs."""
        known = {name: quantity(value, self.inputs[name]["unit"]) for name, value in drawn.items()}
        answer = self._solved(self.formula, known)
        known["answer"] = quantity(answer, self.unit)
        slips = [Slip(name, self._solved(formula, known)) for name, formula in self.slips.items()]
        words = {name: _shown(value, self.inputs[name]["unit"]) for name, value in drawn.items()}
        worked = f"{self.worked.format(**words)} That is **{said(answer, self.unit)}**."
        if self.head:
            worked += f" In the head: {self.shortcut}, so about {said(self._solved(self.head, known), self.unit)}."
        problem = (self.kind, self.question.format(**words), self.unit, answer, self.tolerance, worked)
        return Drill(*problem, slips=(*slips, *_steps(answer, slips, _band(self.tolerance))), seed=seed)

    def _solved(self, formula: str, known: Mapping[str, Any]) -> float:
        units = {name: quantity(1, name) for name in names(formula) - set(known)}
        return float(in_unit(solve(formula, {**known, **units}), self.unit))


@dataclass(frozen=True, slots=True)
class Slip:
    """What somebody with the misconception of that name would answer."""

    misconception: str
    value: float


@dataclass(frozen=True, slots=True)
class Feedback:
    """`says`: a line of Markdown that never tells the answer to a wrong guess. `misconception`: the one that gives this guess, if any."""

    ok: bool
    says: str
    misconception: Misconception | None = None


@dataclass(frozen=True, slots=True)
class Drill:
    """One problem. answer: in `unit`; tolerance: 0.25 is ±25 %; worked: Markdown. Its repr keeps the answer to itself."""

    kind: str
    question: str
    unit: str
    answer: float = field(repr=False)
    tolerance: float
    worked: str = field(repr=False)
    slips: tuple[Slip, ...] = field(default=(), repr=False)
    seed: int = 0

    @property
    def asks(self) -> str:
        """How to answer: the unit and how close is close enough."""
        return f"in {self.unit}, within ±{self.tolerance:.0%}".replace("%", " %")

    def number(self, guess: str | float) -> float:
        """`guess` as a number in the drill's unit: "5.8k", "6 TB" where GB are asked for. Raises EstimationError in friendly words."""
        number = _parsed(guess, self.unit) if isinstance(guess, str) else float(guess)
        require(math.isfinite(number), f"a guess must be a finite number of {self.unit or 'pure units'}, not {guess!r}")
        return number

    def accepts(self, number: float) -> bool:
        """Whether `number` (in the drill's unit) is within the tolerance."""
        return abs(number - self.answer) <= self.tolerance * self.answer * (1 + 1e-9)

    def check(self, guess: str | float) -> Feedback:
        """Right, a named misconception, or how far off. Raises EstimationError for what is no number of this kind."""
        number = self.number(guess)
        if self.accepts(number):
            return Feedback(True, f"**Right.** {said(self.answer, self.unit)}; yours is {_distance(number / self.answer)}.")
        if (found := misconception_of(number, self)) is not None:
            return Feedback(False, found.says, found)
        return Feedback(False, _off(number, self.answer))


def drill(seed: int, kind: str = "") -> Drill:
    """The problem that `seed` (0, 1, 2 …) draws, of any kind or of the one named; the same seed draws the same.

    Seeds in a row go through all kinds before one comes again. Raises UnknownName listing the kinds.
    """
    require(isinstance(seed, int | np.integer) and seed >= 0, f"a seed must be a whole number from 0, not {seed!r}")
    if kind and kind not in kinds():
        raise UnknownName(f"no kind of drill {kind!r}; there are: {', '.join(kinds())}")
    chosen = kinds()[kind or _kind_of(int(seed))]
    rng = np.random.default_rng(seed)
    drawn = {name: float(values[int(rng.integers(len(values)))]) for name, values in chosen.choices().items()}
    return chosen.drill(drawn, int(seed))


def misconception_of(guess: str | float, drill: Drill) -> Misconception | None:
    """The misconception whose wrong computation gives `guess`, nearest first; None for the right answer and for any other number.

    A guess belongs to a slip within a narrow band (16 %, or the drill's tolerance where that is tighter).
    """
    number = drill.number(guess)
    if number <= 0 or drill.accepts(number):
        return None
    nearest = min(drill.slips, key=lambda slip: _apart(number, slip.value), default=None)
    if nearest is None or _apart(number, nearest.value) > _band(drill.tolerance) * (1 + 1e-9):
        return None
    return misconception(nearest.misconception)


@cache
def kinds() -> Mapping[str, Kind]:
    """Every kind of problem by name, in the order of drills.toml."""
    listed = tomllib.loads(Path(__file__).with_name("drills.toml").read_text(encoding="utf-8"))["drill"]
    return {entry["kind"]: Kind(**entry) for entry in listed}


def _kind_of(seed: int) -> str:
    deck, place = divmod(seed, len(kinds()))
    return list(kinds())[int(np.random.default_rng(deck).permutation(len(kinds()))[place])]


def _nice(low: float, high: float) -> list[float]:
    powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    return [value for power in powers for digit in NICE if low <= (value := digit * 10.0**power) <= high]


def _steps(answer: float, slips: list[Slip], band: float) -> list[Slip]:
    """10³ too much or too little, unless a slip of the drill's own is so near that one could not tell them apart."""
    wrong = (answer * STEP, answer / STEP)
    return [Slip("thousand", value) for value in wrong if all(_apart(value, slip.value) > band * band for slip in slips)]


def _band(tolerance: float) -> float:
    return min(1 + tolerance, WIDEST_BAND)


def _apart(one: float, other: float) -> float:
    """How many times the larger is the smaller; both above 0."""
    return max(one / other, other / one)


def _shown(value: float, unit: str) -> str:
    """An input in the words of a question: the number, and for bytes their prefix; "2 billion", since 2 B are bytes here."""
    number, name = scaled(value, unit)
    return f"{number} {name.split('/')[0]}" if unit.startswith("bytes") else number.replace(" B", " billion")


def _distance(ratio: float) -> str:
    share = round(abs(ratio - 1) * 100)
    return f"{share} % {'above' if ratio > 1 else 'below'}" if share else "spot on"


def _off(number: float, answer: float) -> str:
    if number <= 0:
        return "It is more than nothing: a number above 0 is asked for."
    ratio = _apart(number, answer)
    times = f"{ratio:.2g}" if ratio < 10 else human(float(f"{ratio:.2g}"))
    return (
        f"**{times}× too {'high' if number > answer else 'low'}**, and none of the usual slips. "
        "Check the powers of ten first, then whether every number of the question is in."
    )


def _parsed(text: str, unit: str) -> float:
    """A number in `unit`; a unit of the same kind behind it is converted."""
    try:
        return parse_number(text, unit)
    except EstimationError as unreadable:
        match = re.fullmatch(r"(.*\d(?:\s*[a-z]+(?=\s))?)\s*([A-Za-zµ%]+(?:[/*][A-Za-z]+)*)", text.strip(), re.IGNORECASE)
        if match is None:
            raise
        try:
            return float(in_unit(quantity(parse_number(match.group(1)), match.group(2)), unit))
        except UnitMismatch as other:
            raise EstimationError(f"The answer is asked in {unit or 'pure units'}: {other}") from other
        except EstimationError:
            raise unreadable from None

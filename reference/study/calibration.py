"""Calibration: how far the learner's guesses lie from the answers, once there are enough of them to say so."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from reference.notebook import escape

ENOUGH = 20
LEAN = 1.25  # a median closer to 1× than this is no habit

HIGH = "Before you commit, ask what divides: what is cached, shared, batched, or never asked for."
LOW = "Before you commit, ask what multiplies: the peak over the average, copies, followers, the bytes that go along."
WILD = "Misses beyond 10× are mostly a unit or a power of ten: write both down, bits or bytes, per day or per second."
WIDE = "Split the question into two or three factors that you know to one digit: their errors partly cancel."
GOOD = "Say the range aloud as well: half of it to twice of it holds what you look for more often than not."


@dataclass(frozen=True)
class Calibration:
    """`factors`: guess ÷ answer of every number guessed; above 1 it was too high."""

    factors: tuple[float, ...]

    def within(self, times: float) -> int:
        """How many guesses are at most `times` too high or too low."""
        return sum(max(factor, 1 / factor) <= times for factor in self.factors)

    def median_factor(self) -> float:
        """The median of the log ratios, as a factor."""
        return math.exp(median(math.log(factor) for factor in self.factors))

    def lean(self) -> int:
        """+1 over-estimates, -1 under-estimates, 0 neither: a median beyond 1.25× *and* more on that side than coins would give.

        A fair coin is beyond two standard deviations, √n, in one series of twenty: then it is said, and not before.
        """
        surplus = sum(factor > 1 for factor in self.factors) - sum(factor < 1 for factor in self.factors)
        middle = self.median_factor()
        if abs(surplus) <= 2 * math.sqrt(len(self.factors)) or max(middle, 1 / middle) < LEAN:
            return 0
        return 1 if middle > 1 else -1

    def advice(self) -> str:
        """The one sentence that helps most."""
        count = len(self.factors)
        if self.within(10) < 0.8 * count:
            return WILD
        if self.lean():
            return HIGH if self.lean() > 0 else LOW
        return GOOD if self.within(2) >= 0.5 * count else WIDE

    def sentence(self) -> str:
        """Shares within 2× and 10×, the lean, and the advice."""
        count = len(self.factors)
        shares = " and ".join(f"{self.within(times) / count:.0%} within {times}×" for times in (2, 10))
        return f"Calibration: of {count} numbers guessed, {shares}. {self._lean_in_words()} {self.advice()}"

    def _lean_in_words(self) -> str:
        middle, lean = self.median_factor(), self.lean()
        if lean == 0:
            return f"No lean: the median guess is {middle:.2g}× the answer, which chance alone may do."
        word = "over" if lean > 0 else "under"
        return f"You {word}estimate: the median guess is {max(middle, 1 / middle):.2g}× too {'high' if lean > 0 else 'low'}."


def calibration(predictions: Mapping[str, Mapping[str, Any]]) -> Calibration:
    """From the records of the progress file: numbers above zero that were guessed and answered; choices and "show me" do not count."""
    pairs = [(_positive(record.get("guess")), _positive(record.get("answer"))) for record in predictions.values()]
    return Calibration(tuple(guess / answer for guess, answer in pairs if guess and answer))


def _positive(value: Any) -> float:
    """The number; 0 for all that has no ratio."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    return max(float(value), 0.0) if is_number else 0.0


def calibration_on_the_board(predictions: Mapping[str, Mapping[str, Any]]) -> tuple[str, str]:
    """HTML and plain text for the progress board: nothing before the first number, "n of 20" before the twentieth."""
    found = calibration(predictions)
    count = len(found.factors)
    if count < ENOUGH:
        said = f"Calibration: {count} of {ENOUGH} numbers guessed; then you see whether you guess too high or too low." if count else ""
        return (f"<p>{said}</p>" if said else ""), said
    said = found.sentence()
    return f"<p>{escape(said)}</p>{strip(found.factors)}", said


# --- the strip: a dot for each guess on a logarithmic scale from 100× too low to 100× too high ------------------------------

WIDTH, HEIGHT, BASE, EDGE = 640, 104, 76, 2.15
_BANDS = ((1.0, "#56B4E9", 0.22), (math.log10(2), "#009E73", 0.38))
_TICKS = ((-2, "100× too low"), (-1, "10×"), (-math.log10(2), "2×"), (0, ""), (math.log10(2), "2×"), (1, "10×"), (2, "100× too high"))


def strip(factors: Sequence[float]) -> str:
    """An SVG that tells the same as the sentence beside it: bands for 2× and 10×, a dot for each guess (at the edge: beyond)."""
    bands = "".join(
        f'<rect x="{_x(-half):.1f}" y="8" width="{_x(half) - _x(-half):.1f}" height="{BASE - 4}" fill="{fill}" opacity="{opacity}"/>'
        for half, fill, opacity in _BANDS
    )
    ticks = "".join(
        f'<text x="{_x(at):.1f}" y="{HEIGHT - 8}" text-anchor="middle" font-size="12" fill="currentColor">{label}</text>'
        for at, label in _TICKS
    )
    line = f'<line x1="{_x(0):.1f}" x2="{_x(0):.1f}" y1="4" y2="{BASE + 8}" stroke="currentColor" stroke-dasharray="3 3"/>'
    label = f"{len(factors)} guesses from 100 times too low to 100 times too high; the dashed line is the answer"
    size = f'viewBox="0 0 {WIDTH} {HEIGHT}" style="max-width:{WIDTH}px;width:100%;height:auto"'
    return f'<svg class="course-calibration" role="img" aria-label="{label}" {size}>{bands}{line}{_dots(factors)}{ticks}</svg>'


def _x(magnitude: float) -> float:
    """Where a power of ten stands; what lies beyond the scale stands at its edge."""
    return WIDTH / 2 + max(-EDGE, min(EDGE, magnitude)) / EDGE * (WIDTH / 2 - 30)


def _dots(factors: Sequence[float]) -> str:
    """Dots that would cover each other are stacked."""
    stacked: Counter[int] = Counter()
    drawn = []
    for factor in sorted(factors):
        place = round(_x(math.log10(factor)) / 10)
        y = BASE - 4 - 10 * (stacked[place] % 7)
        stacked[place] += 1
        drawn.append(f'<circle cx="{10 * place}" cy="{y}" r="4.5" fill="#0072B2" stroke="currentColor" stroke-width=".5"/>')
    return "".join(drawn)

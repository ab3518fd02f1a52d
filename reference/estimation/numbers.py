"""Numbers as people type and read them: "30M", "30 million", "3e7" in; "30 M" out; and how far a guess is off."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from reference.estimation.errors import EstimationError

_SCALES = {
    "": 1.0, "%": 1.0, "x": 1.0, "×": 1.0,
    "k": 1e3, "thousand": 1e3,
    "m": 1e6, "mn": 1e6, "mio": 1e6, "million": 1e6, "millions": 1e6,
    "b": 1e9, "bn": 1e9, "g": 1e9, "billion": 1e9, "billions": 1e9,
    "t": 1e12, "tn": 1e12, "trillion": 1e12, "trillions": 1e12,
}  # fmt: skip
_NUMBER = re.compile(r"^([+-]?[\d.,_ '’]*\d[\d.,_ '’]*(?:e[+-]?\d+)?)\s*([a-z%×]*)$")


def parse_number(text: str, unit: str = "") -> float:
    """The number that `text` means; a trailing `unit` is dropped first, so "30 ms" is 30 when the unit is ms.

    Accepts 30M · 30 M · 30 million · 3e7 · 30,000,000 · 30_000_000 · ~30M · 1,5 (a decimal comma) · 40 %.
    Raises EstimationError in friendly words.
    """
    wanted = text.strip().lower().lstrip("~≈ ").strip()
    wanted = re.sub(r"\b(about|circa|around|roughly)\b", "", wanted).strip()
    for name in (unit.lower(), _singular(unit.lower())):
        if name and wanted.endswith(name) and len(wanted) > len(name):
            wanted = wanted[: -len(name)].strip()
            break
    match = _NUMBER.match(wanted)
    if match is None or match.group(2) not in _SCALES:
        raise EstimationError(f"“{text.strip()}” does not look like a number yet. Try 30M, 30 million, 3e7 or 30,000,000.")
    return _digits(match.group(1)) * _SCALES[match.group(2)]


def _digits(text: str) -> float:
    """Grouped or decimal: a comma (or several dots) before exactly three digits groups; one comma elsewhere is a decimal comma."""
    plain = re.sub(r"[_ '’]", "", text)
    if re.fullmatch(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?", plain):
        plain = plain.replace(",", "")
    elif re.fullmatch(r"[+-]?\d{1,3}(\.\d{3}){2,}", plain):
        plain = plain.replace(".", "")
    elif re.fullmatch(r"[+-]?\d+,\d+(e[+-]?\d+)?", plain):
        plain = plain.replace(",", ".")
    try:
        return float(plain)
    except ValueError:
        raise EstimationError(f"“{text.strip()}” has separators that do not fit together. Try 30M, 3e7 or 30,000,000.") from None


def human(value: float, unit: str = "") -> str:
    """Three significant figures as one would say them: 30 M, 9,798, 0.25; the unit behind."""
    number = float(value)
    unit = _singular(unit) if abs(number) == 1 else unit
    for limit, letter in ((1e12, "T"), (1e9, "B"), (1e6, "M")):
        if abs(number) >= limit * 0.9995:
            return f"{number / limit:.3g} {letter} {unit}".strip()
    if number == round(number) or abs(number) >= 1000:
        return f"{number:,.0f} {unit}".strip()
    return f"{number:.3g} {unit}".strip()


def _singular(unit: str) -> str:
    """ "tweet" for "tweets"; abbreviations ("ms") and units of several words stay as they are."""
    return unit[:-1] if re.fullmatch(r"[a-z]+[a-rt-z]s", unit) else unit


@dataclass(frozen=True, slots=True)
class Closeness:
    """How far a guess is off: `verdict` in words, `close` for the progress board, `ratio` ≥ 1 (None where a ratio means nothing)."""

    verdict: str
    close: bool
    ratio: float | None = None


def closeness(guess: float, answer: float, *, linear_span: float | None = None) -> Closeness:
    """Log scale: within 10 % spot on, 2× close, 10× the right order of magnitude. With `linear_span`: share of that span."""
    if guess == answer:
        return Closeness("spot on", True, 1.0)
    if linear_span is not None or guess <= 0 or answer <= 0:
        return _linear(abs(guess - answer), linear_span or max(abs(answer), 1.0))
    ratio = max(guess / answer, answer / guess)
    direction = "high" if guess > answer else "low"
    if ratio <= 1.1:
        return Closeness("spot on", True, ratio)
    if ratio <= 2:
        return Closeness(f"close: {ratio:.2g}× too {direction}", True, ratio)
    if ratio <= 10:
        return Closeness(f"the right order of magnitude, {ratio:.2g}× too {direction}", False, ratio)
    magnitudes = math.log10(ratio)
    return Closeness(f"{human(round(ratio))}× too {direction}: about {magnitudes:.0f} orders of magnitude", False, ratio)


def _linear(distance: float, span: float) -> Closeness:
    share = distance / span
    words = "spot on" if share <= 0.02 else "close" if share <= 0.1 else "not far off" if share <= 0.25 else "well off"
    return Closeness(words if share <= 0.02 else f"{words}: {human(distance)} away", share <= 0.1)

"""Claims of the published designs, stored as data: datasets/source_designs/*.toml.

A file is one design: `[design]` (letter, language, about, its scale; further numbers under `[design.inputs]`) and `[[claim]]` tables.
A claim states what is published. Whether a number holds is computed (audit.py) and never stored.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from types import MappingProxyType

from reference.estimation.errors import EstimationError, UnknownName
from reference.estimation.formulas import Number, evaluate

FOLDER = Path(__file__).resolve().parents[2] / "datasets" / "source_designs"


@dataclass(frozen=True, slots=True)
class Design:
    """One published design. `inputs`: every number of its header, which are what formulas may use."""

    letter: str
    language: str = ""
    about: str = ""
    inputs: Mapping[str, Number] = field(default_factory=dict, compare=False, repr=False)

    @property
    def celebrity_threshold(self) -> Number:
        """Followers from which an author is no longer pushed."""
        return self.inputs["celebrity_threshold"]


@dataclass(frozen=True, slots=True)
class Claim:
    """One thing a design says, in our words.

    value: as published, in `unit`; formula: what the design's own inputs give instead, in the same unit. A formula without a value is
    what follows from the design although it does not say so. relation: equals (within a rounding), exactly, at most, at least.
    look: where to look. against: claims it contradicts or compares with. kind: number, code, schema, design, protocol, contradiction.
    verdict: only of what is neither computed nor compared (audit.py); because: the reason in words. shown: "notebook#cell" that runs it.
    """

    id: str
    design: str
    section: str
    says: str
    value: Number | None = None
    unit: str = ""
    formula: str = ""
    look: str = ""
    kind: str = ""
    topic: str = ""
    against: tuple[str, ...] = ()
    relation: str = "equals"
    verdict: str = ""
    because: str = ""
    shown: str = ""
    inputs: Mapping[str, Number] = field(default_factory=dict, compare=False, repr=False)

    def computed(self) -> Number | None:
        """What the formula gives, in `unit`; None without a formula."""
        return evaluate(self.formula, self.inputs) if self.formula else None

    def ratio(self) -> float | None:
        """Published over computed: 1 where the arithmetic holds, 2 where the design says twice too much. None unless both exist."""
        computed = self.computed()
        return None if self.value is None or not computed else self.value / computed


@cache
def designs(folder: Path = FOLDER) -> dict[str, Design]:
    """Every design by letter, in the order of their files."""
    return {design.letter: design for design, _ in _files(folder)}


@cache
def claims(folder: Path = FOLDER) -> dict[str, Claim]:
    """Every stored claim by id, files in name order. Raises EstimationError naming the file for what is not a claim."""
    found: dict[str, Claim] = {}
    for design, listed in _files(folder):
        for claim in listed:
            if claim.id in found:
                raise EstimationError(f"claim id {claim.id!r} occurs twice, the second time in design {design.letter}")
            found[claim.id] = claim
    return found


def load(letter: str, folder: Path = FOLDER) -> list[Claim]:
    """The claims of one design in the order of its file; UnknownName names the letters there are."""
    if letter not in designs(folder):
        raise UnknownName(f"no design {letter!r}; known: {', '.join(designs(folder)) or 'none'}")
    return [claim for claim in claims(folder).values() if claim.design == letter]


def find_claim(claim_id: str, folder: Path = FOLDER) -> Claim:
    """The stored claim; UnknownName names the ids that look most like it."""
    known = claims(folder)
    if claim_id not in known:
        same = [each for each in known if each[:2] == claim_id[:2]] or list(known)
        near = get_close_matches(claim_id, same, n=8, cutoff=0.3) or same[:8]
        raise UnknownName(f"no claim {claim_id!r} among {len(known)}; the nearest: {', '.join(near) or 'none'}")
    return known[claim_id]


get = find_claim


@cache
def _files(folder: Path) -> list[tuple[Design, list[Claim]]]:
    return [_read(path) for path in sorted(folder.glob("*.toml"))]


def _read(path: Path) -> tuple[Design, list[Claim]]:
    """One file. Without a header its design is the first letter of its name."""
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
        design = _design(data.get("design", path.stem[0].upper()))
        return design, [_claim(entry, design) for entry in data.get("claim", [])]
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, TypeError, KeyError) as error:
        raise EstimationError(f"{path.name} is not a file of claims: {error}") from error


def _design(header: dict | str) -> Design:
    if isinstance(header, str):
        return Design(letter=header)
    texts = {key: value for key, value in header.items() if isinstance(value, str)}
    scale = {key: value for key, value in header.items() if isinstance(value, Number)}
    return Design(**texts, inputs=MappingProxyType(scale | header.get("inputs", {})))


def _claim(entry: dict, design: Design) -> Claim:
    against = tuple(entry.pop("against", ()))
    return Claim(design=design.letter, inputs=design.inputs, against=against, **entry)

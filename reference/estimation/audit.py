"""The audit: every claim of the published designs beside what follows from the design's own inputs, with a verdict.

A verdict on a number is computed from its formula or from the claim that it stands against. What is no number (code, schemas, protocols,
designs) carries its verdict and the reason as data, and the place where the learner sees it.
"""

from __future__ import annotations

import math
import textwrap
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from reference.estimation.claims import FOLDER, Claim, claims
from reference.estimation.errors import UnknownName, require
from reference.estimation.formulas import Number, names
from reference.estimation.numbers import human
from reference.estimation.tables import Table
from reference.estimation.units import said

TOLERANCE = 0.05  # published numbers are rounded: 5,800 for 5,787 and 12,000 for 11,574 hold
VERDICTS = ("holds", "off", "contradicts", "cannot work", "unsupported")
RELATIONS = ("equals", "exactly", "at most", "at least")
AUDIT_NOTEBOOK = "02b"


@dataclass(frozen=True, slots=True)
class Finding:
    """One claim judged. `kind`: one of VERDICTS; `verdict`: in words ("off by 3.2×: stated too low"); `place`: notebook#cell or row."""

    claim: Claim
    kind: str
    verdict: str
    because: str
    computed: Number | None = None
    ratio: float | None = None

    @property
    def place(self) -> str:
        return self.claim.shown or f"{AUDIT_NOTEBOOK}, row {self.claim.id}"

    @property
    def stated(self) -> str:
        return "" if self.claim.value is None else said(self.claim.value, self.claim.unit)


@dataclass(frozen=True, repr=False)
class Audit(Table):
    """All findings: iterate, index by claim id, `.counts()`, `.only(...)` to filter; prints and shows as a table."""

    findings: Mapping[str, Finding] = field(repr=False)
    header = ("claim", "what it says", "stated", "computed", "ratio", "verdict", "explanation", "where")

    def __iter__(self) -> Iterator[Finding]:
        return iter(self.findings.values())

    def __len__(self) -> int:
        return len(self.findings)

    def __getitem__(self, claim_id: str) -> Finding:
        if claim_id not in self.findings:
            raise UnknownName(f"no claim {claim_id!r} in this audit of {len(self)}")
        return self.findings[claim_id]

    def counts(self) -> dict[str, int]:
        """Verdict → number of claims, in the order of VERDICTS."""
        found = Counter(each.kind for each in self)
        return {kind: found[kind] for kind in VERDICTS}

    def only(self, *, design: str = "", kind: str = "", topic: str = "", text: str = "") -> Audit:
        """The findings of a design, a kind of verdict, a topic, or with a text in them; no filter keeps all."""
        require(not kind or kind in VERDICTS, f"a verdict is one of {', '.join(VERDICTS)}, not {kind!r}")
        kept = {
            each.claim.id: each
            for each in self
            if (not design or each.claim.design == design)
            and (not kind or each.kind == kind)
            and (not topic or each.claim.topic == topic)
            and text.lower() in f"{each.claim.says} {each.because} {each.claim.id}".lower()
        }
        return Audit(kept)

    def broken(self) -> Audit:
        """Every claim that does not hold, the merely unsupported ones included."""
        return Audit({each.claim.id: each for each in self if each.kind != "holds"})

    def cells(self) -> list[tuple[str, ...]]:
        return [_cells(each) for each in self]

    def __str__(self) -> str:
        return "\n".join(_paragraph(each) for each in self)


def audit(folder: Path = FOLDER) -> Audit:
    """Every stored claim judged, designs in order. Raises EstimationError for a claim whose data contradict themselves."""
    known = claims(folder)
    return Audit({claim.id: judge(claim, known) for claim in known.values()})


def judge(claim: Claim, known: Mapping[str, Claim]) -> Finding:
    """The verdict on one claim; `known`: the claims that it may stand against."""
    if claim.value is not None and claim.formula:
        return _measured(claim)
    if claim.formula:
        computed = claim.computed()
        text = claim.because or f"The design does not say so, but {claim.formula} comes to {said(computed or 0, claim.unit)}."
        return Finding(claim, "unsupported", "unsupported: never computed", text, computed)
    if (other := _comparable(claim, known)) is not None:
        return _compared(claim, other)
    if claim.verdict:
        return _stored(claim)
    require(claim.value is not None, f"{claim.id} has neither a value nor a verdict")
    return Finding(claim, "unsupported", "unsupported: an assumption", claim.because or _rests_on(claim, known))


def _measured(claim: Claim) -> Finding:
    computed, stated = claim.computed(), claim.value
    assert computed is not None and stated is not None
    require(not claim.verdict, f"{claim.id} has a formula: its verdict is computed and must not be stored")
    ratio = stated / computed if computed else math.inf
    gives = f"{_readable(claim.formula)} gives {said(computed, claim.unit)}, not {said(stated, claim.unit)}."
    if _agree(stated, computed, claim.relation):
        return Finding(claim, "holds", "holds", claim.because, computed, ratio)
    return Finding(claim, "off", off_by(ratio), f"{gives} {claim.because}".strip(), computed, ratio)


def _agree(stated: Number, computed: Number, relation: str) -> bool:
    room = TOLERANCE * abs(computed)
    if relation == "at most":  # what the design needs must stay below what it states
        return computed <= stated + room
    if relation == "at least":
        return computed >= stated - room
    if relation == "exactly":  # small whole numbers: 21 tweets on a page of 20 are one too many
        return stated == computed
    require(relation == "equals", f"no relation {relation!r}; there are: {', '.join(RELATIONS)}")
    return abs(stated - computed) <= room


def off_by(ratio: float) -> str:
    """stated / computed in words: "off by 3.2×: stated too low"."""
    if ratio <= 0 or math.isinf(ratio):
        return f"off: stated as {'nothing' if ratio <= 0 else 'something'}"
    factor = max(ratio, 1 / ratio)
    size = f"{factor - 1:.0%}" if factor < 1.5 else f"{human(float(f'{factor:.2g}'))}×"
    return f"off by {size}: stated {'too high' if ratio > 1 else 'too low'}"


def _comparable(claim: Claim, known: Mapping[str, Claim]) -> Claim | None:
    """The first claim that it stands against and that states a number in the same unit."""
    if claim.value is None:
        return None
    rivals = (known[each] for each in claim.against if each in known)
    return next((each for each in rivals if each.value is not None and each.unit == claim.unit), None)


def _compared(claim: Claim, other: Claim) -> Finding:
    assert claim.value is not None and other.value is not None
    require(not claim.verdict, f"{claim.id} is compared with {other.id}: its verdict is computed and must not be stored")
    if _agree(claim.value, other.value, "equals"):
        return Finding(claim, "holds", "holds", claim.because, other.value, claim.value / other.value if other.value else None)
    ratio = claim.value / other.value if other.value else math.inf
    text = f"{other.section} of design {other.design} states {said(other.value, other.unit)}. {claim.because}".strip()
    return Finding(claim, "contradicts", f"contradicts {other.id}", text, other.value, ratio)


def _stored(claim: Claim) -> Finding:
    require(claim.verdict in VERDICTS and claim.verdict != "off", f"{claim.id}: no verdict {claim.verdict!r} can be stored")
    require(claim.verdict != "contradicts" or bool(claim.against), f"{claim.id} contradicts nothing that it names")
    words = f"contradicts {claim.against[0]}" if claim.verdict == "contradicts" else claim.verdict
    return Finding(claim, claim.verdict, words, claim.because)


def _rests_on(claim: Claim, known: Mapping[str, Claim]) -> str:
    """How much rests on an assumption: formulas of its design that use the input which it states."""
    mine = {name for name, value in claim.inputs.items() if value == claim.value}
    users = sum(1 for each in known.values() if each.design == claim.design and each.formula and mine & names(each.formula))
    rests = f"; {users} computed claim{'s' if users != 1 else ''} of this design rest on it" if users else ""
    return f"Stated without a source or a derivation{rests}."


def _cells(each: Finding) -> tuple[str, ...]:
    computed = "" if each.computed is None else said(each.computed, each.claim.unit)
    ratio = "" if each.ratio is None else f"{each.ratio:.3g}"
    return (each.claim.id, each.claim.says, each.stated, computed, ratio, each.verdict, each.because, each.place)


def _paragraph(each: Finding) -> str:
    """For a terminal: a line with the verdict and the place, then what is said and why it is judged so."""
    lines = [f"{each.claim.id} · {each.verdict} · {each.place}", *textwrap.wrap(each.claim.says, 116), *textwrap.wrap(each.because, 116)]
    return "\n    ".join(lines)


def _readable(formula: str) -> str:
    return formula.replace("_", " ").replace(" * ", " × ").replace(" / ", " ÷ ")

"""The audit: verdicts on numbers are computed, every other verdict has its reason, and every claim a place."""

from __future__ import annotations

import json
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reference.estimation import EstimationError, UnknownName, audit
from reference.estimation.audit import TOLERANCE, VERDICTS, judge, off_by
from reference.estimation.claims import Claim, claims

EVERYTHING = audit()
NOTEBOOKS = Path(__file__).resolve().parents[2] / "notebooks"


def claim(**facts) -> Claim:
    return Claim(**{"id": "X-1-a", "design": "X", "section": "1", "says": "Something is said here.", "unit": "tweets/s", **facts})


# --- the verdicts on numbers ---


@pytest.mark.parametrize(
    ("stated", "relation", "kind", "words"),
    [
        (100, "equals", "holds", "holds"),
        (104, "equals", "holds", "holds"),
        (94, "equals", "off", "off by 6%: stated too low"),
        (320, "equals", "off", "off by 3.2×: stated too high"),
        (10, "equals", "off", "off by 10×: stated too low"),
        (200, "at most", "holds", "holds"),
        (50, "at most", "off", "off by 2×: stated too low"),
        (50, "at least", "holds", "holds"),
        (200, "at least", "off", "off by 2×: stated too high"),
        (99, "exactly", "off", "off by 1%: stated too low"),
        (100, "exactly", "holds", "holds"),
    ],
)
def test_a_number_is_judged_by_what_its_formula_gives(stated: float, relation: str, kind: str, words: str):
    found = judge(claim(value=stated, formula="a * 10", relation=relation, inputs={"a": 10}), {})
    assert (found.kind, found.verdict, found.computed) == (kind, words, 100)
    assert kind == "holds" or ("a × 10 gives 100 tweets/s" in found.because)


@given(st.floats(1e-9, 1e12), st.floats(1e-9, 1e12))
def test_a_verdict_depends_on_the_ratio_alone(stated: float, computed: float):
    found = judge(claim(value=stated, formula="a + 0", inputs={"a": computed}), {})
    assert (found.kind == "holds") == (abs(stated - computed) <= TOLERANCE * computed)
    assert found.ratio == pytest.approx(stated / computed)


def test_off_by_is_said_from_the_side_of_what_was_stated():
    assert off_by(2) == "off by 2×: stated too high"
    assert off_by(0.5) == "off by 2×: stated too low"
    assert off_by(0) == "off: stated as nothing"


def test_a_number_against_another_number_is_compared_and_not_believed():
    rival = claim(id="X-2-b", section="2", value=80)
    said = {"X-2-b": rival}
    assert judge(claim(value=100, against=("X-2-b",)), said).verdict == "contradicts X-2-b"
    assert judge(claim(value=80, against=("X-2-b",)), said).kind == "holds"
    with pytest.raises(EstimationError, match="computed and must not be stored"):
        judge(claim(value=100, against=("X-2-b",), verdict="holds", because="so"), said)


def test_a_stored_verdict_on_a_computed_number_is_refused():
    with pytest.raises(EstimationError, match="its verdict is computed"):
        judge(claim(value=1, formula="a * 1", inputs={"a": 1}, verdict="holds"), {})


@pytest.mark.parametrize("wrong", [{"verdict": "off"}, {"verdict": "nonsense"}, {"verdict": "contradicts"}, {"verdict": ""}])
def test_a_verdict_that_means_nothing_is_refused(wrong: dict):
    with pytest.raises(EstimationError):
        judge(claim(unit="", **wrong), {})


def test_an_assumption_says_how_much_rests_on_it():
    rests = claim(id="X-3-c", value=10, formula="people * 2", inputs={"people": 5})
    found = judge(claim(value=5, unit="users", inputs={"people": 5}), {"X-3-c": rests})
    assert found.kind == "unsupported" and "1 computed claim of this design rest" in found.because


# --- the whole audit ---


def test_every_claim_is_judged_once():
    assert len(EVERYTHING) == len(claims()) >= 200
    assert sum(EVERYTHING.counts().values()) == len(EVERYTHING)
    assert all(count > 0 for count in EVERYTHING.counts().values())


@pytest.mark.parametrize("letter", "ABCDE")
def test_every_design_has_claims_that_hold_and_claims_that_do_not(letter: str):
    counts = EVERYTHING.only(design=letter).counts()
    assert counts["holds"] and counts["cannot work"] and counts["contradicts"]


def test_every_verdict_but_holds_has_an_explanation_and_a_place():
    for finding in EVERYTHING.broken():
        assert len(finding.because.split()) >= 4, finding.claim.id
        assert finding.place


def test_no_verdict_on_a_number_is_typed_in():
    for finding in EVERYTHING:
        if finding.claim.formula or finding.ratio is not None:
            assert not finding.claim.verdict, finding.claim.id


@cache
def cells() -> frozenset[str]:
    """notebook#cell of every cell there is."""
    found = set()
    for path in NOTEBOOKS.glob("*.ipynb"):
        number = path.stem.split("_")[0]
        found |= {f"{number}#{cell['id']}" for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]}
    return frozenset(found)


def test_the_place_of_a_claim_is_a_cell_that_exists():
    shown = [each for each in claims().values() if each.shown]
    assert len(shown) >= 30
    assert not [f"{each.id}: {each.shown}" for each in shown if each.shown not in cells()]


@pytest.mark.parametrize(
    ("claim_id", "kind"),
    [
        ("A-3.1-write-rate", "holds"),
        ("A-1-interview-60min", "off"),
        ("C-6.2-4096-per-ms", "holds"),
        ("E-10-slots-65535", "off"),
        ("A-8.1-pull-25s", "holds"),
    ],
)
def test_what_was_checked_by_hand_comes_out_the_same(claim_id: str, kind: str):
    assert EVERYTHING[claim_id].kind == kind


def test_it_can_be_filtered_and_counted():
    some = EVERYTHING.only(design="C", kind="off")
    assert len(some) and all(each.claim.design == "C" and each.kind == "off" for each in some)
    assert len(EVERYTHING.only(text="snowflake")) < len(EVERYTHING) and len(EVERYTHING.only(design="Z")) == 0
    with pytest.raises(EstimationError, match="a verdict is one of"):
        EVERYTHING.only(kind="lies")
    with pytest.raises(UnknownName):
        EVERYTHING["A-nothing"]


def test_the_command_prints_counts_and_every_claim_that_does_not_hold():
    done = subprocess.run([sys.executable, "-m", "reference.estimation", "--audit"], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0
    assert all(kind in done.stdout for kind in VERDICTS)
    assert not [each.claim.id for each in EVERYTHING.broken() if each.claim.id not in done.stdout]

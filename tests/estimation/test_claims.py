"""The claims of the published designs are data: they parse, stand alone, and their verdicts are computed, never stored."""

from __future__ import annotations

import ast
import tomllib
from dataclasses import FrozenInstanceError, fields
from datetime import UTC, datetime
from itertools import pairwise
from math import isfinite
from pathlib import Path

import pytest

from reference.estimation.claims import FOLDER, Claim, claims, designs, find_claim, get, load
from reference.estimation.errors import EstimationError, UnknownName
from reference.estimation.formulas import evaluate, names

KINDS = {"number", "code", "schema", "design", "protocol", "contradiction"}
TOPICS = {
    "scale", "time-plan", "storage", "bandwidth", "cache", "cost", "fanout", "timeline", "pagination", "ids", "sharding", "rate-limit",
    "trends", "search", "notifications", "messaging", "media", "api", "schema", "graph", "counters", "consistency", "availability",
    "failure", "latency", "security", "operations", "architecture", "interview",
}  # fmt: skip
EVERY = list(claims().values())
ENTRY = '[[claim]]\nid = "X-1"\nsection = "1"\nsays = "Something is said."\n'
WITH_FORMULA = [claim for claim in EVERY if claim.formula]


# --- the files ---


def test_every_design_has_a_file_a_header_and_claims():
    assert list(designs()) == list("ABCDE")
    assert [path.stem for path in sorted(FOLDER.glob("*.toml"))] == list("ABCDE")
    for letter, design in designs().items():
        assert design.language in {"en", "es", "pt"}
        assert design.about.endswith(".")
        assert {"users", "daily_users", "tweets_per_day", "celebrity_threshold"} <= design.inputs.keys()
        assert len(load(letter)) >= 30


def test_the_thresholds_of_the_designs_differ_by_a_factor_of_200():
    thresholds = [design.celebrity_threshold for design in designs().values()]
    assert max(thresholds) / min(thresholds) == 200


def test_files_are_utf8_without_a_byte_order_mark():
    for path in FOLDER.glob("*.toml"):
        assert not path.read_bytes().startswith(b"\xef\xbb\xbf")
        assert "\ufffd" not in path.read_bytes().decode("utf-8")


def test_a_file_holds_no_key_that_nobody_reads():
    known = {each.name for each in fields(Claim)} - {"design", "inputs"}
    for path in FOLDER.glob("*.toml"):
        data = tomllib.loads(path.read_text(encoding="utf-8"))
        assert set(data) == {"design", "scenario", "claim"}
        assert set().union(*data["claim"]) <= known


# --- each claim ---


@pytest.mark.parametrize("letter", "ABCDE")
def test_every_claim_is_complete(letter: str):
    for claim in load(letter):
        assert claim.id.startswith(f"{letter}-")
        assert claim.says.endswith(".") and len(claim.says.split()) >= 4, claim.id
        assert claim.kind in KINDS and claim.topic in TOPICS, claim.id
        assert claim.unit or (claim.value is None and not claim.formula), f"{claim.id}: a number without a unit"


@pytest.mark.parametrize("letter", "ABCDE")
def test_an_id_names_the_section_that_it_comes_from(letter: str):
    for claim in load(letter):
        section = claim.section.lower().replace(" ", "")
        assert section and claim.id.split("-")[1] == {"heading": "head", "keytakeaways": "takeaways"}.get(section, section), claim.id


def test_what_a_claim_stands_against_exists():
    for claim in EVERY:
        assert claim.id not in claim.against
        for other in claim.against:
            assert other in claims(), f"{claim.id} points to {other}"


# --- formulas ---


def test_a_formula_evaluates_over_the_inputs_of_its_design():
    for claim in WITH_FORMULA:
        computed = claim.computed()
        assert computed is not None and isfinite(computed) and computed > 0, claim.id
        assert names(claim.formula) <= designs()[claim.design].inputs.keys()
        assert claim.ratio() == (None if claim.value is None else claim.value / computed)


def test_a_formula_is_more_than_a_number_compared_with_itself():
    for claim in WITH_FORMULA:
        assert not isinstance(ast.parse(claim.formula, mode="eval").body, ast.Name | ast.Constant), claim.id


@pytest.mark.parametrize("letter", "ABCDE")
def test_every_input_is_used(letter: str):
    used = set().union(*(names(claim.formula) for claim in load(letter) if claim.formula))
    assert set(designs()[letter].inputs) - used <= {"users", "daily_users", "tweets_per_day", "celebrity_threshold", "follows_per_user"}


def test_the_arithmetic_of_some_claims_holds_and_that_of_others_does_not():
    off = {claim.id: claim.ratio() for claim in WITH_FORMULA if claim.ratio() is not None and not 0.9 <= claim.ratio() <= 1.1}
    assert {"A-5.2-timeline-100-ids", "C-1-timeline-update-5s", "D-6-timeline-800", "E-10-slots-65535"} <= off.keys()
    assert not off.keys() & {"A-8.1-pull-25s", "C-6.2-69-years", "D-5-pull-29m", "E-2-37-hours", "A-7.5-shard-of-12345"}


# --- a few anchors, worked by hand ---


def test_the_phases_of_design_a_need_more_minutes_than_the_interview_has():
    phases = [claim.value for claim in load("A") if claim.topic == "time-plan" and claim.id.endswith("-minutes")]
    assert len(phases) == 8
    assert get("A-1-interview-60min").computed() == sum(phases) == 66


def test_one_example_id_is_born_in_two_years():
    def born(claim_id: str) -> str:
        return datetime.fromtimestamp(get(claim_id).computed() / 1000, UTC).strftime("%Y-%m-%d")

    assert born("E-7-example-time") == "2029-04-29"
    assert born("E-7-example-time-twitter") == born("C-6.2-example-time") == "2020-03-02"
    assert get("C-6.2-example-machine-1").computed() == 664


def test_ids_as_scores_collapse_into_groups():
    example = 1234567890123456789
    distinct = {float(example // 4096 * 4096 + sequence) for sequence in range(4096)}
    assert all(later - earlier == 256 for earlier, later in pairwise(sorted(distinct)))
    assert get("E-8-score-guarantees-order").computed() == 16


# --- the loader ---


def test_an_unknown_claim_is_refused_with_those_of_its_design():
    with pytest.raises(UnknownName, match=r"no claim 'B-core1-uuid'.*B-core1-uuid4") as refused:
        get("B-core1-uuid")
    assert "A-8.1" not in str(refused.value)


def test_an_unknown_design_is_refused_with_the_known_ones():
    with pytest.raises(UnknownName, match="no design 'F'; known: A, B, C, D, E"):
        load("F")


def test_a_claim_cannot_be_changed():
    with pytest.raises(FrozenInstanceError):
        find_claim("A-8.1-pull-25s").value = 1
    with pytest.raises(TypeError):
        designs()["A"].inputs["daily_users"] = 1


def test_a_claim_without_a_formula_computes_nothing():
    bare = Claim(id="X-1", design="X", section="1", says="Something.", value=3, unit="s")
    assert bare.computed() is None and bare.ratio() is None


def write(folder: Path, text: str) -> Path:
    (folder / "X.toml").write_text(text, encoding="utf-8")
    return folder


def test_the_same_id_twice_is_refused(tmp_path: Path):
    with pytest.raises(EstimationError, match="'X-1' occurs twice"):
        claims(write(tmp_path, ENTRY * 2))


@pytest.mark.parametrize("text", ["[[claim]\n", f"{ENTRY}holds = true\n", '[[claim]]\nid = "X-1"\n'])
def test_a_broken_file_is_refused_by_name(tmp_path: Path, text: str):
    with pytest.raises(EstimationError, match=r"X\.toml is not a file of claims"):
        claims(write(tmp_path, text))


@pytest.mark.parametrize(("formula", "value"), [("2 * a + 1", 7), ("a ** 2 // 2", 4), ("-a % 2", 1), ("a >> 1 | 4", 5), ("1 << a & 12", 8)])
def test_formulas_are_arithmetic(formula: str, value: int):
    assert evaluate(formula, {"a": 3}) == value


REFUSED = [
    "__import__('os')",
    "a.real",
    "[1][0]",
    "'a'",
    "open(a)",
    "True",
    "a <",
    "b",
    "1 / (a - 3)",
    "2 ** 5000",
    "1 << -1",
    "1 if a else 2",
]


@pytest.mark.parametrize("formula", REFUSED)
def test_what_is_not_arithmetic_is_refused(formula: str):
    with pytest.raises(EstimationError, match="formula"):
        evaluate(formula, {"a": 3})

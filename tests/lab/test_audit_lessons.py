"""What the notebook on the audit runs: shards, a bucket, a failover; the verdicts that it counts."""

from __future__ import annotations

from math import inf

import pandas as pd
import pytest

from reference.estimation.audit import Audit, audit, judge
from reference.estimation.claims import Claim, find_claim, load
from reference.lab import audit_lessons as lessons
from reference.lab import verdicts

USERS = pd.DataFrame({"id": [1, 2, 3, 5], "username": ["ann", "bob", "cem", "eve"]})


# --- the hunt ---


def test_a_foreign_key_finds_the_followee_on_its_own_shard_only():
    shards = lessons.Shards(USERS, count=2)
    assert shards.follow(1, 3) == ""
    assert "foreign key" in shards.follow(1, 2)


def test_the_same_foreign_key_takes_every_follow_on_one_server():
    one = lessons.Shards(USERS, count=1)
    assert [one.follow(1, 2), one.follow(2, 5)] == ["", ""]
    assert "foreign key" in one.follow(1, 99)


def test_unique_holds_within_a_shard_and_not_between_two():
    shards, statement = lessons.Shards(USERS, count=2), "INSERT INTO users VALUES (?, 'zoe')"
    assert shards.takes(10, statement, [10]) == "" == shards.takes(11, statement, [11])
    assert "username: zoe" in shards.takes(12, statement, [12])


def test_each_attempt_passes_its_bucket_to_the_next():
    seen: list[tuple[object, float]] = []

    def step(bucket, now_s):
        seen.append((bucket, now_s))
        return (len(seen), now_s), len(seen) % 2 == 0

    hours, passed = lessons.admitted(step, every_s=10, day_s=40, sample_s=20)
    assert seen == [(None, 0), ((1, 0), 10), ((2, 10), 20), ((3, 20), 30)]
    assert passed == [0, 1, 2] and hours == [0, 20 / 3600, 40 / 3600]


def test_the_mended_bucket_lets_through_what_it_holds_and_what_comes_back():
    assert lessons.admitted(lessons.mended_bucket)[1][-1] == 50 + 49
    assert lessons.admitted(lessons.mended_bucket, day_s=1_728)[1][-1] == 50
    assert lessons.admitted(lessons.mended_bucket, every_s=1_728, day_s=86_400)[1][-1] == 50


@pytest.mark.parametrize(("lag_s", "lost"), [(0, 0), (0.5, 5), (2, 20)])
def test_a_failover_loses_what_was_acknowledged_within_the_lag(lag_s, lost):
    assert lessons.lost_in_failover(10, lag_s, wait_for_replica=False) == (lost, 0)
    assert lessons.lost_in_failover(10, lag_s, wait_for_replica=True) == (0, lag_s)


# --- what is counted ---


def number(says_value: float, formula: str, relation: str = "equals"):
    claim = Claim(
        "X-1", "X", "1", "It is so much.", value=says_value, unit="s", formula=formula, relation=relation, kind="number", topic="scale"
    )
    return judge(claim, {})


def test_a_number_is_checkable_only_beside_another():
    bare = judge(Claim("X-2", "X", "1", "It is seven.", value=7, unit="s"), {})
    assert verdicts.checkable([number(6, "2 * 3"), bare]) == [number(6, "2 * 3")]


@pytest.mark.parametrize(
    ("stated", "formula", "relation", "factor"),
    [
        (6, "2 * 3", "equals", 1),
        (12, "2 * 3", "equals", 2),
        (3, "2 * 3", "equals", 2),
        (12, "2 * 3", "at most", 1),
        (3, "2 * 3", "at most", 2),
        (3, "2 * 3", "at least", 1),
        (12, "2 * 3", "at least", 2),
        (7, "2 * 3", "exactly", inf),
        (0, "2 * 3", "equals", inf),
    ],
)
def test_how_far_a_number_is_off_respects_its_relation(stated, formula, relation, factor):
    assert verdicts.off_factor(number(stated, formula, relation)) == factor


def test_at_the_tolerance_of_the_audit_as_many_hold_as_the_audit_says():
    numbers = verdicts.checkable(audit())
    within = sum(verdicts.off_factor(each) <= verdicts.ROUNDING for each in numbers)
    assert abs(within - sum(each.kind == "holds" for each in numbers)) <= 1  # 1 / 0.95 is a little more than 1.05


def test_the_bars_hold_every_claim_once():
    findings = audit()
    counts = verdicts.counts_by(findings, lambda each: each.claim.design)
    figure = verdicts.design_figure(counts, "all")
    assert list(counts) == list("ABCDE")
    assert sum(sum(trace.x) for trace in figure.data) == len(findings)


def test_topics_stand_in_the_order_of_what_breaks():
    figure = verdicts.topic_figure(audit(), most=5)
    broken = [sum(numbers) for numbers in zip(*(trace.x for trace in figure.data if trace.name != "holds"), strict=True)]
    assert len(broken) == 5 and broken == sorted(broken, reverse=True)


def test_kinds_are_judged_without_the_unsupported():
    findings = {
        each.claim.id: each for each in (number(6, "2 * 3"), judge(Claim("X-3", "X", "1", "So.", kind="code", verdict="unsupported"), {}))
    }
    findings["X-4"] = judge(Claim("X-4", "X", "1", "So.", kind="code", verdict="cannot work"), {})
    table = verdicts.kind_table(Audit(findings))
    assert table["holds, %"].to_dict() == {"checkable numbers": 100, "code": 0} and "unsupported" not in table


def test_shared_slips_are_made_by_several_designs_and_hold_in_none():
    findings = audit()
    for slip, ids in verdicts.SHARED.items():
        assert all(findings[each].kind != "holds" for each in ids), slip
        assert len(verdicts.shared_by(slip, findings).split()) == len(ids) >= 2, slip
    assert verdicts.shared_table(findings).count("\n") == len(verdicts.SHARED) + 1


# --- designs beside each other, and two readings ---


def test_each_dial_is_stated_by_several_designs_in_one_unit():
    for ids in lessons.DISPUTED.values():
        stated = [find_claim(each) for each in ids]
        assert len({each.design for each in stated}) >= 4 and all(each.value for each in stated)
        assert len({each.unit.split("/")[0] for each in stated} - {"ids"}) == 1


def test_the_lowest_of_each_dial_stands_at_one():
    points = [(y, x) for trace in lessons.disputed_figure().data for x, y in zip(trace.x, trace.y, strict=True)]
    assert {dial: min(x for y, x in points if y == dial) for dial in lessons.DISPUTED} == dict.fromkeys(lessons.DISPUTED, 1)


def test_two_readings_that_overlap_wholly_missed_nothing():
    assert lessons.Readings(first=0, second=0, both=9).missed == 0
    assert lessons.Readings(first=10, second=20, both=100).missed == 2


def test_no_design_lost_claims_since_its_readings():
    table = lessons.readings_table()
    assert (table["found later"] >= 0).all()
    assert table.loc["C", "in the audit"] == len(load("C")) and table.loc["all", "in the audit"] == len(audit())

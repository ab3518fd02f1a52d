"""The benchmarks' own arithmetic: ratios are taken within a round, verdicts follow targets, the table shows both."""

from __future__ import annotations

from tests.benchmarks.harness import interleave, median_ratio, report, row, table


def rounds_of(*figures: float):
    remaining = iter(figures)
    return lambda: next(remaining)


def test_measures_take_turns_and_the_first_round_only_warms_up() -> None:
    order: list[str] = []
    measures = {name: lambda name=name: float(order.append(name) or len(order)) for name in ("a", "b")}
    figures = interleave(measures, rounds=2)
    assert order == ["a", "b"] * 3
    assert figures == {"a": [3.0, 5.0], "b": [4.0, 6.0]}


def test_a_ratio_is_the_median_of_the_rounds_ratios_and_not_the_ratio_of_medians() -> None:
    figures = interleave({"ours": rounds_of(2, 30, 4), "naive": rounds_of(1, 10, 4)}, rounds=3, warm_up=False)
    assert median_ratio(figures, "ours", "naive") == 2


def test_a_missed_target_fails_the_report_and_shows(capsys) -> None:
    figures = {"ours": [13.0], "naive": [10.0]}
    met, missed = (row(figures, "ours", "ids/s", "naive", at_least=least) for least in (1.3, 1.4))
    assert (met.verdict, missed.verdict, row(figures, "naive", "ids/s").verdict) == ("PASS", "FAIL", "")
    assert report([met]) == 0 and report([met, missed], "Ids") == 1
    printed = capsys.readouterr().out
    assert "1.300 ×" in printed and "≥ 1.4 × naive" in printed and "FAIL" in printed
    assert len({len(line) for line in table([met, missed]).splitlines()[1:]}) == 1

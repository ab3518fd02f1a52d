"""The table of all claims: what one filters is what one sees, links lead to cells, nothing waits."""

from __future__ import annotations

import json
import re
from time import perf_counter

import pytest

from reference.estimation.audit import VERDICTS, audit
from reference.study.audit_table import HEADLESS_ROWS, NOTEBOOKS, PAGE_ROWS, AuditView, audit_table, counted, place_html, rows_html


def shown(view: AuditView) -> str:
    return view.rows.outputs[0]["data"]["text/html"]


def ids(view: AuditView) -> list[str]:
    return re.findall(r"<tr><td[^>]*>([^<]+)<br>", shown(view))


@pytest.fixture
def view(in_lab) -> AuditView:
    return audit_table().view


def test_without_a_filter_the_first_page_of_everything_is_shown(view):
    assert ids(view) == [each.claim.id for each in audit()][:PAGE_ROWS]
    assert f"{len(audit()):,} claims" in view.count.value and 'aria-live="polite"' in view.count.value


def test_filters_narrow_together(view):
    view.design.value, view.verdict.value, view.topic.value = "C", "cannot work", "rate-limit"
    expected = audit().only(design="C", kind="cannot work", topic="rate-limit")
    assert 1 < len(expected) < PAGE_ROWS and ids(view) == list(expected.findings)
    view.words.value = "BUCKET "
    assert set(ids(view)) < set(expected.findings) and all("bucket" in f"{view.shown[each]}".lower() for each in ids(view))


def test_what_fits_nothing_says_so(view):
    view.words.value = "no claim has these words"
    assert "Nothing fits" in shown(view) and counted(view.shown) in view.count.value and "0 claims." in view.count.value


def test_pages_turn_and_stop_at_both_ends(view):
    view.design.value = "D"
    seen = ids(view)
    view.earlier.click()
    assert ids(view) == seen
    for _ in range(len(view.shown) // PAGE_ROWS + 3):
        view.later.click()
    assert ids(view)[-1] == list(view.shown)[-1].claim.id and "Rows" in view.count.value
    view.earlier.click()
    assert len(ids(view)) == PAGE_ROWS


def test_a_new_filter_starts_at_its_first_row(view):
    view.later.click()
    view.verdict.value = "off"
    assert ids(view) == list(audit().only(kind="off").findings)[:PAGE_ROWS]


def test_every_verdict_can_be_chosen(view):
    assert [value for _, value in view.verdict.options] == ["", *VERDICTS]


def test_links_lead_to_cells_that_exist():
    run = [each for each in audit() if each.claim.shown]
    assert run
    for each in run:
        short, _, cell = each.claim.shown.partition("#")
        found = re.fullmatch(rf'<a href="(.+)#cell-id={cell}">{short}</a>', place_html(each))
        assert found, each.claim.id
        cells = json.loads((NOTEBOOKS / found[1]).read_text(encoding="utf-8"))["cells"]
        assert cell in {one["id"] for one in cells}, each.claim.id


def test_a_claim_that_no_cell_runs_is_its_own_place():
    assert {place_html(each) for each in audit() if not each.claim.shown} == {"this row"}


def test_rows_are_made_safe_for_html():
    assert all(html.count("<tr>") == 2 and "<script" not in html for html in (rows_html([each]) for each in audit()))


def test_in_a_headless_run_it_prints_counts_and_the_first_rows_the_same_each_time(headless, capsys):
    table = audit_table()
    assert table.widget is None
    table._ipython_display_()
    first = capsys.readouterr().out
    audit_table()._ipython_display_()
    assert capsys.readouterr().out == first and counted(audit()) in first
    assert len(first.strip().splitlines()) == HEADLESS_ROWS + 1


@pytest.mark.slow
@pytest.mark.timed
def test_a_filter_redraws_in_a_tenth_of_a_second(view):
    took_s = []
    for words in ("t", "ti", "tim", "time", "timel", "timeline", ""):
        start = perf_counter()
        view.words.value = words
        took_s.append(perf_counter() - start)
    assert sorted(took_s)[len(took_s) // 2] < 0.1

from __future__ import annotations

import pytest
from IPython.utils.capture import capture_output

from reference.study import assumptions, claim, claims, find_claim, ladder, opening
from reference.twitter.errors import InvalidInput, NotFound


def html(show, *arguments, **options) -> str:
    from IPython.core.interactiveshell import InteractiveShell

    InteractiveShell.instance()
    try:
        with capture_output() as captured:
            show(*arguments, **options)
        return captured.outputs[0].data["text/html"]
    finally:
        InteractiveShell.clear_instance()


def test_the_strip_marks_one_phase_as_here():
    page = html(opening, "dEep dive", core_min=50, more_min=20, say=["why `push`"], prerequisites=["02"])
    assert page.count('aria-current="step"') == 1 and "dEep dive · you are here" in page
    assert "<b>50 minutes</b> for the core, 20 more" in page and "<code>push</code>" in page
    assert 'aria-current="step"' not in html(opening, "Start", core_min=10).split("</style>")[1]


def test_assumptions_group_numbers_and_escape_text():
    page = html(assumptions, [("followers", 30_000_000, "people", "A <1>")])
    assert "30,000,000" in page and "A &lt;1&gt;" in page
    with pytest.raises(InvalidInput, match="4 cells"):
        assumptions([("followers", 1)])


def test_a_ladder_folds_every_model_answer():
    page = html(ladder, "07b/ladder", "Why?", [("mid", "What?", "A mix."), ("staff", "If not?", "One.\n\nTwo.")])
    assert page.count("<details>") == 2 and "<p>One.</p><p>Two.</p>" in page
    with pytest.raises(InvalidInput, match="intern"):
        ladder("x", "?", [("intern", "?", "!")])


def test_a_claim_card_asks_before_it_tells():
    page = html(claim, "C", "Deep dive 2", "10 K is best.", verdict="It is not.")
    assert page.index("What is wrong here?") < page.index("<details>") < page.index("It is not.")


def test_claims_are_read_from_data_and_named_when_missing(tmp_path):
    (tmp_path / "C.toml").write_text('[[claim]]\nid = "C-1"\nsection = "2"\nsays = "x"\nvalue = 10_000\nunit = "followers"\nkind = "number"\n', encoding="utf-8")
    assert find_claim("C-1", tmp_path).design == "C" and claims(tmp_path)["C-1"].value == 10_000
    with pytest.raises(NotFound, match="C-1"):
        find_claim("C-9", tmp_path)


def test_a_claim_id_that_occurs_twice_names_the_file(tmp_path):
    for name in ("A.toml", "B.toml"):
        (tmp_path / name).write_text('[[claim]]\nid = "1"\nsays = "x"\nsection = "s"\n', encoding="utf-8")
    with pytest.raises(InvalidInput, match="B.toml"):
        claims(tmp_path)
    (tmp_path / "C.toml").write_text("[[claim", encoding="utf-8")
    claims.cache_clear()
    (tmp_path / "B.toml").unlink()
    with pytest.raises(InvalidInput, match="C.toml"):
        claims(tmp_path)

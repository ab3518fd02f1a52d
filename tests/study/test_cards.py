from __future__ import annotations

import pytest
from IPython.utils.capture import capture_output

from reference.estimation.errors import UnknownName
from reference.study import Claim, assumptions, claim, opening
from reference.twitter.errors import InvalidInput


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


def test_a_claim_card_asks_before_it_tells():
    page = html(claim, "C", "Deep dive 2", "10 K is best.", verdict="It is not.")
    assert page.index("What is wrong here?") < page.index("<details>") < page.index("It is not.")


def test_a_stored_claim_brings_its_own_words_and_hint():
    stored = Claim(id="C-1", design="C", section="Deep dive 2", says="10 K is best.", look="Where does the cost go?")
    page = html(claim, stored, verdict="It is not.")
    assert "Design C, Deep dive 2" in page and "Where does the cost go?" in page
    with pytest.raises(UnknownName):
        claim("no such claim")

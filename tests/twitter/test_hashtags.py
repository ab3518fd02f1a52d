"""What a tweet refers to: every script, every border."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reference.lab import hashtags as lab_hashtags
from reference.lab import workload
from reference.twitter.hashtags import Entities, extract, fold, hashtags_of


@pytest.mark.parametrize(
    "tag",
    [
        "उत्तरप्रदेश",
        "मानसून",
        "चंद्रयान",
        "ประเทศไทย",
        "أمطار_اليوم",
        "می\u200cخواهم",
        "地震速報",
        "ひらがな",
        "한국어",
        "Ελλάδα",
        "Straße",
        "100days",
        "a1",
        "_x",
        "தமிழ்",
    ],
)
def test_a_tag_is_whole_in_every_script(tag: str) -> None:
    assert extract(f"so #{tag}, yes").hashtags == (unicodedata.normalize("NFC", tag),)


def test_pythons_own_word_characters_would_cut_devanagari() -> None:
    import re

    assert re.findall(r"#(\w+)", "#उत्तरप्रदेश") != ["उत्तरप्रदेश"]
    assert hashtags_of("#उत्तरप्रदेश") == ["उत्तरप्रदेश"]


@pytest.mark.parametrize(
    "text",
    [
        "#",
        "# tag",
        "#1",
        "#2024",
        "#१२३",
        "a#b",
        "5#b",
        "é#b",
        "&#39;",
        "AT&#x",
        "x/#y",
        "_#y",
        "#!",
        "उ#तर",
        "#️⃣",
        "https://a.example/p#top",
        "http://a.example/?q=#top",
    ],
)
def test_what_looks_like_a_tag_and_is_none(text: str) -> None:
    assert extract(text).hashtags == ()


def test_a_tag_counts_once_for_each_tweet_in_the_first_spelling() -> None:
    assert extract("#NBA #nba #Nba #final").hashtags == ("NBA", "final")
    assert extract("#Cafe\u0301 #café").hashtags == ("Café",)
    assert hashtags_of("#STRASSE #straße") == ["strasse"]


def test_punctuation_ends_a_tag() -> None:
    assert extract("(#one) #two, #three. “#four” #five's #six-pack ＃七夕!").hashtags == (
        "one",
        "two",
        "three",
        "four",
        "five",
        "six",
        "七夕",
    )


def test_cashtags_and_mentions_are_apart() -> None:
    found = extract("@Ada buys $twtr and $BRK.A not $100 or US$5 or #stocks, mail me@example.org, cc @bob_2!")
    assert found == Entities(("stocks",), ("TWTR", "BRK.A"), ("ada", "bob_2"))
    assert extract("@" + "x" * 16).mentions == ()
    assert extract("$TOOLONGX $A1").cashtags == ()


def test_a_text_without_marks_is_not_even_parsed() -> None:
    assert extract("nothing here") == Entities()


def test_the_tags_of_the_dataset_are_those_in_its_texts() -> None:
    tweets = workload.load("small").tweets
    wrong = [
        text for text, tags in zip(tweets["text"], tweets["hashtags"], strict=True) if sorted(hashtags_of(text)) != sorted(tags.split())
    ]
    assert wrong == []


def test_the_generator_folds_as_the_system_does() -> None:
    assert lab_hashtags.casefolded is fold


@given(st.text())
def test_folding_twice_changes_nothing_and_extraction_never_fails(text: str) -> None:
    assert fold(fold(text)) == fold(text)
    tags = hashtags_of(text)
    assert len(set(tags)) == len(tags)


@given(st.lists(st.sampled_from(["उत्तर", "ไทย", "NBA", "nba", "地震", "a_b"]), min_size=1, max_size=5))
def test_tags_parted_by_blanks_come_back(tags: list[str]) -> None:
    assert hashtags_of(" ".join(f"#{tag}" for tag in tags)) == list(dict.fromkeys(map(fold, tags)))

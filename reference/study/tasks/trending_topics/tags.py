"""Laws of finding hashtags in a text, in every script: what is in a tag, what is one tag, what is none."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from reference.contracts import Broken, Contract, Report
from reference.study.answers import call, called, plain
from reference.study.task import Trial

DEADLINE_S, PATIENCE_S = 2.0, 0.4
JOINERS = ("-", "·", "’", "+")
PIECES = ("#", "#", "#", "a", "Z", "9", "_", "é", "e\u0301", "ß", "नी", "ไทย", "日本", " ", " ", "!", "/", "&", ".", "👍", "\u0301")


def draw_tags(rng: np.random.Generator) -> Mapping[str, Any]:
    return {"joiner": JOINERS[int(rng.integers(len(JOINERS)))], "most": int(rng.integers(4, 8))}


@dataclass(frozen=True)
class Asked:
    answer: Any
    trial: Trial

    def finds(self, text: str, *tags: str, hint: str | None = None) -> None:
        """`text`, with J for the joiner, must give these tags."""
        joiner = self.trial.variant.joiner
        self.gives(text.replace("J", joiner), [tag.replace("J", joiner) for tag in tags], hint)

    def gives(self, text: str, right: list[str], hint: str | None = None) -> None:
        got = plain(call(self.answer, text))
        if got != tuple(right):
            raise Broken(f"{right}", f"{list(got) if isinstance(got, tuple) else got!r}", hint, called(self.answer, text))


tags: Contract[Asked] = Contract("hashtags of a text")


@tags.behaviour(
    why="It is what is counted: everything behind it believes what is found here.",
    hint="From the mark on, as long as the characters belong to a tag.",
)
def a_tag_is_what_follows_the_mark(asked: Asked) -> None:
    asked.finds("no tag at all")
    asked.finds("")
    asked.finds("#five and #four, (#six)!", "five", "four", "six")
    asked.finds("#snake_case #x2", "snake_case", "x2")


@tags.behaviour(
    why="Hindi, Thai and Arabic write vowels as combining marks, which `\\w` leaves out: a town's largest burst is counted as one letter.",
    hint="Take letters, marks and digits by Unicode category: `unicodedata.category(c)[0]` in L, M, N.",
)
def every_script_comes_whole(asked: Asked) -> None:
    asked.finds("#उत्तरप्रदेश", "उत्तरप्रदेश")
    asked.finds("วันนี้ #สวัสดี ครับ", "สวัสดี")
    asked.finds("#地震速報 #أمطار_اليوم", "地震速報", "أمطار_اليوم")


@tags.behaviour(
    why="A phone number, a price and a keycap are no topics. They would lead the list on every first of the month.",
    hint="At least one character of category L; marks and digits alone make no tag.",
)
def a_tag_has_a_letter(asked: Asked) -> None:
    asked.finds("#1 #2026 #_ #____ # #! #7_7", hint=None)
    asked.finds("#2026wc is one", "2026wc")
    asked.finds("press #\ufe0f\u20e3 now", hint="A keycap is # and two marks (category M): without a letter it is no tag.")


@tags.behaviour(
    why="Addresses and HTML are full of #: `page#comments`, `&#39;`. None of them is somebody's topic.",
    hint="Look at the character before the mark: a letter, mark, digit, `_`, `/` or `&` means that no tag begins here.",
)
def inside_a_word_or_an_address_no_tag_begins(asked: Asked) -> None:
    asked.finds("C#sharp page#part 9#x _#y")
    asked.finds("a.example/#part it&#x27s")
    asked.finds("न\u0940#x cafe\u0301#y")
    asked.finds('(#a) "#b" .#c', "a", "b", "c")


@tags.behaviour(
    why="That is the rule of this exercise: without it the name is cut, and its first half trends as something else.",
    hint="The joiner belongs to a tag only between two characters of the tag: look one further before you take it.",
)
def the_joiner_stands_between_two_characters_of_a_tag(asked: Asked) -> None:
    asked.finds("#covidJ19 #aJbJc", "covidJ19", "aJbJc")
    asked.finds("#endJ #twoJJin #Jfirst", "end", "two", hint="At the end, doubled, or first it does not belong to the tag.")
    asked.finds("#20J20 #9Jx", "9Jx")
    asked.finds("#aJ#b", "a", "b")


@tags.behaviour(
    why="Who writes #win #win #win has used it once. Counted three times, one tweet weighs three.",
    hint="Compare the folded forms, and keep the order in which they first come.",
)
def a_tag_counts_once_in_a_text(asked: Asked) -> None:
    asked.finds("#b #a #b #c #a", "b", "a", "c")


@tags.behaviour(
    why="#NBA, #Nba and #nba are one topic; counted apart, none of them trends.",
    hint="`casefold`, which knows ß and final sigma as `lower` does not; then NFC, so that é is one character, however it was typed.",
)
def one_topic_is_one_tag(asked: Asked) -> None:
    asked.finds("#NBA", "nba")
    asked.finds("#Straße #STRASSE", "strasse")
    asked.finds("#CAFÉ", "café")
    asked.finds("#cafe\u0301 #Café", "café")
    asked.finds("#ΌΣΟΣ #όσος", unicodedata.normalize("NFC", "ΌΣΟΣ".casefold()))
    asked.finds("#\u0390", "\u0390", hint="Casefolding takes some letters apart (ΐ): NFC comes after it.")


@tags.behaviour(
    why="A tweet with thirty tags is about none of them: it wants to be found. Only its first few count.",
    hint="Cut the list after `most` *different* tags.",
)
def only_the_first_tags_count(asked: Asked) -> None:
    most = asked.trial.variant.most
    names = [f"tag{chr(97 + n)}" for n in range(most + 3)]
    asked.finds(" ".join(f"#{name}" for name in names), *names[:most])
    asked.finds("#taga " * most + "#other", "taga", "other", hint="Repetitions do not use up the places of other tags.")
    asked.finds("#9 " * most + "#word", "word", hint="What is no tag uses up no place.")


@tags.behaviour(
    why="People type what nobody thinks of.",
    hint="Go through the text by hand, character by character: does a tag begin here, does this character belong to it?",
)
def any_text_gives_its_tags(asked: Asked) -> None:
    rng, v = asked.trial.rng, asked.trial.variant
    pieces = (*PIECES, v.joiner, v.joiner)
    for _ in range(400 if asked.trial.hidden else 120):
        text = "".join(pieces[place] for place in rng.integers(len(pieces), size=int(rng.integers(2, 18))))
        asked.gives(text, right(text, v.joiner, v.most))


def right(text: str, joiner: str, most: int) -> list[str]:
    """The tags of `text` by the rule as it is asked."""
    found: dict[str, None] = {}
    for place, character in enumerate(text):
        if character == "#" and not (place and (_belongs(text[place - 1]) or text[place - 1] in "/&")):
            end = place + 1
            while end < len(text) and (_belongs(text[end]) or _joins(text, end, place, joiner)):
                end += 1
            tag = text[place + 1 : end]
            if any(unicodedata.category(c)[0] == "L" for c in tag):
                found[unicodedata.normalize("NFC", unicodedata.normalize("NFC", tag).casefold())] = None
    return list(found)[:most]


def _belongs(character: str) -> bool:
    return character == "_" or unicodedata.category(character)[0] in "LMN"


def _joins(text: str, place: int, mark: int, joiner: str) -> bool:
    inside = place > mark + 1 and _belongs(text[place - 1]) and place + 1 < len(text) and _belongs(text[place + 1])
    return text[place] == joiner and inside


def judge_tags(answer: Any, trial: Trial) -> Report:
    return tags.run(Asked(answer, trial), deadline_s=DEADLINE_S, patience_s=PATIENCE_S)

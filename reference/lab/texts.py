"""Texts of tweets: short sentences in the author's language, mentions, hashtags, emoji. NFC, 1–280 characters."""

from __future__ import annotations

import unicodedata
from functools import cache

import numpy as np

from reference.lab.hashtags import LANGUAGES
from reference.lab.phrases import BOT_FRAMES, EMOJI, FRAMES, WORDS
from reference.twitter.model import MAX_TWEET_CHARS

SENTENCES = (0.55, 0.85)  # one sentence below the first, two below the second, else three
EMOJI_SHARE = 0.22
CAPITALISED_TAGS_SHARE = 0.3
DRAWS_PER_TEXT = 12


def make_texts(
    language: np.ndarray, mention: list[str | None], tags: list[list[str]], bot: np.ndarray, rng: np.random.Generator
) -> list[str]:
    """One text per tweet. `language`: positions in LANGUAGES; `mention`: a username or None; `tags`: without '#'; `bot`: copy-paste."""
    chance = rng.random((len(language), 3)).tolist()
    draws = rng.integers(0, 1 << 16, (len(language), DRAWS_PER_TEXT)).tolist()
    texts = []
    for number, user, own_tags, is_bot, (many, smile, loud), pick in zip(
        language.tolist(), mention, tags, bot.tolist(), chance, draws, strict=True
    ):
        sentences = [BOT_FRAMES[pick[0] % len(BOT_FRAMES)]] if is_bot else _sentences(LANGUAGES[number], many, pick)
        ending = [f"#{tag.capitalize() if loud < CAPITALISED_TAGS_SHARE else tag}" for tag in own_tags]
        if smile < EMOJI_SHARE:
            ending.append(EMOJI[pick[-1] % len(EMOJI)])
        texts.append(_assemble([f"@{user}"] if user else [], sentences, ending))
    return texts


def _assemble(opening: list[str], sentences: list[str], ending: list[str]) -> str:
    """Joined by spaces; sentences are left out from the end until the text fits."""
    while len(text := " ".join(opening + sentences + ending)) > MAX_TWEET_CHARS and len(sentences) > 1:
        sentences = sentences[:-1]
    return text


def _sentences(language: str, many: float, pick: list[int]) -> list[str]:
    frames, words = _vocabulary(language)
    count = 1 + sum(many >= bound for bound in SENTENCES)
    chosen = []
    for i in range(count):
        frame = frames[pick[i] % len(frames)]
        for slot in range(frame.count("{w}")):
            frame = frame.replace("{w}", words[pick[3 + 2 * i + slot] % len(words)], 1)
        chosen.append(frame)
    return chosen


@cache
def _vocabulary(language: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    def nfc(text: str) -> str:
        return unicodedata.normalize("NFC", text)

    return tuple(map(nfc, FRAMES[language])), tuple(nfc(WORDS[language]).split())

"""Texts of tweets: short sentences in the author's language, mentions, hashtags, emoji. NFC, 1–280 characters."""

from __future__ import annotations

import unicodedata
from functools import cache

import numpy as np

from reference.lab.hashtags import LANGUAGES
from reference.lab.phrases import BOT_FRAMES, EMOJI, FRAMES, WORDS
from reference.twitter.model import MAX_TWEET_CHARS

SENTENCES = (0.55, 0.83, 0.97)  # one sentence below the first, two below the second, three below the third, else many
MANY_SENTENCES = 8  # as many of them as fit
FULL_STOP = {"ja": "。", "hi": "।"}
EMOJI_SHARE = 0.22
CAPITALISED_TAGS_SHARE = 0.3
DRAWS_PER_TEXT = 3 * MANY_SENTENCES + 1


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
    count = 1 + sum(many >= bound for bound in SENTENCES[:-1]) if many < SENTENCES[-1] else MANY_SENTENCES
    chosen = []
    for frame_pick, first, second in zip(pick[:count], pick[MANY_SENTENCES:], pick[2 * MANY_SENTENCES :], strict=False):
        frame = frames[frame_pick % len(frames)]
        one = first % len(words)
        other = (one + 1 + second % (len(words) - 1)) % len(words)
        frame = frame.replace("{w}", words[one], 1).replace("{w}", words[other], 1)
        chosen.append(frame if count == 1 or frame[-1] in "?？؟" else frame + FULL_STOP.get(language, "."))
    return chosen


@cache
def _vocabulary(language: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    def nfc(text: str) -> str:
        return unicodedata.normalize("NFC", text)

    return tuple(map(nfc, FRAMES[language])), tuple(nfc(WORDS[language]).split())

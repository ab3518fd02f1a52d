"""Casefolding takes some letters apart"""

import unicodedata


def tags_of(text: str) -> list[str]:
    """The hashtags of `text`, as they are counted. Use trend_tags.joiner and trend_tags.most."""
    belongs = [c == "_" or unicodedata.category(c)[0] in "LMN" for c in text] + [False]
    found = {}
    for start, character in enumerate(text):
        before = text[start - 1] if start else " "
        if character != "#" or before in "/&" or (start and belongs[start - 1]):
            continue
        end = start + 1
        while belongs[end] or (text[end : end + 1] == trend_tags.joiner and belongs[end - 1] and belongs[end + 1]):
            end += 1
        tag = text[start + 1 : end]
        if any(unicodedata.category(c)[0] == "L" for c in tag):
            folded = unicodedata.normalize("NFC", tag).casefold()
            found[folded] = None
    return list(found)[: trend_tags.most]

"""One pattern with Unicode categories, from the library `regex`."""

import unicodedata

import regex


def tags_of(text: str) -> list[str]:
    inside, joiner = r"[\p{L}\p{M}\p{N}_]", regex.escape(trend_tags.joiner)
    found = {}
    for match in regex.finditer(rf"(?<![\p{{L}}\p{{M}}\p{{N}}_/&])#({inside}+(?:{joiner}{inside}+)*)", text):
        if regex.search(r"\p{L}", match[1]):
            found[unicodedata.normalize("NFC", unicodedata.normalize("NFC", match[1]).casefold())] = None
    return list(found)[: trend_tags.most]

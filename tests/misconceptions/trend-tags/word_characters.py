"""every script comes whole"""

import re
import unicodedata


def tags_of(text):
    joiner = re.escape(trend_tags.joiner)
    found = re.findall(rf"(?<![\w/&])#(\w+(?:{joiner}\w+)*)", text)
    folded = [unicodedata.normalize("NFC", tag.casefold()) for tag in found if any(c.isalpha() for c in tag)]
    return list(dict.fromkeys(folded))[: trend_tags.most]

"""that is the course's own"""

from reference.twitter.hashtags import hashtags_of


def tags_of(text):
    return hashtags_of(text)[: trend_tags.most]

"""What was tweeted: eight days of posts (who, when, which tags), of which the last two become tweets with ids and texts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from reference.lab import activity, bursts, hashtags, texts

if TYPE_CHECKING:
    import pandas as pd

MENTION_SHARE = 0.15


@dataclass(frozen=True, slots=True)
class Posts:
    """Posts by time, parallel arrays: `author` (position of the user), `at_ms`, `language` (position in LANGUAGES), `bot`.

    Tags as pairs ordered by post: `tag_post` (position of the post), `tag` (position in `tag_names`, which is sorted).
    """

    author: np.ndarray
    at_ms: np.ndarray
    language: np.ndarray
    bot: np.ndarray
    tag_post: np.ndarray
    tag: np.ndarray
    tag_names: np.ndarray

    def since(self, start_ms: int) -> Posts:
        """Those from `start_ms` on."""
        first = int(np.searchsorted(self.at_ms, start_ms))
        kept = int(np.searchsorted(self.tag_post, first))
        parts = (self.author[first:], self.at_ms[first:], self.language[first:], self.bot[first:])
        return Posts(*parts, self.tag_post[kept:] - first, self.tag[kept:], self.tag_names)


def draw_posts(
    crowd: bursts.Crowd, offset_ms: np.ndarray, planned: list[bursts.Burst], start_ms: int, days: int, rng: np.random.Generator
) -> Posts:
    """Everyday posts of the crowd, each with 0–3 tags, and those of the planned bursts, each with the burst's tag."""
    author, at_ms = activity.draw_events(crowd.tweets_per_day, offset_ms, start_ms, days, rng)
    language = crowd.language[author]
    tag_post, tag, names = hashtags.draw_tags(language, rng)
    all_names = np.array(sorted({*names.tolist(), *(burst.tag for burst in planned)}), dtype=object)
    position = {name: i for i, name in enumerate(all_names.tolist())}
    size = np.array([len(burst.author) for burst in planned], dtype=np.int64)
    burst_tag = np.repeat(np.array([position[burst.tag] for burst in planned], dtype=np.int64), size)
    renumbered = np.array([position[name] for name in names.tolist()], dtype=np.int64)[tag]
    unsorted = Posts(
        author=np.concatenate([author, *(burst.author for burst in planned)]),
        at_ms=np.concatenate([at_ms, *(burst.at_ms for burst in planned)]),
        language=np.concatenate([language, np.repeat([burst.language for burst in planned], size)]),
        bot=np.concatenate([np.zeros(len(author), dtype=bool), np.repeat([burst.kind == "bot" for burst in planned], size)]),
        tag_post=np.concatenate([tag_post, len(author) + np.arange(size.sum())]),
        tag=np.concatenate([renumbered, burst_tag]),
        tag_names=all_names,
    )
    return _by_time(unsorted)


def _by_time(posts: Posts) -> Posts:
    order = np.lexsort((posts.author, posts.at_ms))
    rank = np.empty_like(order)
    rank[order] = np.arange(len(order))
    by_post = np.lexsort((posts.tag, rank[posts.tag_post]))
    columns = (posts.author[order], posts.at_ms[order], posts.language[order], posts.bot[order])
    return Posts(*columns, rank[posts.tag_post][by_post], posts.tag[by_post], posts.tag_names)


def tweets_frame(
    posts: Posts, users: pd.DataFrame, follower: np.ndarray, followee: np.ndarray, rng: np.random.Generator
) -> pd.DataFrame:
    """The tweets table: ids, texts, hashtags (casefolded, separated by a space). Edges: positions, sorted by follower."""
    import pandas as pd

    tags = _tags_by_post(posts)
    mention = _draw_mentions(posts, users["username"].to_numpy(), follower, followee, rng)
    return pd.DataFrame(
        {
            "id": activity.draw_tweet_ids(posts.at_ms, rng),
            "author_id": users["id"].to_numpy()[posts.author],
            "text": texts.make_texts(posts.language, mention, tags, posts.bot, rng),
            "created_ms": posts.at_ms,
            "hashtags": [" ".join(own) for own in tags],
            "lang": np.array(hashtags.LANGUAGES)[posts.language],
        }
    ).astype({"text": "str", "hashtags": "str", "lang": "str"})


def _tags_by_post(posts: Posts) -> list[list[str]]:
    tags: list[list[str]] = [[] for _ in range(len(posts.author))]
    for post, tag in zip(posts.tag_post.tolist(), posts.tag.tolist(), strict=True):
        tags[post].append(posts.tag_names[tag])
    return tags


def _draw_mentions(
    posts: Posts, username: np.ndarray, follower: np.ndarray, followee: np.ndarray, rng: np.random.Generator
) -> list[str | None]:
    """Some tweets address one of the author's followees; those of bots never do."""
    first = np.searchsorted(follower, posts.author, side="left")
    choices = np.searchsorted(follower, posts.author, side="right") - first
    wanted = (rng.random(len(posts.author)) < MENTION_SHARE) & (choices > 0) & ~posts.bot
    pick = first + np.floor(rng.random(len(posts.author)) * choices).astype(np.int64)
    return [username[followee[i]] if addressed else None for i, addressed in zip(pick.tolist(), wanted.tolist(), strict=True)]


def bursts_frame(planned: list[bursts.Burst]) -> pd.DataFrame:
    """The bursts table: tag, kind, lang, start_ms, end_ms, tweets, unique_users, by start."""
    import pandas as pd

    return pd.DataFrame(
        {
            "tag": [burst.tag for burst in planned],
            "kind": [burst.kind for burst in planned],
            "lang": [hashtags.LANGUAGES[burst.language] for burst in planned],
            "start_ms": [burst.start_ms for burst in planned],
            "end_ms": [burst.end_ms for burst in planned],
            "tweets": [len(burst.author) for burst in planned],
            "unique_users": [len(np.unique(burst.author)) for burst in planned],
        }
    )

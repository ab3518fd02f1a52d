"""Laws of tweets at rest, on every engine."""

from __future__ import annotations

import unicodedata
from typing import Any

import numpy as np
import pytest

from reference.twitter.clock import datetime_from_ms
from reference.twitter.errors import InvalidInput
from reference.twitter.model import Tweet, normalize_text
from tests.twitter.stores import World, in_threads

TEXTS = (
    "plain",
    "漢" * 280,
    "👨‍👩‍👧‍👦👩🏽‍🚀🏳️‍🌈",
    "हिन्दी العربية עברית ไทย ქართული",
    " kept \t as\r\nit is ",
    "'; DROP TABLE tweets; -- %s %(x)s :y $1 \\ ? {}",
    unicodedata.normalize("NFD", "é가"),
    "\U0010ffff\ue000",
)


def insert_many(world: World, author_ids: list[int]) -> dict[int, list[int]]:
    """One tweet for each entry; ids by author, newest first."""
    newest: dict[int, list[int]] = {}
    for author in author_ids:
        newest.setdefault(author, []).insert(0, world.post(author).id)
    return newest


def delete(world: World, tweet_id: int) -> bool:
    return world.store.run(lambda tx: world.tweets.mark_deleted(tx, tweet_id))


def test_an_empty_store_has_no_tweets(world: World):
    assert world.tweets.count() == 0
    assert world.tweets.get(1) is None
    assert world.tweets.get_many([1, 2]) == world.tweets.get_many([]) == {}
    assert world.tweets.recent_ids([1, 2], 5) == world.tweets.recent_ids([], 5) == {}


def test_text_of_any_script_comes_back_as_it_went(world: World):
    for text in TEXTS:
        assert world.tweets.get(world.post(7, text).id).text == text


def test_two_spellings_that_are_one_text_are_stored_alike_once_normalised(world: World):
    composed, decomposed = (world.post(7, normalize_text(unicodedata.normalize(form, "Café Zoë"))) for form in ("NFC", "NFD"))
    assert world.tweets.get(composed.id).text == world.tweets.get(decomposed.id).text


def test_a_tweet_comes_back_equal_with_its_time_exact_to_the_millisecond(world: World):
    for unix_ms in (0, 1, 1_288_834_974_657, 1_700_000_000_999, 253_402_300_799_999):
        tweet = Tweet(world.ids.next_id(), 7, "x", datetime_from_ms(unix_ms))
        with world.store.transaction() as tx:
            world.tweets.insert(tx, tweet)
        assert world.tweets.get(tweet.id) == tweet


def test_the_largest_id_fits_and_larger_ones_are_refused(world: World):
    largest = (1 << 63) - 1
    with world.store.transaction() as tx:
        world.tweets.insert(tx, Tweet(largest, largest, "x", datetime_from_ms(0)))
    assert world.tweets.get(largest).author_id == largest
    assert set(world.tweets.get_many([largest, largest + 1, -1])) == {largest}
    with pytest.raises(InvalidInput, match="tweet_id"):
        world.tweets.get(largest + 1)


def test_an_id_is_never_given_twice(world: World):
    tweet = world.post(7)
    with pytest.raises(Exception, match=r"(?i)duplicate key"), world.store.transaction() as tx:
        world.tweets.insert(tx, tweet)
    assert world.tweets.count() == 1


def test_a_deleted_tweet_is_still_there_and_says_so(world: World):
    kept, gone = world.post(7), world.post(7)
    assert delete(world, gone.id)
    assert world.tweets.get(gone.id).deleted
    found = world.tweets.get_many([kept.id, gone.id])
    assert {tweet_id: tweet.deleted for tweet_id, tweet in found.items()} == {kept.id: False, gone.id: True}
    assert world.tweets.count() == 2


def test_of_all_who_delete_a_tweet_one_is_told_that_he_did(world: World):
    tweet = world.post(7)
    assert sum(in_threads(8, lambda _: delete(world, tweet.id))) == 1
    assert not delete(world, tweet.id)
    assert not delete(world, 12345)


def test_a_rolled_back_tweet_never_was_and_its_id_can_be_used(world: World):
    tweet = Tweet(world.ids.next_id(), 7, "x", datetime_from_ms(0))

    def insert_then_fail(tx: Any) -> None:
        world.tweets.insert(tx, tweet)
        raise RuntimeError("changed my mind")

    with pytest.raises(RuntimeError, match="changed my mind"):
        world.store.run(insert_then_fail)
    assert world.tweets.get(tweet.id) is None
    with world.store.transaction() as tx:
        world.tweets.insert(tx, tweet)
    assert world.tweets.get(tweet.id) == tweet


def test_recent_ids_are_each_authors_newest_first_deleted_ones_included(world: World):
    newest = insert_many(world, [1, 2, 1, 3, 1, 2, 1])
    delete(world, newest[1][0])
    assert world.tweets.recent_ids([1, 2, 9], 3) == {1: newest[1][:3], 2: newest[2]}
    assert world.tweets.recent_ids([3, 3], 1) == {3: newest[3]}
    assert world.tweets.recent_ids(np.array([1, 2, 3]), 1) == {author: ids[:1] for author, ids in newest.items()}


def test_a_limit_of_recent_ids_outside_the_range_is_refused(world: World):
    for limit in (0, -1, 10_001, "5"):
        with pytest.raises(InvalidInput, match="limit"):
            world.tweets.recent_ids([1], limit)


def test_recent_ids_of_many_authors_agree_with_sorting_all_tweets(world: World):
    rng = np.random.default_rng(3)
    authors = rng.integers(0, 500, 5000).tolist()
    ids = rng.permutation(5000).tolist()
    import pandas as pd

    world.store.bulk_load("tweets", pd.DataFrame({"id": ids, "author_id": authors, "text": "x", "created_ms": 0}))
    expected: dict[int, list[int]] = {}
    for tweet_id, author in sorted(zip(ids, authors, strict=True), reverse=True):
        expected.setdefault(author, []).append(tweet_id)
    found = world.tweets.recent_ids(range(600), 7)
    assert found == {author: newest[:7] for author, newest in expected.items()}


def test_many_authors_cost_one_query(world: World):
    from sqlalchemy import event

    insert_many(world, [1, 2, 3])
    statements: list[str] = []
    engine = world.store._opened.engine
    event.listen(engine, "before_cursor_execute", lambda conn, cursor, statement, *rest: statements.append(statement))
    world.tweets.recent_ids(range(1000), 5)
    world.tweets.get_many(range(1000))
    assert len(statements) == 2


def test_eight_threads_insert_without_a_lost_tweet(world: World):
    posted = in_threads(8, lambda index: [world.post(index) for _ in range(10)])
    assert world.tweets.count() == 80
    for index, tweets in enumerate(posted):
        assert world.tweets.recent_ids([index], 100) == {index: [tweet.id for tweet in reversed(tweets)]}

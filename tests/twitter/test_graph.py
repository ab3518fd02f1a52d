"""Laws of the follow graph, on every engine."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from reference.twitter.errors import InvalidInput, NotFound
from reference.twitter.model import Event, FollowEdge
from reference.twitter.outbox import partition_of
from tests.twitter.stores import World, in_threads


def all_events(world: World) -> list[Event]:
    """Everything in the outbox, numbered now, partition by partition."""
    events: list[Event] = []
    for partition in range(world.store.partitions):
        world.outbox.sequence(partition, 10_000)
        events += world.outbox.read(partition, 0, 10_000)
    return events


def test_following_again_changes_nothing_and_announces_nothing(world: World):
    a, b = (user.id for user in world.users(2))
    edge = world.graph.follow(a, b)
    assert edge == FollowEdge(a, b, active=True, version=1)
    assert world.graph.follow(a, b) == edge
    assert world.graph.counts(b) == (1, 0) and world.graph.counts(a) == (0, 1)
    assert len(all_events(world)) == 1


def test_the_version_grows_by_one_with_every_real_change_and_survives_unfollowing(world: World):
    a, b = (user.id for user in world.users(2))
    steps = [world.graph.follow, world.graph.unfollow, world.graph.unfollow, world.graph.follow, world.graph.follow, world.graph.unfollow]
    assert [step(a, b).version for step in steps] == [1, 2, 2, 3, 3, 4]
    assert world.graph.edge(a, b) == FollowEdge(a, b, active=False, version=4)
    assert not world.graph.is_following(a, b)
    assert world.graph.counts(b) == (0, 0)


def test_an_event_tells_who_whom_which_version_and_when_in_the_followees_partition(world: World):
    a, b = (user.id for user in world.users(2))
    world.graph.follow(a, b)
    world.clock.advance(1.5)
    world.graph.unfollow(a, b)
    first, second = all_events(world)
    started_ms = 1_700_000_000_000
    partition = partition_of(b, world.store.partitions)
    payload = {"follower_id": a, "followee_id": b}
    assert first == Event("followed", {**payload, "version": 1, "at_ms": started_ms}, partition, 1)
    assert second == Event("unfollowed", {**payload, "version": 2, "at_ms": started_ms + 1500}, partition, 2)


def test_unfollowing_one_who_was_never_followed_changes_nothing(world: World):
    a, b = (user.id for user in world.users(2))
    assert world.graph.unfollow(a, b) == FollowEdge(a, b, active=False, version=0)
    assert world.graph.edge(a, b) is None
    assert all_events(world) == []


def test_nobody_follows_himself(world: World):
    [user] = world.users(1)
    for change in (world.graph.follow, world.graph.unfollow):
        with pytest.raises(InvalidInput, match=f"{user.id} cannot follow"):
            change(user.id, user.id)


def test_an_unknown_user_on_either_side_is_named_and_nothing_changes(world: World):
    [user] = world.users(1)
    for pair in ((user.id, 99), (99, user.id)):
        with pytest.raises(NotFound, match="no user 99"):
            world.graph.follow(*pair)
    assert world.graph.counts(user.id) == (0, 0)
    assert world.outbox.waiting() == 0


def test_an_id_that_cannot_be_one_is_refused(world: World):
    [user] = world.users(1)
    for bad in (-1, 1 << 63, "1", None, True):
        with pytest.raises(InvalidInput, match="followee_id"):
            world.graph.follow(user.id, bad)
        with pytest.raises(InvalidInput, match="user_id"):
            world.graph.followers(bad)


def test_a_user_without_followers_has_an_empty_last_page(world: World):
    [user] = world.users(1)
    for page in (world.graph.followers(user.id), world.graph.followees(user.id), world.graph.mutual(user.id)):
        assert page.items == [] and page.next_cursor is None
    assert list(world.graph.follower_batches(user.id, 10)) == []
    assert world.graph.followee_ids(user.id) == []


def test_pages_give_every_follower_once_in_order_and_end_with_none(world: World):
    star, *fans = (user.id for user in world.users(8))
    for fan in fans:
        world.graph.follow(fan, star)
    pages, cursor = [], None
    for _ in range(4):
        page = world.graph.followers(star, limit=3, cursor=cursor)
        pages.append(page.items)
        cursor = page.next_cursor
        if cursor is None:
            break
    assert pages == [fans[:3], fans[3:6], fans[6:]]
    assert world.graph.followees(fans[0], limit=1).next_cursor is None


def test_a_follower_who_leaves_between_two_pages_moves_nobody_off_them(world: World):
    star, *fans = (user.id for user in world.users(7))
    for fan in fans:
        world.graph.follow(fan, star)
    first = world.graph.followers(star, limit=3)
    world.graph.unfollow(fans[0], star)
    world.graph.unfollow(fans[2], star)
    assert world.graph.followers(star, limit=3, cursor=first.next_cursor).items == fans[3:]


def test_a_cursor_that_no_page_gave_is_refused(world: World):
    for cursor in ("", "x", "-1", "1.5", "١٢", str(1 << 63), 7, " 1", "9" * 5000):
        with pytest.raises(InvalidInput, match="cursor"):
            world.graph.followers(7, cursor=cursor)


def test_a_limit_outside_the_range_is_refused(world: World):
    for limit in (0, -1, 1001, "10", 1.5):
        with pytest.raises(InvalidInput, match="limit"):
            world.graph.followers(7, limit=limit)


@pytest.mark.parametrize(("followers", "sizes"), [(7, [3, 3, 1]), (6, [3, 3])])
def test_batches_stream_all_followers_by_key(world: World, followers, sizes):
    star, *fans = (user.id for user in world.users(followers + 1))
    for fan in fans:
        world.graph.follow(fan, star)
    batches = list(world.graph.follower_batches(star, 3))
    assert [len(batch) for batch in batches] == sizes
    assert [fan for batch in batches for fan in batch] == fans
    with pytest.raises(InvalidInput, match="size"):
        world.graph.follower_batches(star, 0)


def test_mutual_are_those_who_follow_each_other_now(world: World):
    me, one, two, three, four = (user.id for user in world.users(5))
    for friend in (one, two, four):
        world.graph.follow(me, friend)
        world.graph.follow(friend, me)
    world.graph.follow(three, me)
    world.graph.unfollow(two, me)
    assert world.graph.mutual(me).items == [one, four]
    page = world.graph.mutual(me, limit=1)
    assert (page.items, page.next_cursor) == ([one], str(one))
    assert world.graph.mutual(me, limit=1, cursor=page.next_cursor).items == [four]


def test_follower_counts_of_many_leave_out_the_unknown(world: World):
    a, b, c = (user.id for user in world.users(3))
    world.graph.follow(a, b)
    world.graph.follow(c, b)
    assert world.graph.follower_counts([a, b, 12, -3]) == {a: 0, b: 2}
    assert world.graph.follower_counts([]) == {}
    with pytest.raises(NotFound, match="no user 12"):
        world.graph.counts(12)


def test_counts_pages_and_events_agree_with_a_plain_set_after_a_random_history(world: World):
    rng = np.random.default_rng(7)
    ids = [user.id for user in world.users(6)]
    edges: set[tuple[int, int]] = set()
    changes = Counter()
    for _ in range(80):
        a, b = (ids[i] for i in rng.choice(6, size=2, replace=False))
        follow = bool(rng.integers(2))
        changes[(a, b)] += follow != ((a, b) in edges)
        (edges.add if follow else edges.discard)((a, b))
        assert (world.graph.follow if follow else world.graph.unfollow)(a, b).version == changes[(a, b)]
    for user in ids:
        followers, followees = sorted(a for a, b in edges if b == user), sorted(b for a, b in edges if a == user)
        assert world.graph.followers(user).items == followers
        assert world.graph.followee_ids(user) == world.graph.followees(user).items == followees
        assert world.graph.counts(user) == (len(followers), len(followees))
        assert world.graph.mutual(user).items == [other for other in followers if (user, other) in edges]
    assert len(all_events(world)) == changes.total()


def test_the_events_of_an_edge_stand_in_the_order_of_its_versions(world: World):
    a, b = (user.id for user in world.users(2))
    in_threads(8, lambda index: [(world.graph.follow if index % 2 else world.graph.unfollow)(a, b) for _ in range(8)])
    versions = [event.payload["version"] for event in all_events(world)]
    assert versions == list(range(1, world.graph.edge(a, b).version + 1))


def test_eight_threads_on_one_edge_leave_counts_that_agree_with_it(world: World):
    a, b = (user.id for user in world.users(2))
    in_threads(8, lambda index: [(world.graph.follow if (index + i) % 2 else world.graph.unfollow)(a, b) for i in range(6)])
    active = int(world.graph.edge(a, b).active)
    assert world.graph.counts(a) == (0, active) and world.graph.counts(b) == (active, 0)
    assert world.graph.edge(a, b).version % 2 == active


def test_eight_threads_following_one_star_lose_no_count(world: World):
    star, *fans = (user.id for user in world.users(33))
    in_threads(8, lambda index: [world.graph.follow(fan, star) for fan in fans[index::8]])
    assert world.graph.counts(star) == (32, 0)
    assert world.graph.followers(star).items == fans


def test_two_who_follow_each_other_at_once_never_deadlock(world: World):
    ids = [user.id for user in world.users(4)]
    pairs = [(a, b) for a in ids for b in ids if a != b]
    in_threads(8, lambda index: [world.graph.follow(*pair) for pair in (pairs if index % 2 else pairs[::-1])])
    assert all(world.graph.counts(user) == (3, 3) for user in ids)
    assert len(all_events(world)) == len(pairs)


def test_a_failure_after_the_edge_was_written_leaves_no_trace(world: World, monkeypatch: pytest.MonkeyPatch):
    a, b = (user.id for user in world.users(2))

    def fail(*_: object) -> None:
        raise RuntimeError("the outbox is full")

    with monkeypatch.context() as patch, pytest.raises(RuntimeError, match="full"):
        patch.setattr(world.outbox, "append", fail)
        world.graph.follow(a, b)
    assert world.graph.edge(a, b) is None and world.graph.counts(b) == (0, 0)
    assert world.graph.follow(a, b).version == 1

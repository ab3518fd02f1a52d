"""Laws of timelines in Redis: order, cap, idempotence, and what happens while one is being built."""

from __future__ import annotations

import secrets

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reference.twitter.backend import delete_namespace, spread, spread_many
from reference.twitter.errors import InvalidInput, Unavailable
from reference.twitter.homes import CONCURRENT_BUILDERS, LIVE, IdTimelines, ids_at_or_above, member, merge_newest, read_sources

BIG = 1_724_551_581_896_015_872  # a Snowflake id; as doubles its next 128 neighbours are all equal


@pytest.fixture
def space(redis):
    name = f"homes-{secrets.token_hex(4)}"
    yield name
    delete_namespace(redis, name)


@pytest.fixture
def homes(redis, space) -> IdTimelines:
    return IdTimelines(redis, space, "home", cap=5, slack=2, batch=3, buckets=4)


def ids_in(homes: IdTimelines, owner: int, cursor: int | None = None, count: int = 1000) -> list[int]:
    return read_sources([(homes, owner)], cursor, count)[0].ids


def test_ids_that_are_one_and_the_same_double_keep_their_order_and_pages(redis, space) -> None:
    homes = IdTimelines(redis, space, "home")
    ids = [BIG + n for n in range(620)]
    assert len({float(tweet_id) for tweet_id in ids}) == 3
    homes.build(1, lambda: [])
    homes.add(ids[::2], [1])
    homes.add(ids[1::2], [1])
    pages, cursor = [], None
    while page := ids_in(homes, 1, cursor, 37):
        pages += page
        cursor = page[-1]
    assert pages == ids[::-1]


def test_members_order_as_their_ids_do() -> None:
    ids = [1, 9, 10, 10**18, BIG, (1 << 63) - 1]
    assert sorted(map(member, ids)) == [member(tweet_id) for tweet_id in ids]
    assert max(map(member, ids)) < LIVE


def test_a_timeline_that_does_not_exist_takes_no_delivery(homes: IdTimelines) -> None:
    assert homes.add([1], [7]) == 0
    assert homes.live([7]) == [False] and homes.size(7) == 0


def test_an_empty_timeline_takes_deliveries(homes: IdTimelines) -> None:
    homes.build(7, lambda: [])
    assert homes.add([1], [7, 8]) == 1
    assert homes.live([7, 8]) == [True, False] and ids_in(homes, 7) == [1]


def test_a_delivery_counts_what_is_new_and_may_be_repeated(homes: IdTimelines) -> None:
    owners = list(range(1, 11))
    homes.build_many(owners, lambda _: {})
    assert homes.add([1, 2], owners) == 20
    assert homes.add([2, 3], owners) == 10
    assert [ids_in(homes, owner) for owner in owners] == [[3, 2, 1]] * 10


def test_a_timeline_is_trimmed_to_its_cap_once_it_exceeds_the_slack(homes: IdTimelines) -> None:
    homes.build(1, lambda: [])
    for tweet_id in range(1, 8):
        homes.add([tweet_id], [1])
    assert homes.size(1) == 7
    homes.add([8], [1])
    assert ids_in(homes, 1) == [8, 7, 6, 5, 4]
    homes.add([1], [1])  # too old to stay, but within the slack it does no harm
    assert ids_in(homes, 1, count=5) == [8, 7, 6, 5, 4]


def test_a_build_keeps_the_newest_cap_and_what_was_delivered_meanwhile(homes: IdTimelines) -> None:
    def load() -> list[int]:
        homes.add([100], [1])
        return list(range(1, 10))

    homes.build(1, load)
    assert ids_in(homes, 1) == [100, 9, 8, 7, 6]


def test_a_timeline_dropped_during_its_build_is_built_again(homes: IdTimelines) -> None:
    answers = [[1], [1, 2]]

    def load() -> list[int]:
        if len(answers) == 2:
            homes.drop([1])
        return answers.pop(0)

    homes.build(1, load)
    assert ids_in(homes, 1) == [2, 1]


def test_a_build_that_is_dropped_for_ever_is_given_up(homes: IdTimelines) -> None:
    def load() -> list[int]:
        homes.drop([1])
        return []

    with pytest.raises(Unavailable, match="20 times"):
        homes.build(1, load)


def test_a_timeline_is_not_live_before_its_build_ends(homes: IdTimelines) -> None:
    seen = []

    def load() -> list[int]:
        seen.append(homes.live([1])[0])
        return []

    homes.build(1, load)
    assert seen == [False] and homes.live([1]) == [True]


def test_a_builder_who_comes_second_finds_the_work_done(homes: IdTimelines) -> None:
    loads = []

    def slow() -> list[int]:
        loads.append("slow")
        if len(loads) == 1:
            homes.build(1, lambda: [1, 2])
        return [1]

    homes.build(1, slow)
    assert loads == ["slow"] and ids_in(homes, 1) == [2, 1]


def test_marks_of_dead_builders_hide_nothing_and_go_with_the_next_build(redis, homes: IdTimelines) -> None:
    def crash() -> list[int]:
        raise KeyboardInterrupt

    homes.build(1, lambda: [1, 2, 3])
    for _ in range(CONCURRENT_BUILDERS + 4):
        with pytest.raises(KeyboardInterrupt):
            homes.build(1, crash)
    page = read_sources([(homes, 1)], None, 3)[0]
    assert page.ids == [3, 2, 1] or not page.live, "ids are missing and the reader does not know it"
    homes.build(1, lambda: [1, 2, 3])
    assert read_sources([(homes, 1)], None, 3)[0].ids == [3, 2, 1]
    assert redis.zrangebylex(homes.key(1), f"[{LIVE}", "+") == [LIVE]


def test_removing_from_a_timeline_that_was_never_trimmed_removes(homes: IdTimelines) -> None:
    homes.build(1, lambda: [1, 2, 3])
    assert homes.remove(1, [1, 3, 99])
    assert ids_in(homes, 1) == [2] and homes.live([1]) == [True]


def test_removing_from_a_full_timeline_drops_it(homes: IdTimelines) -> None:
    homes.build(1, lambda: [1, 2, 3, 4, 5])
    assert not homes.remove(1, [1])
    assert homes.live([1]) == [False]


def test_removing_during_a_build_is_not_undone_by_it(homes: IdTimelines) -> None:
    """The builder loaded the followees before the unfollow and finishes after it."""
    answers = [[1, 2], [2]]

    def load() -> list[int]:
        if len(answers) == 2:
            homes.remove(1, [1])
        return answers.pop(0)

    homes.build(1, load)
    assert ids_in(homes, 1) == [2]


def test_scripts_are_loaded_again_when_the_server_forgot_them(redis, homes: IdTimelines) -> None:
    homes.build_many([1, 2], lambda _: {1: [1]})
    redis.script_flush()
    assert homes.add([5], [1, 2]) == 2
    redis.script_flush()
    homes.remove(1, [5])
    assert ids_in(homes, 1) == [1]


def test_dropping_all_leaves_other_kinds_and_namespaces(redis, space, homes: IdTimelines) -> None:
    others = [IdTimelines(redis, space, "user", buckets=4), IdTimelines(redis, f"{space}x", "home", buckets=4)]
    for timelines in (homes, *others):
        timelines.build_many([1, 2, 3], lambda _: {})
    assert homes.drop_all() == 3
    assert homes.live([1, 2, 3]) == [False] * 3
    assert [timelines.live([1, 2, 3]) for timelines in others] == [[True] * 3] * 2
    assert homes.drop([1]) == 0 and homes.drop([]) == 0
    delete_namespace(redis, f"{space}x")


def test_below_a_cursor_a_source_tells_how_much_lies_above(homes: IdTimelines) -> None:
    homes.build(1, lambda: [10, 20, 30, 40])
    page = read_sources([(homes, 1)], 30, 10)[0]
    assert (page.ids, page.newer, page.live) == ([20, 10], 2, True)
    assert read_sources([(homes, 1)], 25, 1)[0].ids == [20]  # the cursor's own tweet need not exist
    assert read_sources([], None, 5) == []


def test_an_id_in_two_sources_counts_once(homes: IdTimelines, redis, space) -> None:
    users = IdTimelines(redis, space, "user", cap=5)
    homes.build(1, lambda: [10, 20])
    users.build(2, lambda: [20, 30])
    assert len(ids_at_or_above([(homes, 1), (users, 2)], 15)) == 2


def test_merging_gives_each_id_once_newest_first_and_no_more_than_asked() -> None:
    assert merge_newest([[9, 5, 1], [9, 6, 5], []], 3) == [9, 6, 5]
    assert merge_newest([[9, 5], [9, 5]], 10) == [9, 5]
    assert merge_newest([[9]], 0) == [] and merge_newest([], 3) == []


@pytest.mark.parametrize("options", [{"cap": 0}, {"slack": -1}, {"batch": 0}, {"batch": 5001}, {"buckets": 0}, {"cap": True}])
def test_a_size_out_of_range_is_refused_with_its_name(options) -> None:
    with pytest.raises(InvalidInput, match=next(iter(options))):
        IdTimelines(None, "n", "home", **options)


@given(st.lists(st.integers(0, (1 << 63) - 1), max_size=50), st.integers(1, 16_384))
def test_many_keys_spread_as_each_by_itself(keys: list[int], buckets: int) -> None:
    assert spread_many(keys, buckets) == [spread(key, buckets) for key in keys]

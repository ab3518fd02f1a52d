"""What differs on a Redis Cluster: keys of one call share a slot, pipelines are split, scripts must be known to every master."""

from __future__ import annotations

import secrets
from collections import Counter

import pytest

from reference.twitter.backend import connect, delete_namespace
from reference.twitter.clock import ManualClock
from reference.twitter.events import EventLog
from reference.twitter.fanout import Hybrid, RateOptimal, Tiered
from reference.twitter.homes import IdTimelines
from reference.twitter.lease import Lease
from reference.twitter.platform import Platform

OWNERS = list(range(1, 201))


@pytest.fixture(scope="module")
def cluster(cluster_url: str):
    client = connect(cluster_url)
    yield client
    client.close()


@pytest.fixture
def space(cluster):
    name = f"cluster-{secrets.token_hex(4)}"
    yield name
    delete_namespace(cluster, name)


def test_timelines_are_spread_over_all_masters(cluster, space: str) -> None:
    homes = IdTimelines(cluster, space, "home")
    masters = Counter(cluster.get_node_from_key(homes.key(owner)).port for owner in range(2000))
    assert len(masters) == 3 and min(masters.values()) > 400


def test_deliveries_over_many_slots_arrive_once(cluster, space: str) -> None:
    homes = IdTimelines(cluster, space, "home", cap=5, slack=1, batch=7)
    homes.build_many(OWNERS, lambda owners: {owner: [owner] for owner in owners})
    assert homes.live(OWNERS) == [True] * len(OWNERS)
    assert homes.add([1000, 1001], OWNERS) == 2 * len(OWNERS)
    assert homes.add([1001], OWNERS) == 0
    assert {homes.size(owner) for owner in OWNERS} == {3}


def test_scripts_are_loaded_again_on_every_master(cluster, space: str) -> None:
    homes = IdTimelines(cluster, space, "home")
    homes.build_many(OWNERS, lambda _: {})
    cluster.script_flush()
    assert homes.add([1], OWNERS) == len(OWNERS)
    cluster.script_flush()
    assert homes.remove(OWNERS[0], [1])


def test_dropping_a_namespace_reaches_every_master_and_spares_others(cluster, space: str) -> None:
    homes, neighbour = IdTimelines(cluster, space, "home"), IdTimelines(cluster, f"{space}x", "home")
    for timelines in (homes, neighbour):
        timelines.build_many(OWNERS, lambda _: {})
    assert homes.drop_all() == len(OWNERS)
    assert neighbour.drop(OWNERS) == len(OWNERS)
    assert homes.drop([]) == 0


def test_the_keys_of_a_lease_and_of_a_partition_share_a_slot(cluster, space: str) -> None:
    lease = Lease(cluster, f"{space}:worker:{{7}}", ManualClock())
    assert lease.acquire()
    lease.renew()
    lease.release()
    plain = Lease(cluster, f"{space}:no-tag", ManualClock())
    assert plain.acquire()
    log = EventLog(cluster, space, 8)
    for partition in range(8):
        slots = {cluster.keyslot(log.key(partition, name)) for name in ("stream", "last", "dead", "owner:fanout")}
        assert len(slots) == 1
    cluster.delete(f"{{{space}:no-tag}}:token")


@pytest.mark.parametrize("policy", [Hybrid(2), Tiered(3, 1), RateOptimal()], ids=str)
def test_a_platform_works_and_leaves_nothing(cluster, policy) -> None:
    before = set(cluster.scan_iter(count=1000))
    with Platform.open(redis=cluster, clock=ManualClock(), fanout=policy) as app:
        reader, *authors = (app.accounts.register(f"u{n}").id for n in range(4))
        for author in authors:
            app.graph.follow(reader, author)
        app.graph.follow(authors[0], authors[1])
        ids = [app.tweets.post(author, "hello").id for author in authors * 2]
        app.drain()
        assert [tweet.id for tweet in app.timelines.home(reader, 4).items] == ids[:1:-1]
        ids.append(app.tweets.post(authors[2], "again").id)
        app.drain()
        app.rebuild()
        assert [tweet.id for tweet in app.timelines.home(reader).items] == ids[::-1]
        app.trim()
        app.timelines.sweep()
    assert set(cluster.scan_iter(count=1000)) == before

from __future__ import annotations

import threading

import pytest

from reference.lab import Meter
from reference.lab.wire import parse_commands, reply_bytes
from reference.twitter.backend import connect
from reference.twitter.errors import InvalidInput


def exercise(client) -> Meter:
    """The same 59 commands in 8 round trips on any backend (one hash tag, so that a cluster keeps them on one node)."""
    with Meter(client) as meter:
        client.set("{m}:a", "é")
        client.get("{m}:a")
        client.mget(["{m}:a", "{m}:none"])
        with client.pipeline(transaction=False) as pipe:
            for i in range(50):
                pipe.zadd(f"{{m}}:z{i}", {"member": 1})
            pipe.execute()
        client.eval("return {1, KEYS[1], KEYS[2]}", 2, "{m}:k", "{m}:l")
        with pytest.raises(Exception, match="WRONGTYPE"):
            client.zadd("{m}:a", {"member": 1})
        client.zrange("{m}:z1", 0, -1)
        client.delete("{m}:a", *[f"{{m}}:z{i}" for i in range(50)])
    return meter


EXPECTED = {"commands": 57, "round_trips": 8}


def check(meter: Meter) -> None:
    assert {name: meter.totals()[name] for name in EXPECTED} == EXPECTED
    assert meter.by_command == {"SET": 1, "GET": 1, "MGET": 1, "ZADD": 51, "EVAL": 1, "ZRANGE": 1, "DEL": 1}
    assert meter.script_keys == 2


def test_commands_round_trips_and_scripts_are_counted_exactly(redis):
    check(exercise(redis))


def test_fakeredis_a_server_and_a_cluster_count_alike(redis_url, cluster_url):
    totals = [exercise(connect(url)).totals() for url in ("fakeredis://", redis_url, cluster_url)]
    assert totals[0] == totals[1] == totals[2]


def test_bytes_are_those_that_the_server_counts(redis_url):
    client = connect(redis_url)
    before = client.info("stats")
    with Meter(client) as meter:
        client.set("bytes:a", "ü" * 100)
        client.get("bytes:a")
        with client.pipeline() as pipe:
            pipe.incrby("bytes:n", 1234)
            pipe.zadd("bytes:z", {"x": 1.5, "y": 2})
            pipe.zrange("bytes:z", 0, -1, withscores=True)
            pipe.get("bytes:none")
            pipe.execute()
        client.delete("bytes:a", "bytes:n", "bytes:z")
    after = client.info("stats")
    with Meter(client) as probe:
        client.info("stats")
    # the server counts an INFO's own command before it answers, and its reply afterwards
    assert after["total_net_input_bytes"] - before["total_net_input_bytes"] == meter.bytes_sent + probe.bytes_sent
    assert abs(after["total_net_output_bytes"] - before["total_net_output_bytes"] - meter.bytes_received - probe.bytes_received) <= 16


def test_a_transaction_is_one_round_trip_with_its_multi_and_exec(redis):
    with Meter(redis) as meter, redis.pipeline(transaction=True) as pipe:
        pipe.set("meter:q", 1)
        pipe.incr("meter:q")
        pipe.execute()
    assert meter.by_command == {"MULTI": 1, "SET": 1, "INCRBY": 1, "EXEC": 1} and meter.round_trips == 1
    redis.delete("meter:q")


def test_connections_made_before_and_inside_the_block_count_alike_and_handshakes_do_not(redis_url):
    fresh = connect(redis_url)
    fresh.connection_pool.disconnect()
    with Meter(fresh) as meter:
        fresh.ping()
    assert meter.by_command == {"PING": 1} and meter.round_trips == 1


def test_meters_nest_and_leave_in_any_order(redis):
    outer, inner = Meter(redis), Meter(redis)
    outer.__enter__()
    redis.ping()
    inner.__enter__()
    redis.ping()
    outer.__exit__(None, None, None)
    redis.ping()
    inner.__exit__(None, None, None)
    redis.ping()
    assert outer.commands == 2 and inner.commands == 2


def test_the_client_is_restored_even_after_an_error(redis):
    redis.ping()
    pool = redis.connection_pool
    with pytest.raises(ZeroDivisionError), Meter(redis):
        redis.ping()
        raise ZeroDivisionError
    assert "get_connection" not in pool.__dict__
    assert all("send_packed_command" not in c.__dict__ for c in pool._available_connections)
    assert redis.ping()


def test_no_command_of_eight_threads_is_lost(redis):
    with Meter(redis) as meter:
        threads = [threading.Thread(target=lambda: [redis.ping() for _ in range(50)]) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
    assert meter.by_command == {"PING": 400} and meter.round_trips == 400


def test_several_clients_are_counted_together_and_one_pool_once(redis):
    other = connect("fakeredis://")
    with Meter(redis, other, redis) as meter:
        redis.ping()
        other.ping()
    assert meter.commands == 2


def test_container_commands_keep_their_subcommand(redis):
    with Meter(redis) as meter:
        redis.script_load("return 1")
    assert meter.by_command == {"SCRIPT LOAD": 1}


def test_costs_per_operation_and_reset(redis):
    with Meter(redis) as meter:
        for _ in range(10):
            redis.ping()
        assert meter.per(10)["commands"] == 1
        meter.reset()
        assert meter.totals() == dict.fromkeys(meter.totals(), 0)
    with pytest.raises(InvalidInput):
        meter.per(0)
    with pytest.raises(InvalidInput):
        Meter()


def test_the_report_lists_what_crossed_the_wire(redis):
    with Meter(redis) as meter:
        redis.ping()
    assert "round trips" in repr(meter) and "PING" in repr(meter) and "<td" in meter._repr_html_()


def test_wire_format_is_read_without_copying_arguments():
    wire = b"*3\r\n$3\r\nSET\r\n$1\r\na\r\n$4\r\n*1\r\n\r\n*1\r\n$4\r\nPING\r\n"
    assert parse_commands(wire) == [[b"SET", b"a", b"*1\r\n"], [b"PING"]]


@pytest.mark.parametrize(
    ("reply", "size"), [(None, 5), ("OK", 5), ("é", 8), (b"ab", 8), (12, 5), ([], 4), ([1, "a"], 15), (True, 4), ({"a": 1}, 15)]
)
def test_reply_sizes_follow_resp2(reply, size):
    assert reply_bytes(reply) == size

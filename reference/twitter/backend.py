"""Redis, embedded by default and real by URL, behind one `connect`.

The protocol version and text decoding are fixed here, so that answers have one shape everywhere.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from functools import cache
from importlib import resources
from typing import Any

from reference.twitter.errors import InvalidInput, Unavailable

FAKE_URL = "fakeredis://"
_MASK64 = (1 << 64) - 1


def connect(url: str | None = None, *, server: Any = None) -> Any:
    """A redis-py client (decode_responses=True, RESP2) for `url`.

    None: the environment's REDIS_URL if set, else fakeredis. "fakeredis://" forces the embedded one (each call gets a
    server of its own unless `server`, a fakeredis.FakeServer, is passed). redis://, rediss://, unix:// → one server;
    redis+cluster://host:port → a cluster client. Raises InvalidInput for another scheme, Unavailable when nothing answers.
    """
    url = url or os.environ.get("REDIS_URL") or FAKE_URL
    scheme = url.split("://", 1)[0]
    if scheme == "fakeredis":
        return _fake(server)
    import redis as redis_py

    # A server that hangs must not hang its callers: their leases run meanwhile.
    options: dict[str, Any] = {"decode_responses": True, "protocol": 2, "socket_timeout": 30.0, "socket_connect_timeout": 5.0}
    makers = {
        "redis": redis_py.Redis.from_url,
        "rediss": redis_py.Redis.from_url,
        "unix": redis_py.Redis.from_url,
        "redis+cluster": _cluster,
    }
    if scheme not in makers:
        raise InvalidInput(f"Redis URL scheme must be one of fakeredis, {', '.join(makers)}, not {scheme!r}")
    try:
        client = makers[scheme](url, **options)
        client.ping()
    except redis_py.RedisError as error:
        raise Unavailable(f"no Redis answers at {_without_password(url)}: {error}") from error
    return client


def _fake(server: Any) -> Any:
    import fakeredis

    return fakeredis.FakeRedis(server=server or fakeredis.FakeServer(), decode_responses=True, protocol=2)


def _cluster(url: str, **options: Any) -> Any:
    from redis.cluster import RedisCluster

    return RedisCluster.from_url(url.replace("redis+cluster://", "redis://", 1), **options)


def _without_password(url: str) -> str:
    scheme, rest = url.split("://", 1)
    return f"{scheme}://{rest.rsplit('@', 1)[-1]}"


def is_cluster(client: Any) -> bool:
    """True for a Redis Cluster client, where keys of one script or transaction must share a slot."""
    return hasattr(client, "get_node_from_key")


class Script:
    """A Lua file of this package, called by its SHA; loads itself on every master it meets for the first time.

    `text` is the file's content; `run(client, keys, args)` calls it once; `queue(pipe, keys, args)` adds it to a pipeline.
    """

    def __init__(self, name: str, package: str = "reference.twitter") -> None:
        self.name = name
        self.text = resources.files(package).joinpath("lua", name).read_text(encoding="utf-8")
        self.sha = hashlib.sha1(self.text.encode(), usedforsecurity=False).hexdigest()

    def run(self, client: Any, keys: list[str], args: list[Any]) -> Any:
        from redis.exceptions import NoScriptError

        try:
            return client.execute_command("EVALSHA", self.sha, len(keys), *keys, *args)
        except NoScriptError:
            return client.execute_command("EVAL", self.text, len(keys), *keys, *args)

    def queue(self, pipe: Any, keys: list[str], args: list[Any], node: Any = None) -> None:
        """Add one call to `pipe`, for `node` of a cluster if given. The script must be loaded: NoScriptError when the pipeline runs."""
        options = {} if node is None else {"target_nodes": node}
        pipe.execute_command("EVALSHA", self.sha, len(keys), *keys, *args, **options)

    def load(self, client: Any) -> None:
        """Make the script known to every master (idempotent)."""
        client.script_load(self.text)


@cache
def script(name: str) -> Script:
    """The package's Lua file `name`, read once."""
    return Script(name)


def spread(key: int, buckets: int) -> int:
    """A bucket in 0 … buckets-1 for `key`, even when keys share their low bits, as Snowflake ids do.

    The finaliser of splitmix64 (Steele, Lea & Flood, OOPSLA 2014), then modulo.
    """
    mixed = (key + 0x9E3779B97F4A7C15) & _MASK64
    mixed = ((mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9) & _MASK64
    mixed = ((mixed ^ (mixed >> 27)) * 0x94D049BB133111EB) & _MASK64
    return (mixed ^ (mixed >> 31)) % buckets


def spread_many(keys: Sequence[int], buckets: int) -> list[int]:
    """`spread` of each key (0 … 2**63 - 1), by numpy: a fanout to 10,000 readers needs as many."""
    import numpy as np

    mixed = np.asarray(keys, dtype=np.uint64) + np.uint64(0x9E3779B97F4A7C15)
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return ((mixed ^ (mixed >> np.uint64(31))) % np.uint64(buckets)).tolist()


def delete_namespace(client: Any, namespace: str, pattern: str = "*") -> int:
    """Remove every key `namespace:pattern` (a Redis glob), and nothing else; the number removed. O(keys of the server)."""
    removed = 0
    batch: list[str] = []
    for key in client.scan_iter(match=f"{glob_escape(namespace)}:{pattern}", count=1000):
        batch.append(key)
        if len(batch) >= 500:
            removed += _unlink(client, batch)
            batch = []
    return removed + _unlink(client, batch)


def _unlink(client: Any, keys: list[str]) -> int:
    if not keys:
        return 0
    if not is_cluster(client):  # on a cluster, keys of one command must share a slot
        return int(client.unlink(*keys))
    with client.pipeline(transaction=False) as pipe:
        for key in keys:
            pipe.unlink(key)
        return sum(pipe.execute())


def glob_escape(text: str) -> str:
    """`text` with Redis glob characters escaped."""
    return "".join("\\" + char if char in "*?[]\\^" else char for char in text)

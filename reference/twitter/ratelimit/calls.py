"""How this package calls Redis: its Lua files, a connection kept for each thread, many calls in one round trip, what an outage is."""

from __future__ import annotations

import os
import threading
import weakref
from functools import cache
from typing import Any

from reference.twitter.backend import Script
from reference.twitter.errors import Unavailable

Call = tuple[list[str], list[Any]]  # keys and arguments of one script call


@cache
def lua(name: str) -> Script:
    """The Lua file `name` of this package, read once."""
    return Script(name, package=__package__)


def run(client: Any, script: Script, keys: list[str], args: list[Any]) -> Any:
    """The reply of one call. Unavailable when Redis does not answer."""
    line = _lines.get(client) or _line_of(client)
    try:
        return line.run(script, keys, args)
    except Exception as error:
        raise_outage(error)
        raise


def run_many(client: Any, script: Script, calls: list[Call]) -> list[Any]:
    """Replies in order, in one round trip (one per master of a cluster). Unavailable when Redis does not answer."""
    if not calls:
        return []
    from redis.exceptions import NoScriptError

    try:
        replies = _pipelined(client, script, calls)
        missing = [i for i, reply in enumerate(replies) if isinstance(reply, NoScriptError)]
        if missing:  # such a call did nothing, so it may be made again
            script.load(client)
            for i, reply in zip(missing, _pipelined(client, script, [calls[i] for i in missing]), strict=True):
                replies[i] = reply
        for reply in replies:
            if isinstance(reply, Exception):
                raise reply
    except Exception as error:
        raise_outage(error)
        raise
    return replies


def _pipelined(client: Any, script: Script, calls: list[Call]) -> list[Any]:
    with client.pipeline(transaction=False) as pipe:
        for keys, args in calls:
            script.queue(pipe, keys, args)
        return pipe.execute(raise_on_error=False)


def raise_outage(error: Exception) -> None:
    """Raise Unavailable when `error` means that Redis did not answer; return for any other."""
    from redis.exceptions import BusyLoadingError, ClusterDownError, ConnectionError, ReadOnlyError, TimeoutError

    if isinstance(error, (ConnectionError, TimeoutError, BusyLoadingError, ClusterDownError, ReadOnlyError, OSError)):
        raise Unavailable(f"no rate limit without Redis: {error}") from error


class _Ordinary:
    """Calls through the client: a cluster's, which finds the node, and fakeredis's."""

    def __init__(self, client: Any) -> None:
        self.client = weakref.proxy(client)  # the limiter holds the client; here it must be free to go

    def run(self, script: Script, keys: list[str], args: list[Any]) -> Any:
        return script.run(self.client, keys, args)


class _Kept(_Ordinary):
    """Calls over a connection that each thread keeps: taking one from the pool for each call costs more than the decision itself.

    A connection that broke since its last use (a restarted server) is opened anew, once and without a pause: what waits here is
    somebody's request. Such a call may have been counted twice: a limit errs on the side of refusing.
    """

    def __init__(self, client: Any) -> None:
        super().__init__(client)
        self._mine = threading.local()

    def run(self, script: Script, keys: list[str], args: list[Any]) -> Any:
        from redis.exceptions import ConnectionError

        try:
            return script.run(self, keys, args)
        except ConnectionError:
            return script.run(self, keys, args)

    def execute_command(self, *command: Any) -> Any:
        from redis.exceptions import ResponseError

        connection = getattr(self._mine, "connection", None)
        if connection is None or connection.pid != os.getpid():  # after a fork the parent goes on using it
            connection = self._mine.connection = self._connect()
        try:
            connection.send_command(*command)
            return connection.read_response()
        except ResponseError:
            raise
        except BaseException:  # an answer may still be under way: nobody must read it as the next one's
            connection.disconnect()
            raise

    def _connect(self) -> Any:
        from redis.backoff import NoBackoff
        from redis.retry import Retry

        pool = self.client.connection_pool
        return pool.connection_class(**{**pool.connection_kwargs, "retry": Retry(NoBackoff(), 0)})


_lines: weakref.WeakKeyDictionary[Any, _Ordinary] = weakref.WeakKeyDictionary()


def _line_of(client: Any) -> _Ordinary:
    import redis as redis_py

    pool = getattr(client, "connection_pool", None)
    plain = type(client) is redis_py.Redis and type(pool) is redis_py.ConnectionPool
    return _lines.setdefault(client, _Kept(client) if plain else _Ordinary(client))

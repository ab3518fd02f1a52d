"""What an operation costs in Redis: commands, round trips, bytes. Exact counts, alike on fakeredis, a server and a cluster.

    with Meter(app.redis) as m:
        app.tweets.post(author_id, "hello")
    m.commands, m.round_trips, m.by_command

Counted at the connection, below pipelines and above the socket, so one pipeline is one round trip (on a cluster: one per node it
touches) and MULTI/EXEC count as the commands they are. What Lua calls inside the server never crosses the wire: one EVALSHA is one command;
`script_keys` tells how many keys scripts declared. Handshakes and health checks of new connections are left out, because they
depend on the pool and not on the operation.
"""

from __future__ import annotations

import threading
from collections import Counter
from typing import Any

from reference.lab.wire import parse_commands, reply_bytes
from reference.notebook import table
from reference.twitter.errors import require

_CONTAINERS = {b"CLIENT", b"CLUSTER", b"CONFIG", b"FUNCTION", b"MEMORY", b"OBJECT", b"PUBSUB", b"SCRIPT", b"SLOWLOG", b"XGROUP", b"XINFO"}
_SCRIPTS = {b"EVAL", b"EVALSHA", b"EVAL_RO", b"EVALSHA_RO", b"FCALL", b"FCALL_RO"}


class Meter:
    """Context manager over one or several redis-py clients. Nests, works across threads, restores the clients on exit.

    Attributes (live inside the block, final after it): commands, round_trips, bytes_sent, bytes_received, by_command
    {NAME: times}, script_keys. `bytes_received` is the size of the replies in RESP2, computed from the decoded values.
    """

    def __init__(self, *clients: Any) -> None:
        require(bool(clients), "Meter needs at least one Redis client")
        self._clients = clients
        self._lock = threading.Lock()
        self._pools: list[Any] = []
        self.reset()

    def reset(self) -> None:
        """Start counting from zero."""
        with self._lock:
            self.commands = self.round_trips = self.bytes_sent = self.bytes_received = self.script_keys = 0
            self.by_command: dict[str, int] = {}

    def __enter__(self) -> Meter:
        require(not self._pools, "this Meter is already counting; nest another one")
        pools = {id(pool): pool for client in self._clients for pool in _pools(client)}
        self._pools = list(pools.values())
        for pool in self._pools:
            _tap(pool, self)
        return self

    def __exit__(self, *_error: object) -> None:
        for pool in self._pools:
            _untap(pool, self)
        self._pools = []

    def sent(self, commands: list[list[bytes]], size_bytes: int) -> None:
        """One write of `commands` (called by the tap)."""
        with self._lock:
            self.bytes_sent += size_bytes
            self.commands += len(commands)
            for command in commands:
                name = _name(command)
                self.by_command[name] = self.by_command.get(name, 0) + 1
                self.script_keys += int(command[2]) if command[0].upper() in _SCRIPTS else 0

    def received(self, size_bytes: int, *, first: bool) -> None:
        """One reply; the first after a write completes a round trip (called by the tap)."""
        with self._lock:
            self.bytes_received += size_bytes
            self.round_trips += first

    def per(self, operations: int) -> dict[str, float]:
        """Commands, round trips and bytes per operation, for `operations` done inside the block."""
        require(operations > 0, f"operations must be > 0, not {operations}")
        return {name: value / operations for name, value in self.totals().items()}

    def totals(self) -> dict[str, int]:
        with self._lock:
            return {
                "commands": self.commands,
                "round_trips": self.round_trips,
                "bytes_sent": self.bytes_sent,
                "bytes_received": self.bytes_received,
            }

    def _rows(self) -> list[tuple[str, str]]:
        rows = [(name.replace("_", " "), f"{value:,}") for name, value in self.totals().items()]
        by_name = Counter(self.by_command)
        return rows + [(name, f"{times:,}") for name, times in sorted(by_name.items(), key=lambda item: (-item[1], item[0]))]

    def __repr__(self) -> str:
        rows = self._rows()
        width = max(len(name) for name, _ in rows)
        return "\n".join(f"{name:<{width}}  {value:>12}" for name, value in rows)

    def _repr_html_(self) -> str:
        return table(("what crossed the wire", "times or bytes"), self._rows())


class _Tap:
    """Listens on every connection of one pool while a meter is on. One per pool, however many meters."""

    def __init__(self, pool: Any) -> None:
        self.pool, self.meters = pool, []  # type: ignore[var-annotated]
        self._connections: list[Any] = []
        self._own_traffic = threading.local()
        self._take = pool.get_connection
        pool.get_connection = self._get_connection
        for connection in _existing(pool):
            self._listen(connection)

    def remove(self) -> None:
        del self.pool.get_connection
        for connection in self._connections:
            connection.__dict__.pop("send_packed_command", None)
            connection.__dict__.pop("read_response", None)

    def _get_connection(self, *args: Any, **options: Any) -> Any:
        connection = self._quietly(self._take, *args, **options)
        self._listen(connection)
        return connection

    def _quietly(self, call: Any, *args: Any, **options: Any) -> Any:
        """Run `call`; what it sends on its own account (handshake, health check) is not counted."""
        self._own_traffic.depth = self._depth() + 1
        try:
            return call(*args, **options)
        finally:
            self._own_traffic.depth -= 1

    def _depth(self) -> int:
        return getattr(self._own_traffic, "depth", 0)

    def _listen(self, connection: Any) -> None:
        if "send_packed_command" in connection.__dict__:
            return
        send, read = connection.send_packed_command, connection.read_response
        waiting = [False]

        def send_packed_command(command: Any, *args: Any, **options: Any) -> Any:
            if self._depth():
                return send(command, *args, **options)
            chunks = _chunks(command)
            result = self._quietly(send, chunks, *args, **options)
            waiting[0] = True
            self._report_sent(b"".join(chunks))
            return result

        def read_response(*args: Any, **options: Any) -> Any:
            if self._depth():
                return read(*args, **options)
            first, waiting[0] = waiting[0], False
            try:
                reply = read(*args, **options)
            except Exception as error:
                self._report_reply(error, first)
                raise
            self._report_reply(reply, first)
            return reply

        connection.send_packed_command, connection.read_response = send_packed_command, read_response
        self._connections.append(connection)

    def _report_sent(self, wire: bytes) -> None:
        commands = parse_commands(wire)
        for meter in list(self.meters):
            meter.sent(commands, len(wire))

    def _report_reply(self, reply: Any, first: bool) -> None:
        size_bytes = reply_bytes(reply)
        for meter in list(self.meters):
            meter.received(size_bytes, first=first)


_taps: dict[int, _Tap] = {}
_taps_lock = threading.Lock()


def _tap(pool: Any, meter: Meter) -> None:
    with _taps_lock:
        if id(pool) not in _taps:
            _taps[id(pool)] = _Tap(pool)
        _taps[id(pool)].meters.append(meter)


def _untap(pool: Any, meter: Meter) -> None:
    with _taps_lock:
        tap = _taps[id(pool)]
        tap.meters.remove(meter)
        if not tap.meters:
            del _taps[id(pool)]
            tap.remove()


def _pools(client: Any) -> list[Any]:
    """The client's connection pool; on a cluster one per node."""
    if hasattr(client, "get_nodes"):
        return [client.get_redis_connection(node).connection_pool for node in client.get_nodes()]
    return [client.connection_pool]


def _existing(pool: Any) -> list[Any]:
    return [*getattr(pool, "_available_connections", ()), *getattr(pool, "_in_use_connections", ())]


def _chunks(command: Any) -> list[bytes]:
    parts = [command] if isinstance(command, str | bytes) else list(command)
    return [part.encode() if isinstance(part, str) else bytes(part) for part in parts]


def _name(command: list[bytes]) -> str:
    """GET, EVALSHA; container commands with their subcommand: SCRIPT LOAD."""
    words = command[:2] if command[0].upper() in _CONTAINERS else command[:1]
    return b" ".join(words).decode(errors="replace").upper()

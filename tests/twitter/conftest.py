"""Fixtures of tests/twitter: `world`, `any_world` and `durable_database` run a test on each SQL engine in turn."""

from tests.twitter.stores import any_world, durable_database, world

__all__ = ["any_world", "durable_database", "world"]

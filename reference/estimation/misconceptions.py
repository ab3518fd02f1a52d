"""Misconceptions of estimation, by name: what happened, why it matters, what to do (misconceptions.toml)."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from reference.estimation.errors import UnknownName


@dataclass(frozen=True, slots=True)
class Misconception:
    """`name` ("bits-for-bytes") is for programs, `title` ("Bits for bytes") for people; the other three are sentences of Markdown."""

    name: str
    title: str
    happened: str
    matters: str
    fix: str

    @property
    def says(self) -> str:
        """All of it in one line of Markdown."""
        return f"**{self.title}.** {self.happened} {self.matters} *{self.fix}*"


@cache
def misconceptions() -> Mapping[str, Misconception]:
    """Every misconception by name, in the order of misconceptions.toml."""
    listed = tomllib.loads(Path(__file__).with_name("misconceptions.toml").read_text(encoding="utf-8"))
    return {name: Misconception(name, **entry) for name, entry in listed.items()}


def misconception(name: str) -> Misconception:
    """The misconception of that name. Raises UnknownName listing the names."""
    if name not in misconceptions():
        raise UnknownName(f"no misconception {name!r}; there are: {', '.join(misconceptions())}")
    return misconceptions()[name]

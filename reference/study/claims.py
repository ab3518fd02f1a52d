"""Claims of the published designs, stored as data: datasets/source_designs/*.toml, tables `[[claim]]` with id, section, says, value, unit, kind."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from reference.twitter.errors import InvalidInput, NotFound

FOLDER = Path(__file__).resolve().parents[2] / "datasets" / "source_designs"


@dataclass(frozen=True, slots=True)
class Claim:
    """One thing a design says. `value` in `unit` where it is a number; `kind`: arithmetic, schema, race, contradiction, number …"""

    id: str
    design: str
    section: str
    says: str
    value: float | str | None = None
    unit: str = ""
    kind: str = ""


@cache
def claims(folder: Path = FOLDER) -> dict[str, Claim]:
    """Every stored claim by id, files in name order. Raises InvalidInput naming the file for what is not a claim."""
    found: dict[str, Claim] = {}
    for path in sorted(folder.glob("*.toml")):
        for claim in _read(path):
            if claim.id in found:
                raise InvalidInput(f"claim id {claim.id!r} occurs twice, the second time in {path.name}")
            found[claim.id] = claim
    return found


def _read(path: Path) -> list[Claim]:
    """A file's design is its own `design` key, else the first letter of its name (`C.toml`, `c-hello.toml`)."""
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
        design = str(data.get("design", path.stem[0].upper()))
        fields = ("id", "section", "says", "value", "unit", "kind")
        return [Claim(design=design, **{key: entry[key] for key in fields if key in entry}) for entry in data.get("claim", [])]
    except (tomllib.TOMLDecodeError, TypeError, KeyError) as error:
        raise InvalidInput(f"{path.name} is not a file of claims: {error}") from error


def find_claim(claim_id: str, folder: Path = FOLDER) -> Claim:
    """The stored claim; NotFound names the ids there are."""
    known = claims(folder)
    if claim_id not in known:
        raise NotFound(f"no claim {claim_id!r}; known: {', '.join(sorted(known)) or 'none'}")
    return known[claim_id]

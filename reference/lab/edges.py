"""Your own follow graph from a text file: "follower followee" per line."""

from __future__ import annotations

import gzip
import re
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from reference.twitter.errors import InvalidInput

if TYPE_CHECKING:
    import pandas as pd

GZIP_MAGIC = b"\x1f\x8b"
UTF8_BOM = b"\xef\xbb\xbf"
MAX_ID = (1 << 63) - 1
SAFE_DIGITS = 18  # any number of 18 digits fits an int64
FIELD = re.compile(rb"[^ \n]+")
COMMENT = re.compile(rb"(?m)^[ \t]*[#%][^\n]*")
EMPTY_FIELD = re.compile(rb"(?m)^[ \t]*,|,[ \t]*,|,[ \t]*$")
# To blanks: tab, comma, carriage return, the quotes that CSV writers put around names.
TO_BLANKS = bytes.maketrans(b'\t,\r"', b"    ")
COLUMN_NAMES = frozenset(
    b"follower followee follower_id followee_id follows followed following src trg dst source target from to user user_id friend "
    b"from_id to_id source_id target_id fromnodeid tonodeid node_1 node_2 id_1 id_2 u v".split()
)


@dataclass(frozen=True)
class FollowGraph:
    """What `load_edges` found. `follows`: int64 follower_id, followee_id, in the file's order, each edge once.

    `names`: user id -> name in the file, or None when the file has numbers (they are the ids then). `header`: the line that was
    taken for one, or None. `duplicates`, `self_follows`: lines that were dropped.
    """

    follows: pd.DataFrame
    names: dict[int, str] | None
    header: str | None
    duplicates: int
    self_follows: int

    @property
    def users(self) -> np.ndarray:
        """Ids of all accounts on either side of an edge, ascending, int64."""
        return np.unique(self.follows[["follower_id", "followee_id"]].to_numpy())

    def __str__(self) -> str:
        kind = "users" if self.names is None else "users (by name)"
        dropped = f"dropped: {self.duplicates:,} duplicates, {self.self_follows:,} self-follows"
        header = "no header" if self.header is None else f"header {self.header!r}"
        return f"{len(self.users):,} {kind}, {len(self.follows):,} follows ({dropped}; {header})"


def load_edges(path: str | Path) -> FollowGraph:
    """Read a follow graph: one "follower followee" per line, parted by tabs, blanks or a comma; gzip is recognised by its content.

    Comments (#, %), blank lines and a header (known column names, or two words above numbers) are skipped. The first field tells:
    if it is a whole number, all must be, 0 … 2^63-1; else all are names, which get ids 1, 2, … in order of appearance.
    Duplicates and self-follows are dropped and counted.
    Raises InvalidInput naming file, line and what was found. The file is held in memory; a million lines take about a second.
    """
    path = Path(path)
    data = _blanked(path, _read(path))
    begins, line_of = _fields(data)
    _check_lines(path, data, line_of)
    header = _header(data, line_of)
    if header is not None:
        begins, line_of = begins[2:], line_of[2:]
    if not len(begins):
        raise InvalidInput(f"{path.name} holds no edges: 'follower followee' is expected on each line")
    body = data[begins[0] :]
    if body[: body.find(b" ")].isdigit():
        return _graph(_numbers(path, body, line_of), None, header)
    ids, names = _named(path, body, line_of)
    return _graph(ids, names, header)


def _read(path: Path) -> bytes:
    try:
        data = path.read_bytes()
        return gzip.decompress(data) if data.startswith(GZIP_MAGIC) else data
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise InvalidInput(f"{path.name} is a damaged gzip file: {error}") from error
    except OSError as error:
        raise InvalidInput(f"cannot read {path}: {error.strerror or error}") from error


def _blanked(path: Path, data: bytes) -> bytes:
    """Comments gone, every separator a blank, a newline at the end: line numbers stay as they were."""
    data = data.removeprefix(UTF8_BOM).replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    if b"#" in data or b"%" in data:
        data = COMMENT.sub(b"", data)
    if b"," in data and (gap := EMPTY_FIELD.search(data)):
        # the match may begin with the line break before it
        number = data.count(b"\n", 0, gap.end()) + 1
        raise _bad_line(path, number, f"an empty field: {_line(data, number)!r}")
    return data.translate(TO_BLANKS) + b" \n"


def _fields(data: bytes) -> tuple[np.ndarray, np.ndarray]:
    """Where each field begins, and the number (from 1) of the line that it is on."""
    raw = np.frombuffer(data, dtype=np.uint8)
    newline = raw == ord("\n")
    blank = newline | (raw == ord(" "))
    begins = np.flatnonzero(~blank & np.concatenate([[True], blank[:-1]]))
    return begins, np.searchsorted(np.flatnonzero(newline), begins) + 1


def _check_lines(path: Path, data: bytes, line_of: np.ndarray) -> None:
    """Every line that has fields has two; InvalidInput names the first other."""
    numbers, counts = np.unique(line_of, return_counts=True)
    wrong = np.flatnonzero(counts != 2)
    if len(wrong):
        number, count = int(numbers[wrong[0]]), int(counts[wrong[0]])
        raise _bad_line(path, number, f"{count} value{'s' if count > 1 else ''}: {_line(data, number)!r}")


def _header(data: bytes, line_of: np.ndarray) -> str | None:
    """The first line, if it names columns: by known names, or as two words above two numbers."""
    first, second = ([_fields_of_line(data, number) for number in line_of[:4:2].tolist()] + [[], []])[:2]
    named = all(field.lower() in COLUMN_NAMES for field in first)
    above_numbers = bool(second) and all(field.isdigit() for field in second) and not any(_numeric(field) for field in first)
    return b" ".join(first).decode("utf-8", "replace") if first and (named or above_numbers) else None


def _numeric(field: bytes) -> bool:
    """Begins like a number: a damaged one must not pass for the name of a column."""
    return field[:1].isdigit() or field[:1] in (b"-", b"+")


def _numbers(path: Path, body: bytes, line_of: np.ndarray) -> np.ndarray:
    """All fields as int64, fast; line by line only when one of them is no number."""
    allowed = np.zeros(256, dtype=bool)
    allowed[list(b"0123456789 \n")] = True
    long = re.search(rb"[0-9]{%d}" % (SAFE_DIGITS + 1), body)
    if not long and allowed[np.frombuffer(body, dtype=np.uint8)].all():
        return np.fromstring(body, dtype=np.int64, sep=" ")
    fields = FIELD.findall(body)
    for field, number in zip(fields, line_of.tolist(), strict=True):
        if not field.isdigit() or int(field) > MAX_ID:
            raise _bad_line(path, number, f"{field.decode('utf-8', 'replace')!r}, which is no whole number 0 … 2^63-1")
    return np.array([int(field) for field in fields], dtype=np.int64)


def _named(path: Path, body: bytes, line_of: np.ndarray) -> tuple[np.ndarray, dict[int, str]]:
    """Names to ids 1, 2, … in order of appearance."""
    import pandas as pd

    try:
        fields = body.decode("utf-8")
    except UnicodeDecodeError as error:
        number = int(line_of[0]) + body.count(b"\n", 0, error.start)
        raise _bad_line(path, number, f"bytes that are not UTF-8: {body[error.start : error.end]!r}") from error
    codes, names = pd.factorize(np.array(re.findall(FIELD.pattern.decode(), fields), dtype=object))
    return codes.astype(np.int64) + 1, {number: str(name) for number, name in enumerate(names, start=1)}


def _graph(ids: np.ndarray, names: dict[int, str] | None, header: str | None) -> FollowGraph:
    import pandas as pd

    edges = pd.DataFrame(ids.reshape(-1, 2), columns=["follower_id", "followee_id"])
    selfless = edges[edges["follower_id"] != edges["followee_id"]]
    follows = selfless.drop_duplicates(ignore_index=True)
    return FollowGraph(follows, names, header, duplicates=len(selfless) - len(follows), self_follows=len(edges) - len(selfless))


def _line(data: bytes, number: int) -> str:
    """Line `number` (from 1) as text, shortened to what an error message can bear."""
    text = data.split(b"\n", number)[number - 1].decode("utf-8", "replace").strip()
    return text if len(text) <= 80 else text[:80] + "…"


def _fields_of_line(data: bytes, number: int) -> list[bytes]:
    return data.split(b"\n", number)[number - 1].split()


def _bad_line(path: Path, number: int, found: str) -> InvalidInput:
    return InvalidInput(f"{path.name}, line {number}: expected 'follower followee', found {found}")

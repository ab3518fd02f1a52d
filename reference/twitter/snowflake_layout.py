"""How the bits of a Snowflake id are laid out, as data: timestamp, worker, sequence, from the highest bit down.

Twitter announced the layout in 2010 (41 bits of milliseconds, 10 of worker, 12 of sequence); Discord and Instagram use
the same idea with other widths and epochs. Everything here is pure arithmetic on ints: no clock, no state.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from reference.twitter.clock import datetime_from_ms, ms_from_datetime
from reference.twitter.errors import IdSpaceExhausted, InvalidInput, require, require_int

if TYPE_CHECKING:
    import numpy as np

INT64_MAX = (1 << 63) - 1  # what a BIGINT, a signed 64-bit column, can hold
YEAR_9999_MS = 253_402_300_799_999  # the last that a datetime can hold
MS_PER_YEAR = 365.2425 * 86_400_000


@dataclass(frozen=True, slots=True)
class SnowflakeParts:
    """What an id tells: `timestamp` (aware UTC datetime), the same as `unix_ms`, who made it, and its place in that millisecond."""

    timestamp: datetime
    unix_ms: int
    worker_id: int
    sequence: int


@dataclass(frozen=True, slots=True)
class SnowflakeLayout:
    """Widths in bits and the epoch (ms since 1970, UTC) of one family of ids.

    The widths must leave the sign bit free (sum <= 63), so that ids sort alike as BIGINT; `unsigned=True` admits 64 for
    layouts that exist with 64. `first_id`: the smallest id ever made in this way; below it decode refuses.
    Raises InvalidInput for widths or an epoch out of range.
    """

    timestamp_bits: int = 41
    worker_bits: int = 10
    sequence_bits: int = 12
    epoch_ms: int = 1_288_834_974_657
    unsigned: bool = field(default=False, kw_only=True)
    first_id: int = field(default=1, kw_only=True, compare=False)
    name: str = field(default="Snowflake", kw_only=True, compare=False)

    def __post_init__(self) -> None:
        require_int("timestamp_bits", self.timestamp_bits, 1, 63)
        require_int("worker_bits", self.worker_bits, 0, 62)
        require_int("sequence_bits", self.sequence_bits, 0, 62)
        require_int("epoch_ms", self.epoch_ms, 0)
        room = 64 if self.unsigned else 63
        require(self.total_bits <= room, f"the widths must sum to <= {room} bits, not {self.total_bits}")
        require(self.max_ms <= YEAR_9999_MS, f"{self.timestamp_bits} timestamp bits from {self.epoch_ms} ms reach beyond the year 9999")
        require_int("first_id", self.first_id, 1, self.max_id)

    @property
    def total_bits(self) -> int:
        return self.timestamp_bits + self.worker_bits + self.sequence_bits

    @property
    def worker_shift(self) -> int:
        return self.sequence_bits

    @property
    def timestamp_shift(self) -> int:
        return self.sequence_bits + self.worker_bits

    @property
    def max_worker_id(self) -> int:
        return (1 << self.worker_bits) - 1

    @property
    def max_sequence(self) -> int:
        return (1 << self.sequence_bits) - 1

    @property
    def max_ms(self) -> int:
        """The last Unix millisecond that the timestamp bits can hold."""
        return self.epoch_ms + (1 << self.timestamp_bits) - 1

    @property
    def last_bigint_ms(self) -> int:
        """The last Unix millisecond whose ids fit a signed 64-bit column; before `max_ms` if all 64 bits are used."""
        return min(self.max_ms, self.epoch_ms + (INT64_MAX >> self.timestamp_shift))

    @property
    def max_id(self) -> int:
        return (1 << self.total_bits) - 1

    @property
    def ids_per_s(self) -> int:
        """The most that one worker can make in a second."""
        return 1000 << self.sequence_bits

    @property
    def years_until_overflow(self) -> float:
        """Years from the epoch until the timestamp bits are spent (41 bits: 69.7)."""
        return (1 << self.timestamp_bits) / MS_PER_YEAR

    def encode(self, unix_ms: int, worker_id: int = 0, sequence: int = 0) -> int:
        """The id with these parts. InvalidInput or IdSpaceExhausted names the part that does not fit and its range."""
        require_int("worker_id", worker_id, 0, self.max_worker_id)
        require_int("sequence", sequence, 0, self.max_sequence)
        since_epoch_ms = self.require_ms(unix_ms) - self.epoch_ms
        return since_epoch_ms << self.timestamp_shift | worker_id << self.worker_shift | sequence

    def decode(self, id: int) -> SnowflakeParts:
        """When, where and as which of its millisecond `id` was born. InvalidInput unless it is an id of this layout."""
        number = self._require_id(id)
        unix_ms = (number >> self.timestamp_shift) + self.epoch_ms
        worker_id = number >> self.worker_shift & self.max_worker_id
        return SnowflakeParts(datetime_from_ms(unix_ms), unix_ms, worker_id, number & self.max_sequence)

    def decode_ms(self, ids: Any) -> np.ndarray:
        """Unix milliseconds of an array of ids, as int64 of the same shape. Unchecked, for charts of many ids. O(n)."""
        import numpy as np

        array = np.asarray(ids)
        require(array.size == 0 or array.dtype.kind in "iu", f"ids must be an array of integers, not of {array.dtype}")
        return (array.astype(np.uint64) >> np.uint64(self.timestamp_shift)).astype(np.int64) + self.epoch_ms

    def first_id_at(self, moment: datetime) -> int:
        """The smallest id that `moment` (aware) or any later time can have: `id >= first_id_at(t)` is "at t or after".

        Microseconds round up to the next millisecond. InvalidInput for a naive datetime or one before the epoch,
        IdSpaceExhausted for one beyond the layout's end.
        """
        whole_ms = ms_from_datetime(moment)
        return self.encode(whole_ms + (moment.microsecond % 1000 > 0))

    def require_ms(self, unix_ms: int) -> int:
        """`unix_ms` if the timestamp bits can hold it; else InvalidInput (before the epoch) or IdSpaceExhausted (beyond the end)."""
        number = require_int("unix_ms", unix_ms, -(1 << 63))
        allowed = f"{self.epoch_ms} … {self.max_ms} ms since 1970"
        require(number >= self.epoch_ms, f"{number} ms is before the epoch of {self.name} ids: must be {allowed}")
        if number > self.max_ms:
            raise IdSpaceExhausted(f"{number} ms does not fit into {self.timestamp_bits} timestamp bits: must be {allowed}")
        return number

    def _require_id(self, id: int) -> int:
        """`id` as int, or InvalidInput that says why it is none of this layout's."""
        number = require_int("id", id, -(1 << 127))
        allowed = f"must be {self.first_id} … {self.max_id}"
        require(number != 0, f"id 0 is no {self.name} id: {allowed}")
        require(number > 0, f"id {number} is negative and thus no {self.name} id: {allowed}")
        require(number <= self.max_id, f"id {number} does not fit into {self.total_bits} bits: {allowed}")
        if number < self.first_id:
            raise InvalidInput(
                f"id {number} is a pre-Snowflake id, older than the first {self.name} Snowflake: "
                f"it is a plain counter and holds no time: {allowed}"
            )
        return number


# Until 4 November 2010 tweet ids were a plain counter (tweet 20: "just setting up my twttr"). The counter stood near
# 29.7 billion when the first Snowflakes appeared, seven seconds after their epoch; 29,700,859,247 is the cutoff that
# Old Dominion University's TweetedAt, which dates tweets by id, found and uses.
TWITTER = SnowflakeLayout(first_id=29_700_859_247, name="Twitter")

# Discord's documentation: 42 bits of milliseconds since 2015, 5 of worker and 5 of process (one field of 10 here), 12 of
# increment; ids are unsigned, so a BIGINT holds them only for the first 69.7 of their 139 years.
DISCORD = SnowflakeLayout(42, 10, 12, 1_420_070_400_000, unsigned=True, name="Discord")

# Instagram's engineering blog (2012): 41 bits of milliseconds, 13 of logical shard, 10 of sequence, inside PostgreSQL, whose
# BIGINT is signed: there these 64 bits last until 2046.
INSTAGRAM = SnowflakeLayout(41, 13, 10, 1_314_220_021_721, unsigned=True, name="Instagram")

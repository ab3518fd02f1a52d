"""What a Snowflake generator must show, whoever wrote it. Among it, all that Twitter's IdWorker specification (2010) asserts.

    report = ids.check(lambda worker_id, clock: MyGenerator(worker_id, clock))

The object made must have `next_id() -> int`; `batch(n) -> n ids` is judged if it is there. `clock` is a
`reference.twitter.clock.Clock`: read it by `now_ns()` or `now()`, wait on it by `sleep(seconds)` or by reading it again.
Any exception counts as a refusal where one is due.
"""

from __future__ import annotations

from functools import partial

from reference.contracts import ids_in_trouble
from reference.contracts.ids_promise import START_MS, IdFactory, Judged, Promise, as_id, equal, increasing, refused, unique
from reference.contracts.report import Broken, Contract, Report

contract: Contract[Promise] = Contract("ids")


def check(
    factory: IdFactory,
    *,
    timestamp_bits: int = 41,
    worker_bits: int = 10,
    sequence_bits: int = 12,
    epoch_ms: int = 1_288_834_974_657,
    deadline_s: float = 5.0,
) -> Report:
    """Judge what `factory(worker_id, clock)` makes against the promised layout. At most `deadline_s` for each behaviour."""
    return contract.run(Promise(factory, timestamp_bits, worker_bits, sequence_bits, epoch_ms), deadline_s=deadline_s)


@contract.behaviour(
    why="A BIGINT is signed and has 63 bits for an id; a negative or larger one is refused or sorts before all others.",
    hint="Subtract the epoch and shift by worker bits + sequence bits; the sign bit stays 0.",
)
def ids_are_positive_and_fit_63_bits(promise: Promise) -> None:
    judged = promise.begin()
    for id in judged.take(10):
        if not 0 < id < 1 << 63:
            raise Broken("0 < id < 2^63", str(id))


@contract.behaviour(
    why="Newer must mean larger: cursors, time ranges and indexes rest on it.",
    hint="Inside a millisecond count the sequence up; in a new one put the larger timestamp above it.",
)
def ids_increase_strictly(promise: Promise) -> None:
    judged = promise.begin()
    for step_ms in (0, 1, 1, 2, 5, 1000):
        judged.clock.at_ms(judged.clock.ms + step_ms)
        judged.take(5)
    increasing(judged.ids)


@contract.behaviour(
    why="The time inside the id is what readers sort by and dashboards decode; another unit makes it meaningless.",
    hint="The timestamp bits count milliseconds: nanoseconds // 1_000_000, not seconds.",
)
def timestamp_bits_count_milliseconds(promise: Promise) -> None:
    judged = promise.begin()
    first = judged.next_id()
    for elapsed_ms in (1, 10, 1000, 86_400_000):
        judged.clock.at_ms(START_MS + elapsed_ms)
        equal(f"after {elapsed_ms} ms the timestamp grown by", elapsed_ms, promise.ticks(judged.next_id()) - promise.ticks(first))


@contract.behaviour(
    why="Everybody who decodes an id adds the promised epoch; with another one each tweet is born in the wrong year.",
    hint="Subtract the promised epoch, in milliseconds, from the clock's milliseconds before shifting.",
)
def the_epoch_is_the_promised_one(promise: Promise) -> None:
    early, late = promise.begin(), promise.begin(ms=START_MS + 1000)
    first, last = early.next_id(), late.next_id()
    if promise.ticks(last) - promise.ticks(first) == 1000:  # else the unit is wrong, which has a law of its own
        equal("decoded milliseconds", START_MS, promise.ms(first))


@contract.behaviour(
    why="Two workers stay apart only by these bits.",
    hint="Put the worker id above the sequence: worker_id << sequence_bits.",
)
def worker_bits_hold_the_worker_id(promise: Promise) -> None:
    for worker_id in (0, 1, 7, (1 << promise.worker_bits) - 1):
        for id in promise.begin(worker_id).take(3):
            equal("worker bits", worker_id, promise.worker(id))


@contract.behaviour(
    why="A worker id that does not fit spills into the timestamp: two machines then share ids, or one lives in the future.",
    hint="Check 0 <= worker_id < 2^worker_bits in the constructor and raise an error that names the range.",
)
def a_worker_id_out_of_range_is_refused(promise: Promise) -> None:
    for worker_id in (-1, 1 << promise.worker_bits):
        refused(partial(_first_id, promise, worker_id), f"an error for worker id {worker_id}")


def _first_id(promise: Promise, worker_id: int) -> int:
    return promise.begin(worker_id).next_id()


@contract.behaviour(
    why="The sequence tells ids of one millisecond apart; each step must survive to the last bit.",
    hint="An id has 63 bits and a float 53: whole numbers and shifts only, no division, no floats on the way.",
)
def the_sequence_counts_every_id_of_a_millisecond(promise: Promise) -> None:
    judged = promise.begin()
    ids = judged.take(min(600, promise.per_ms))
    steps = [promise.sequence(id) - promise.sequence(ids[0]) for id in ids]
    if steps != list(range(len(ids))):
        wrong = next(i for i, step in enumerate(steps) if step != i)
        raise Broken(f"the sequence {wrong} above the first", str(steps[wrong]))


@contract.behaviour(
    why="A sequence that starts anywhere else can make fewer ids in that millisecond and runs over inside it.",
    hint="When the millisecond changes, set the sequence back to 0.",
)
def the_sequence_restarts_at_0_in_each_millisecond(promise: Promise) -> None:
    judged = promise.begin()
    for step_ms in range(1, 4):
        judged.clock.at_ms(START_MS + step_ms)
        equal("the first sequence of a millisecond", 0, promise.sequence(judged.next_id()))
        judged.take(step_ms)


@contract.behaviour(
    why="A sequence that runs over its bits makes ids of the neighbouring worker: duplicates on two machines.",
    hint="Compare with the largest sequence (or mask it) before composing; when it is spent, wait.",
)
def worker_bits_survive_when_the_sequence_is_spent(promise: Promise) -> None:
    judged = promise.begin(worker_id=0)
    for _ in range(promise.per_ms + 2):
        answer = judged.answer()
        if isinstance(answer, int):  # None and errors are judged by the next law
            equal("worker bits", 0, promise.worker(answer))


@contract.behaviour(
    why="A burst of more than 4096 posts in a millisecond is a good day, not an error.",
    hint="When the sequence is spent, wait until the clock shows the next millisecond and start there at 0.",
)
def a_spent_sequence_waits_for_the_next_millisecond(promise: Promise) -> None:
    judged = promise.begin()
    first = judged.next_id()  # a generator may have begun before the first id
    rest = judged.take(promise.per_ms - 1 - promise.sequence(first))
    if judged.clock.ms != START_MS:
        raise Broken(f"all {promise.per_ms} ids of a millisecond without waiting", "a wait before the sequence was spent")
    last = rest[-1] if rest else first
    after = judged.next_id()
    equal("milliseconds to the next id", 1, promise.ticks(after) - promise.ticks(last))
    equal("its sequence", 0, promise.sequence(after))
    if not START_MS < judged.clock.ms <= START_MS + 2:
        raise Broken("a wait until the next millisecond begins", f"the clock stands {judged.clock.ms - START_MS} ms later")


@contract.behaviour(
    why="A batch is many ids at once and nothing else; bulk loads and single posts share one generator.",
    hint="Reserve from the same state and under the same lock as next_id.",
)
def a_batch_is_what_as_many_calls_would_give(promise: Promise) -> None:
    judged = promise.begin()
    if not hasattr(judged.generator, "batch"):
        return
    before = judged.next_id()
    ids = _batch(judged, promise.per_ms + 10)
    ids += [*_batch(judged, 3), judged.next_id()]
    unique([before, *ids])
    increasing([before, *ids])
    for id in ids:
        equal("worker bits", 7, promise.worker(id))


@contract.behaviour(
    why="Ids from the future hide later posts from cursors, and repeat after a restart.",
    hint="Wait until the last millisecond of the batch has begun before returning it.",
)
def a_batch_never_takes_milliseconds_that_have_not_begun(promise: Promise) -> None:
    judged = promise.begin()
    if not hasattr(judged.generator, "batch"):
        return
    for n in (1, promise.per_ms - 1, 3 * promise.per_ms + 5):
        newest_ms = promise.ms(_batch(judged, n)[-1])
        if newest_ms > judged.clock.ms:
            raise Broken(f"no id later than {judged.clock.ms} ms", f"{newest_ms} ms, {newest_ms - judged.clock.ms} ms ahead of the clock")


def _batch(judged: Judged, n: int) -> list[int]:
    judged.clock.fresh_call()
    answer = judged.generator.batch(n)
    ids = [as_id(each) for each in answer]
    equal("ids in the batch:", n, len(ids))
    return ids


contract.behaviours.extend(ids_in_trouble.contract)

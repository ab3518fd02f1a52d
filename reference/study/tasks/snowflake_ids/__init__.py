"""Tasks on Snowflake ids: how many, how to make them when the clock misbehaves, how to split the bits, and a generator to mend."""

from __future__ import annotations

from reference.study.task import Task
from reference.study.tasks.snowflake_ids import laws

TOPIC = "07a_snowflake_ids"

TASKS = [
    Task(
        grade_id="snowflake-rate",
        topic=TOPIC,
        title="Ids per second of one worker",
        kind="number",
        level="recall",
        points=1,
        minutes=5,
        answer="ids_per_s",
        why='"Can one machine keep up?" follows every drawing of the 64 bits, and the answer is one multiplication.',
        hints=(
            "Two numbers: how many ids fit into one tick, and how many ticks a second has.",
            "A sequence of n bits tells 2ⁿ ids apart within one tick. Then a worker waits for the next tick.",
            "2 to the power of the sequence bits, times 1,000 divided by the tick in milliseconds. The worker bits do not enter.",
        ),
        read="notebook `07a_snowflake_ids`, section 6 (how the bits are split)",
        judge=laws.judge_rate,
        draw=laws.draw_rate,
        asks="Time is counted in ticks of **{tick_ms} ms**, with **{sequence_bits} bits** of sequence and {worker_bits} of worker. How "
        "many ids can *one* worker make in a second? (in ids/s, within ±5 %)",
    ),
    Task(
        grade_id="snowflake-ids",
        topic=TOPIC,
        title="A generator that survives its clock",
        kind="code",
        level="apply",
        points=4,
        minutes=15,
        answer="TweetIds",
        why='"Write it" is the usual follow-up, and "what if the clock goes back?" the one after: eight lines work, until they do not.',
        hints=(
            "Keep two things between calls: the last millisecond used and the sequence in it. Each call compares the clock with the first.",
            "Three cases. Clock later: new millisecond, sequence 0. Equal: sequence + 1, and if it is spent, wait for a later reading. "
            "Earlier: raise before you change anything. All of it under one lock.",
            "Wait by `while ms <= self.last_ms: clock.sleep(…)` and read again. Check the worker's range in `__init__`, and that the time "
            "since the epoch is not negative and fits its bits. Compose by shifts: time, then sequence, then worker lowest.",
        ),
        read="notebook `07a_snowflake_ids`, sections 2 and 3 (the anatomy, and when the clock steps back)",
        judge=laws.judge_ids,
        draw=laws.draw_ids,
        asks="From the highest bit down: **{timestamp_bits} bits of milliseconds** since {epoch} (`epoch_ms` {epoch_ms}), then "
        "**{sequence_bits} of sequence**, and the **{worker_bits} of the worker lowest** (Sonyflake's order, not Twitter's). "
        "`snowflake_ids` holds `timestamp_bits`, `sequence_bits`, `worker_bits` and `epoch_ms`.",
    ),
    Task(
        grade_id="snowflake-split",
        topic=TOPIC,
        title="Which split of the bits?",
        kind="choice",
        level="design",
        points=2,
        minutes=5,
        answer="layout",
        why="Whoever recites 41, 10 and 12 is asked why. Whoever derives the widths from years, processes and bursts is not.",
        hints=(
            "Each width answers one question: years, processes, ids in the busiest millisecond. And all of them share 63 bits.",
            "2^41 ms are 69.7 years; each bit less halves that. For workers and bursts find the next power of two above the number.",
            "Strike out what has more than 63 bits, then what lasts too short, then what has too few workers or too small a sequence.",
        ),
        read="notebook `07a_snowflake_ids`, section 6 (how the bits are split)",
        judge=laws.judge_split,
        draw=laws.draw_split,
        asks="A service with an epoch of its own at launch wants ids in a signed `BIGINT`: for **{years} years**, from up to **{workers:,} "
        "processes** at once, with up to **{burst:,} ids in the busiest millisecond** of one process.",
        choices={
            key: f"{{layouts[{key}][0]}} bits of milliseconds, {{layouts[{key}][1]}} of worker, {{layouts[{key}][2]}} of sequence"
            for key in "abcde"
        },
    ),
    Task(
        grade_id="snowflake-mend",
        topic=TOPIC,
        title="Find and mend: design E's generator",
        kind="code",
        level="apply",
        points=4,
        minutes=15,
        answer="MendedIds",
        why="Reading somebody's code for what it does *not* ask is half of a design review. This one was published, and looks finished.",
        hints=(
            "Go through what comes in from outside: the machine number and the clock. What does the code believe without asking?",
            "The clock may be behind the last millisecond used; the machine number may not fit ten bits; the time since the epoch may be "
            "negative or too large for 41 bits. The lock is fine.",
            "Work with `ms = max(now_ms, self.last_ms)` after refusing a clock that is more than the lead behind. If the sequence is "
            "spent, wait until the clock has passed `last_ms`. Range checks go to the top of `__init__` and before the id is composed.",
        ),
        read="notebook `07a_snowflake_ids`, sections 3 and 10 (the clock steps back; claim checks)",
        judge=laws.judge_mend,
        draw=laws.draw_mend,
        asks="Mend it with one wish more: a clock that is **at most {lead_ms} ms behind** the last id (`snowflake_mend.lead_ms`) costs "
        "neither a wait nor an error: go on in the last millisecond used, and wait only when its sequence is spent. Further behind is an "
        "error at once. `snowflake_mend.epoch_ms` stays {epoch_ms}, 1 January 2020, UTC: 41 bits of time, 10 of machine, 12 of sequence.",
    ),
]

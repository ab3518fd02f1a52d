"""Tasks on rate limiting: a window's edge, a bucket in Lua, a queue before the refusal, which limit to promise, and a limiter to mend."""

from __future__ import annotations

from reference.study.task import Task
from reference.study.tasks.rate_limiting import bucket, laws, mend, queue

TOPIC = "07d_rate_limiting"

TASKS = [
    Task(
        grade_id="limit-edge",
        topic=TOPIC,
        title="What a fixed window lets through",
        kind="number",
        level="recall",
        points=1,
        minutes=5,
        answer="most_calls",
        why='"A counter that expires" is everybody\'s first limiter. The follow-up is a number: how much does it really let through?',
        hints=(
            "The counter falls to 0 at every edge. Draw the edges on a line, and lay your stretch of time over them.",
            "How many windows does the stretch touch, if it begins shortly before an edge? Parts of a window count: all its calls can fall "
            "into the part that you see.",
            "A stretch of 1.5 windows touches up to 3 of them. Count for yours, and multiply by the limit.",
        ),
        read="notebook `07d_rate_limiting`, section 1 (one counter an hour)",
        judge=laws.judge_edge,
        draw=laws.draw_edge,
        asks="A fixed window admits **{limit} calls in {window_min} minutes**: a counter, back to 0 every {window_min} minutes of the "
        "clock. A client calls as often and as fast as it likes. How many of its calls, *at most*, are admitted within some stretch of "
        "**{stretch_min} minutes**? (exact)",
    ),
    Task(
        grade_id="limit-bucket",
        topic=TOPIC,
        title="A token bucket in one Lua script",
        kind="code",
        level="apply",
        points=4,
        minutes=15,
        answer="TAKE",
        why='"Write it in Redis" separates who has drawn a bucket from who has run one: atomicity, fractions, expiry, and the truth of the '
        "wait.",
        hints=(
            "Two numbers under KEYS[1]: the tokens, and up to which moment they are counted. Read (HMGET), refill, decide, write (HSET), "
            "answer.",
            "tokens = min(capacity, tokens + elapsed · tokens per ms). An ordinary call needs cost + reserve, takes cost. Refused: write "
            "nothing, and the wait is (needed − tokens) ÷ tokens per ms, rounded up. Needed above the capacity: {0, -1} at once.",
            "A missing key is a full bucket, counted up to now. `at = math.max(now, stored at)` for clocks that are behind. `PEXPIRE` by "
            "(capacity − tokens) ÷ tokens per ms, `math.ceil`, plus a second. All variables `local`; `tonumber` what comes in.",
        ),
        read="notebook `07d_rate_limiting`, sections 4 and 5 (one step; what the state forgets)",
        judge=bucket.judge_bucket,
        draw=bucket.draw_bucket,
        asks="Capacity **{capacity} tokens**, **{per_hour} come back an hour**, bit by bit. The last **{reserve} tokens are a reserve**: "
        "an ordinary call is admitted only if they are still there after it, an urgent one may take them.",
    ),
    Task(
        grade_id="limit-retry",
        topic=TOPIC,
        title="Hold first, refuse later",
        kind="code",
        level="apply",
        points=3,
        minutes=12,
        answer="decide",
        why='"A refusal is not the only answer" is where nginx, API gateways and job queues start. And it all fits into one number per '
        "client.",
        hints=(
            "Keep the moment at which the bucket will be empty. Its level at any time is what is left until then, in intervals.",
            "A call that is admitted moves that moment by one interval, from now if the bucket is empty. Compare what is left until the "
            "*new* moment with at_once and at_once + queue intervals.",
            "`empty = max(now, stored) + interval`. Over the whole by x ms: refuse, x, and keep `stored`. Over at_once by x ms: hold, x. "
            "Else pass, 0.",
        ),
        read="notebook `07d_rate_limiting`, sections 2 and 3 (a bucket; GCRA keeps one time)",
        judge=queue.judge_retry,
        draw=queue.draw_retry,
        asks="The bucket leaks **one call every {interval_ms} ms**. A call that brings its level to at most **{at_once}** passes; to at "
        "most **{at_once} + {queue}**, it is held; above that it is refused. (As nginx's `limit_req` with `delay` and `burst`.)",
    ),
    Task(
        grade_id="limit-promise",
        topic=TOPIC,
        title="Which limit keeps the promise?",
        kind="choice",
        level="design",
        points=2,
        minutes=8,
        answer="limit",
        why='"Token bucket" is a name and not an answer. Which numbers, and what do they promise: to the database, and to the phone?',
        hints=(
            "Three promises: a number for *any* hour, a burst, and memory. Compute for each of the six what it does to each of the three.",
            "A bucket admits capacity + what comes back within the hour. What does each of the others admit in its worst hour?",
            "Strike out what lets more than the contract's number into some hour, then what is too large, then what refuses the app's "
            "burst.",
        ),
        read="notebook `07d_rate_limiting`, sections 2, 3 and 7 (two numbers; the same calls through all five; memory)",
        judge=laws.judge_promise,
        draw=laws.draw_promise,
        asks="The contract says *never more than **{hard} calls in any hour**, wherever it begins*. The app, opened after a day, sends "
        "**{burst} at once**, which must pass. There are **{clients_m} M clients**, in the busiest hour all at their limit, and "
        "**{memory_gb} GB** for all of them ({bucket_bytes} bytes for a bucket or counters, {entry_bytes} for each entry of a log).",
        choices={key: f"{{limits[{key}][says]}}" for key in "abcdef"},
    ),
    Task(
        grade_id="limit-mend",
        topic=TOPIC,
        title="Find and mend: design E's limiter",
        kind="code",
        level="apply",
        points=4,
        minutes=15,
        answer="MendedLimit",
        why="This one was published, looks finished, and limits nobody. It passes any test in which no time goes by and nobody else comes.",
        hints=(
            "Follow `last_refill` through two calls, an hour apart. Then let another server write between `get` and `set`.",
            "Three mistakes: the moment from which time is counted never moves; read, decide, write is not one step; a clock that is "
            "behind takes tokens away. Move the moment by whole steps; write with `swap`; never fewer than 0 steps.",
            "A loop: get, refill, refuse or `swap` with the text that you read, and again if it says False. After a credit the moment "
            "moves by steps × step_s; is the bucket full, it moves to now.",
        ),
        read="notebook `07d_rate_limiting`, sections 4 and 5 (eight servers, one limit; claim E-13-last-refill)",
        judge=mend.judge_mend,
        draw=mend.draw_mend,
        asks="**{limit} tokens**, of which **{batch} come back together every {step_s} s**. A step begins with the call that takes from a "
        "full bucket; the next ones follow every {step_s} s until the bucket is full again. An empty bucket is full after {interval_s} s.",
    ),
]

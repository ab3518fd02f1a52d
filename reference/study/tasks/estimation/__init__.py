"""Tasks on estimation: two numbers, a cache, time down, the change that turns a design over, and a published estimate to mend."""

from __future__ import annotations

from reference.study.task import Task
from reference.study.tasks.estimation import cache, laws, mend, plans

TOPIC = "02_estimation"

TASKS = [
    Task(
        grade_id="estimation-deliveries",
        topic=TOPIC,
        title="The writes behind a write",
        kind="number",
        level="recall",
        points=1,
        minutes=5,
        answer="deliveries_per_s",
        why="The famous number is tweets a second, and it decides little. The one behind it sizes the largest write load of the design.",
        hints=(
            "Tweets a second at the peak; then for each of them, into how many timelines its id is written.",
            "A percentage is a fraction before it is multiplied: 20 % is 0.2. A day has 86,400 s, about 10⁵.",
            "Tweets a day × followers × the active share ÷ 86,400 × the peak factor.",
        ),
        read="notebook `02_estimation`, section 2 (The writes behind a write)",
        judge=laws.judge_deliveries,
        draw=laws.draw_deliveries,
        asks="**{tweets_per_day:,} tweets a day**, each by an author with **{followers} followers** on average. It is pushed to the "
        "**{active_percent} %** of them who were active of late. How many deliveries a second in the busiest hour, which has **{peak} "
        "times** "
        "the average? (in deliveries/s, within ±20 %)",
    ),
    Task(
        grade_id="estimation-workers",
        topic=TOPIC,
        title="How many workers?",
        kind="number",
        level="apply",
        points=2,
        minutes=6,
        answer="workers",
        why='"How many machines?" is one law of queues and two factors. Most wrong answers come from one of the factors, upside down.',
        hints=(
            "Little's law: jobs in progress = arrivals a second × seconds that each takes. A worker has one in progress.",
            "Arrivals at the peak, and milliseconds as seconds: 50 ms are 0.05 s. That many workers would be busy all the time.",
            "Jobs/s × peak × ms ÷ 1,000, divided by the share of time that they may be busy: less busy means more workers.",
        ),
        read="notebook `02_estimation`, section 2 (Links, machines, promises, money)",
        judge=laws.judge_workers,
        draw=laws.draw_workers,
        asks="On average **{jobs_per_s:,} jobs a second** arrive, at the peak **{peak} times** as many. A worker does one job at a time, "
        "which "
        "takes **{job_ms} ms**, and should be busy for **{busy_percent} %** of the time at most. How many workers for the peak? (within "
        "±10 %)",
    ),
    Task(
        grade_id="estimation-cache",
        topic=TOPIC,
        title="How many nodes hold the timelines?",
        kind="code",
        level="apply",
        points=3,
        minutes=12,
        answer="cache_nodes",
        why='"It fits into memory" is said of 8 bytes an entry. What is kept takes from 13 to 120, and the cap decides which.',
        hints=(
            "One timeline first: how many entries are kept, which price has an entry of a set of that size, and what comes on top.",
            "Bytes of a timeline = key_bytes + kept × (packed_bytes or entry_bytes); times readers, added over all lengths; times copies.",
            "A node holds node_gib × 2**30 × fill_percent / 100 bytes. Round up at the end; at least `copies` nodes if there is anything, "
            "else 0. kept = min(entries, most_entries), and a timeline without entries takes nothing, not even its key.",
        ),
        read="notebook `02_estimation`, section 2 (Bytes in memory)",
        judge=cache.judge_cache,
        draw=cache.draw_cache,
        asks="A timeline keeps its newest **{most_entries} entries**. Sets of up to **{packed_entries}** entries are packed: "
        "{packed_bytes} bytes "
        "an entry; in larger ones every entry takes {entry_bytes}. Each timeline that is not empty takes {key_bytes} bytes more. "
        "**{copies} "
        "copies** of all, on nodes of {node_gib} GiB that may be filled to **{fill_percent} %**. How few nodes will do?",
    ),
    Task(
        grade_id="estimation-downtime",
        topic=TOPIC,
        title="How long is it down?",
        kind="code",
        level="apply",
        points=4,
        minutes=15,
        answer="downtime_min",
        why='Two copies at 99 % make 99.99 %, says the whiteboard. "And if you deploy a bug to both?" says the interviewer.',
        hints=(
            "Write the share of time *up* of a plan as a function that calls itself; convert to minutes at the very end, once.",
            '"all": the product. "any": 1 - the product of the failures. "at least": add up the combinations in which enough are up. '
            "Both kinds of copies, times (1 - common).",
            'For "at least", keep a list `up` with the chance of exactly 0, 1, 2 … parts up, starting with [1.0]; each part with share p '
            'turns it into new[i] = up[i] × (1 - p) + up[i - 1] × p. Then add from k on. "any" is "at least" 1.',
        ),
        read="notebook `02_estimation`, section 2 (Links, machines, promises); `01_requirements`, section 3 (Nines)",
        judge=plans.judge_plans,
        draw=plans.draw_plan,
        asks='Minutes down in a **{period}** ({period_min:,} min). Parts fail independently, but in each group of copies ("any" and "at '
        'least") there is besides a **common cause**: for a share of **{common}** of the time, independently of all else, the whole group '
        "is "
        "down, whatever its parts do.",
    ),
    Task(
        grade_id="estimation-flip",
        topic=TOPIC,
        title="Which change turns the design over?",
        kind="choice",
        level="design",
        points=2,
        minutes=6,
        answer="change",
        why='"Now suppose …" is how an interviewer finds out whether you know which number your decision hangs on.',
        hints=(
            "Push or pull hangs on one ratio. Which, and what is it now?",
            "Timelines loaded for each tweet posted = daily users × loads ÷ tweets a day. Which of the changes touch one of its three "
            "numbers?",
            "Compute the ratio after each change that touches it. Two do so without moving it, or not far enough; one brings it below 2.",
        ),
        read="notebook `02_estimation`, sections 2 (followees) and 4 (Now suppose …)",
        judge=laws.judge_flip,
        draw=laws.draw_flip,
        asks="**{daily_users:,} people** come on a day and load **{loads} timelines** each; **{tweets_per_day:,} tweets** are posted. The "
        "house's "
        "rule: push on write while **at least two timelines are loaded for each tweet posted**. Which one of these changes puts that in "
        "question?",
        choices={key: f"{{changes[{key}]}}" for key in "abcde"},
    ),
    Task(
        grade_id="estimation-mend",
        topic=TOPIC,
        title="Find and mend: design A's estimate",
        kind="code",
        level="apply",
        points=4,
        minutes=15,
        answer="mended",
        why="In a review nobody checks your multiplication. They ask what you multiplied, and what the rest of your design says about it.",
        hints=(
            "The arithmetic is right. Ask of each row what it is for: what is written to these shards? what does this cache keep? when is "
            "a "
            "link full? what fills a shard?",
            "Writes: a pushed tweet is a row for each follower as well. Cache: 100 ids are kept, 20 are a page. Link: peak, bits, and not "
            "filled to the brim. Shards: writes or bytes.",
            "writes = (tweets × (1 + followers) + the other kind) ÷ 86,400 × write_peak; cache with cached_ids; link = loads ÷ 86,400 × "
            "read_peak × response_bytes × 8 ÷ 10⁹ ÷ share; shards = max(ceil(writes ÷ …), ceil(tweets × bytes × 365 × years ÷ …)).",
        ),
        read="notebook `02_estimation`, section 2; `02b_audit` for the rest of A's numbers",
        judge=mend.judge_mend,
        draw=mend.draw_mend,
        asks="Mend its four rows, with two wishes more: of the smaller writes, count the **{also}**, and only those (`a.{also_name}`, a "
        "row each, the same peak factor), and fill the link to **{link_percent} %** at most.",
    ),
]

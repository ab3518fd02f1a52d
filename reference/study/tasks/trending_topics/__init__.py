"""Tasks on trending topics: the size of a sketch, hashtags, a sliding window, the doors of a trend, and a counter to mend."""

from __future__ import annotations

from reference.study.task import ALLOWED, Task
from reference.study.tasks.trending_topics import laws, mend, tags, window_laws

TOPIC = "07e_trending_topics"

TASKS = [
    Task(
        grade_id="trend-sketch",
        topic=TOPIC,
        title="Sketches for an error that is asked for",
        kind="number",
        level="recall",
        points=1,
        minutes=5,
        answer="sketches_mb",
        why='"12 KB and 0.8 %" is what everybody recites. "And for another error, and for every minute?" is the follow-up.',
        hints=(
            "The standard error of a HyperLogLog is 1.04 / √m, with m registers. Solve it for m.",
            "m is a power of two, since some bits of the hash choose the register. Each register has 6 bits, as in Redis.",
            "m = the next power of two above (1.04 / error)². Bytes of one sketch: m × 6 / 8. Times tags, times minutes.",
        ),
        read="notebook `07e_trending_topics`, section 5 (ten million people)",
        judge=laws.judge_sketch,
        draw=laws.draw_sketch,
        asks="Distinct people are counted by HyperLogLogs whose standard error is **at most {error_percent} %**, with registers of 6 bits, "
        "and as few as do it. For **{tags} tags**, a sketch for **each of the last {minutes} minutes**, all dense: how much memory? (in "
        "MB, within ±5 %)",
    ),
    Task(
        grade_id="trend-tags",
        topic=TOPIC,
        title="Hashtags in every script",
        kind="code",
        level="apply",
        points=3,
        minutes=12,
        answer="tags_of",
        why="`#(\\w+)` is on every whiteboard. It loses Hindi and Thai, and whoever counts next believes it.",
        hints=(
            "Go through the text once. At each mark two questions: may a tag begin here (what stands before it?), and where does it end?",
            "A character belongs to a tag if `unicodedata.category(c)[0]` is L, M or N, or if it is `_`. The joiner belongs if the "
            "characters on both sides do. A tag without any L is none.",
            "Fold with NFC, casefold, NFC; a dict keeps the first of each in order; cut it at the end. Before the mark: no character that "
            "belongs to tags, no `/`, no `&`.",
        ),
        read="notebook `07e_trending_topics`, section 10 (hashtags in every script)",
        judge=tags.judge_tags,
        draw=tags.draw_tags,
        asks="Here a tag may also hold the joiner **`{joiner}`**, singly, between two of its characters. Of one text only the first "
        "**{most}** different tags count.",
        allowed=ALLOWED | {"unicodedata", "regex"},
    ),
    Task(
        grade_id="trend-window",
        topic=TOPIC,
        title="What trends in the last minutes?",
        kind="code",
        level="apply",
        points=4,
        minutes=15,
        answer="Trends",
        why='"Most used in the last hour" is the first answer; a window that slides, people instead of tweets and a window to compare with '
        "are the next three questions.",
        hints=(
            "For each minute (at_s // 60) and tag: who used it, how often. All else is computed when the list is read.",
            "The window: the minute of now and window_min − 1 before it. The window before: the window_min minutes before that. In each "
            "unite the users of a tag. Uses are counted for ties only.",
            "Listed: people_now >= people and people_now + add >= times · (people_before + add). Sort by (−people, ±uses, tag), cut after "
            "n. Drop minutes that are older than both windows.",
        ),
        read="notebook `07e_trending_topics`, sections 2, 3 and 4 (faster than before; people; which last hour)",
        judge=window_laws.judge_window,
        draw=window_laws.draw_window,
        asks="The window has **{window_min} minutes**. A trend has at least **{people} people**, and **people + {add} ≥ {times} × (people "
        "of the window before + {add})**. Of equal people the tag with **{tie}** in the window leads, then the alphabet.",
    ),
    Task(
        grade_id="trend-doors",
        topic=TOPIC,
        title="Which doors keep the campaigns out?",
        kind="choice",
        level="design",
        points=2,
        minutes=8,
        answer="doors",
        why='"And the bots?" Every door that keeps them out costs somebody else a place. An interviewer wants to hear whom.',
        hints=(
            "Four kinds of tags: a campaign when it is old, a campaign when it is young, a real burst, an everyday tag. What must happen "
            "to each?",
            "A young campaign looks like a small crowd: as many uses as accounts. Only one of the three doors sees the difference.",
            "Strike out the floors that a campaign reaches or that the smaller bursts do not, then the shares above people ÷ uses of a "
            "real burst, then the bars outside of what everyday tags and bursts do.",
        ),
        read="notebook `07e_trending_topics`, sections 3 and 11 (people, not tweets; the dials)",
        judge=laws.judge_doors,
        draw=laws.draw_doors,
        asks="Campaigns have up to **{accounts} accounts**; each tweets once in the first minutes, and ten times by the end, under a tag "
        "that was never used. Real bursts have **{crowd} people or more**, {per_person} uses each, and grow to **{growth} times** the "
        "usual. Everyday tags swing up to **{swing} times** their usual hour. Every real burst, and nothing else, shall be listed at some "
        "time.",
        choices={
            key: f"at least {{doors[{key}][people]}} people, {{doors[{key}][share]}} people per use, {{doors[{key}][times]}} times "
            f"the usual"
            for key in "abcdef"
        },
    ),
    Task(
        grade_id="trend-mend",
        topic=TOPIC,
        title="Find and mend: design E's trends",
        kind="code",
        level="apply",
        points=4,
        minutes=15,
        answer="MendedTrends",
        why="Ten lines with a HyperLogLog and a sorted set look finished. What they show tomorrow at this hour is another question.",
        hints=(
            "Which key will be written to tomorrow at the same hour? And who takes a tag off the ranking when nobody uses it any more?",
            "Four mistakes: the hour of the day in the key; no expiry; a score that is written only when its tag is used; the worker's "
            "clock. Count per slot from the epoch, by at_s, and rank when reading.",
            "process: PFADD to the key of (slot, tag), SADD the tag to the slot's set of tags, EXPIRE both. trending: the tags of the "
            "window's slots (SUNION), PFCOUNT of each over its slots, the floor, sort, cut.",
        ),
        read="notebook `07e_trending_topics`, sections 4 and 7 (which last hour; claim checks), and 11 (claim E-5.4-ranking-is-current)",
        judge=mend.judge_mend,
        draw=mend.draw_mend,
        asks="Mend it with slots of **{slot_min} minutes**, which begin at 00:00 UTC: the window is the slot under way and the **{before} "
        "before it**. `trending(limit)` lists (tag, people) from **{people} distinct people** on, most people first, then by the alphabet.",
    ),
]

"""Tasks on fanout: a threshold from a target, the merge of a hybrid, one edge at a time, a policy, and a published hybrid to mend."""

from __future__ import annotations

from reference.study.task import Task
from reference.study.tasks.timeline_fanout import edges, laws, mend, merge

TOPIC = "07b_timeline_fanout"

TASKS = [
    Task(
        grade_id="fanout-threshold",
        topic=TOPIC,
        title="A celebrity threshold from a freshness target",
        kind="number",
        level="recall",
        points=1,
        minutes=5,
        answer="threshold",
        why='"Why 10,000?" is asked of every hybrid. The published thresholds differ by 200×; yours should follow from a promise.',
        hints=(
            "The threshold bounds the deliveries of one tweet. So: how many deliveries may one tweet have within the time that it has?",
            "First the deliveries of all workers in a second, counting batches; then this tweet's share of them; then the seconds.",
            "workers × (1,000 ÷ milliseconds of a batch) × timelines in a batch × share ÷ 100 × seconds. How many tweets there are "
            "does not enter.",
        ),
        read="notebook `07b_timeline_fanout`, section 3 (the dial: threshold = deliveries per second × seconds allowed)",
        judge=laws.judge_threshold,
        draw=laws.draw_threshold,
        asks="**{workers} workers** put ids into timelines, each one batch after the other: **{batch} timelines** in **{batch_ms} ms**. "
        "One tweet may take **{share_percent} %** of that, the rest is everybody else's, and its last follower must have it within "
        "**{seconds} s**. From how many followers on do you stop pushing? (in followers, within ±5 %)",
    ),
    Task(
        grade_id="fanout-merge",
        topic=TOPIC,
        title="The read path of a hybrid",
        kind="code",
        level="apply",
        points=4,
        minutes=15,
        answer="home_page",
        why="Everybody draws the two arrows into one box called “merge”. The next question is what happens inside it on page two.",
        hints=(
            "Put all ids below `below` into one place where each stands once, with its author. What remains is an order and a walk.",
            "A dict from id to author takes what came by both ways once. Walk through its keys, the largest first, and decide for each "
            "whether it goes onto the page.",
            "Leave an id out when the page is at least `run` long and its last `run` tweets are all by the same author as this one. "
            "Stop at `limit`. Change none of the lists that you were given.",
        ),
        read="notebook `07b_timeline_fanout`, section 2 (push, pull, hybrid); `07c_home_timelines`, section 1 (turning pages)",
        judge=merge.judge_merge,
        draw=merge.draw_merge,
        asks="One rule more than the usual merge has: **no more than {run} tweets of one author in a row**. A tweet is left out if the "
        "{run} tweets put on the page just before it are all by its author; each page begins to count anew. In code: `fanout_merge.run`.",
    ),
    Task(
        grade_id="fanout-edge",
        topic=TOPIC,
        title="Push or pull, edge by edge",
        kind="code",
        level="apply",
        points=3,
        minutes=10,
        answer="route",
        why="“How many followers make a celebrity?” has a better answer than a number: what does this edge cost, pushed or pulled?",
        hints=(
            "Two costs of one day, then a comparison. The pushed one is a multiplication; for the other walk through the day.",
            "Keep one flag: is there news since the last read? A tweet raises it. A read costs a lookup if it is up, a share if not, "
            "and takes it down.",
            "pushed = `push_cost` × number of “t”. For each “r” add `pull_cost` or `pull_cost / flag_share`. Mind which side equal costs "
            "fall on. (Shorter: the reads that find something are the places where a “t” stands right before an “r”.)",
        ),
        read="notebook `07b_timeline_fanout`, section 4 (the other end of the edge: edge by edge)",
        judge=edges.judge_edge,
        draw=edges.draw_edge,
        asks="A flag in memory tells whether an author has tweeted since this reader's last read, so that a read which finds nothing new "
        "costs only **1/{flag_share} of a lookup** (`fanout_edge.flag_share` is {flag_share}). The day begins with the flag down. Equal "
        "costs: **{tie}**.",
    ),
    Task(
        grade_id="fanout-policy",
        topic=TOPIC,
        title="Which policy keeps all three promises?",
        kind="choice",
        level="design",
        points=2,
        minutes=8,
        answer="policy",
        why="Threshold and activity are two dials. Whoever turns only one of them breaks a promise that the other would have kept.",
        hints=(
            "Three promises, three numbers for each plan: deliveries a second, lookups of a read, seconds until the last follower has it.",
            "Deliveries: tweets × followers × the share that is not pulled × (active only?) the active share. Lookups: follows × the share "
            "that is pulled. Seconds: the largest fanout that is still pushed ÷ the rate.",
            "Pushing to everybody fails by the first number, a low threshold by the second, a high one, or none, by the third.",
        ),
        read="notebook `07b_timeline_fanout`, sections 3 and 4 (the dial; the other end of the edge)",
        judge=laws.judge_policy,
        draw=laws.draw_policy,
        asks="{tweets_per_s:,} tweets a second; everybody tweets alike, and an account has {follows} followers and follows {follows} on "
        "average. **{active_percent} %** of any account's followers are active. Of all follows, {share_percent[low]} % lead to "
        "accounts with {thresholds[low]:,} followers or more, {share_percent[middle]} % to those with {thresholds[middle]:,} or more, "
        "{share_percent[high]} % to those with {thresholds[high]:,} or more; the largest account has {largest:,}. One tweet gets "
        "{rate:,} deliveries a second. Promised are: **at most {most_deliveries_per_s:,} deliveries a second** in all, **at most "
        "{most_lookups} authors looked up** by a home read on average, and **{seconds} s** until the last follower who is pushed to "
        "has a tweet.",
        choices={key: f"{{plan_{key}}}" for key in "abcde"},
    ),
    Task(
        grade_id="fanout-mend",
        topic=TOPIC,
        title="Find and mend: design B's hybrid",
        kind="code",
        level="apply",
        points=5,
        minutes=15,
        answer="MendedFanout",
        why="“What if an author crosses your threshold?” is the question after every hybrid. In this one tweets vanish without an error.",
        hints=(
            "Follow one tweet of an author with more than `up` followers, then of one with exactly `up`. By which way does it arrive?",
            "Record the author's class in `flags` when they post, and let the read ask the record. Merge by id. Then think of the day on "
            "which they are a celebrity no more: what lies in their followers' homes?",
            "In `post`: pull if recorded as celebrity and count ≥ `down`, or count ≥ `up`. From pull to push: first `homes.add` their "
            "newest `recent` tweets for every follower, then change the record.",
        ),
        read="notebook `07b_timeline_fanout`, section 5 (five designs) and 7; `07c_home_timelines`, section 4 (becomes famous, and is "
        "forgotten again)",
        judge=mend.judge_mend,
        draw=mend.draw_mend,
        asks="Mend it with two thresholds instead of one: an author is a celebrity (pulled) **from {up} followers on**, and stays one "
        "until a post finds them with **fewer than {down}**. At that post their newest **{recent} tweets** go into every follower's home. "
        "In `fanout_mend` these are `up`, `down` and `recent`. (B's 5,000 is made small, so that one can watch it.)",
    ),
]

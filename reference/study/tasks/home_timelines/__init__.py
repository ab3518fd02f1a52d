"""Tasks on home timelines: ids as scores, a page by cursor, follow and unfollow, what to keep them in, and a page query to mend."""

from __future__ import annotations

from reference.study.task import Task
from reference.study.tasks.home_timelines import follow, laws, mend, page

TOPIC = "07c_home_timelines"

TASKS = [
    Task(
        grade_id="home-scores",
        topic=TOPIC,
        title="How many scores has a burst?",
        kind="number",
        level="recall",
        points=1,
        minutes=5,
        answer="scores",
        why="“I take the Snowflake as the score” sounds right, and design E says it, too. The follow-up is one question: is that exact?",
        hints=(
            "A score in Redis is a double. How many significant bits does it keep, and how many has such an id?",
            "53 bits are kept. Of an id with n bits the lowest n - 53 are lost: ids that differ only there have one score.",
            "Divide the number of ids by 2 to the power of (bits - 53).",
        ),
        read="notebook `07c_home_timelines`, section 2 (the id as a score)",
        judge=laws.judge_scores,
        draw=laws.draw_scores,
        asks="Tweet ids have **{bits} bits** (the highest is set). A bulk import makes **{ids:,} consecutive ids**, and each is put into a "
        "sorted set with itself as the score. How many different scores does Redis keep? (in scores, within ±6 %)",
    ),
    Task(
        grade_id="home-cursor",
        topic=TOPIC,
        title="A page by cursor",
        kind="code",
        level="apply",
        points=4,
        minutes=15,
        answer="home_page",
        why="“Cursor, not offset” is two words. Then tweets are deleted, the page comes out short, and the client takes it for the end.",
        hints=(
            "What does the end of a page have to know? The ids to show, the last id that it looked at, and whether anything lies below.",
            "One question is enough: ask `newest` for all ids that you may look at and for one more, and `visible` for all of them "
            "together. The page is the first `limit` that are left.",
            "A full page ends at its last id, another one at the last id that it may look at. Is that the last of all that `newest` "
            "returned, the cursor is None; else it is that id as text. Parse a cursor with `isascii()` and `isdecimal()` before `int()`.",
        ),
        read="notebook `07c_home_timelines`, sections 1 and 6 (turning pages; a deleted tweet)",
        judge=page.judge_page,
        draw=page.draw_page,
        asks="For one page look at **no more than {looks} ids** (`home_cursor.looks`; and one further, to see whether anything lies "
        "below). If they do not fill the page, return it short, **with** a cursor.",
    ),
    Task(
        grade_id="home-follow",
        topic=TOPIC,
        title="Follow, unfollow, and an event that comes late",
        kind="code",
        level="apply",
        points=4,
        minutes=15,
        answer="Timelines",
        why="A timeline that is pushed to is a second copy of the graph. “What happens on unfollow?” asks who keeps the two alike.",
        hints=(
            "Four questions before anything is changed: is this event the newest of its edge, is there a timeline, which kind, is it full?",
            "`store.edge(reader, author)` gives the version as it is now: another one than the event's means stale. A merge adds and then "
            "trims; an unmerge filters by author.",
            "Unmerge: note whether the timeline holds `cap` entries *before* you take something out. If so, `newest_of_all(reader, cap)` "
            "takes its place.",
        ),
        read="notebook `07c_home_timelines`, section 3 (follow, unfollow, and an event that comes late)",
        judge=follow.judge_follow,
        draw=follow.draw_follow,
        asks="A timeline holds at most the newest **{cap}** ids (`home_follow.cap`). A follow merges the new followee's newest **{merge}** "
        "tweets (`home_follow.merge`), not all that would fit.",
    ),
    Task(
        grade_id="home-keep",
        topic=TOPIC,
        title="What to keep timelines in?",
        kind="choice",
        level="design",
        points=2,
        minutes=8,
        answer="plan",
        why="“Redis” is not an answer yet: which structure, how many entries, for whom, and what does a delivery do that finds nothing?",
        hints=(
            "Bytes: accounts × share × entries × bytes of an entry. The rest is about being right, not about being small.",
            "Pages × 20 are the entries that somebody may want to read. Then ask of each plan what a second delivery of one tweet does, "
            "and what a delivery does while the reader is away.",
            "One plan is too large, one too short, one takes ids twice, one makes timelines that look complete.",
        ),
        read="notebook `07c_home_timelines`, sections 5 and 7 (readers who stay away; what a timeline weighs)",
        judge=laws.judge_keep,
        draw=laws.draw_keep,
        asks="**{accounts_m} M accounts**, of which **{active_percent} %** read at least every two weeks. Readers turn up to **{pages} "
        "pages** of 20, by cursor. Workers get each tweet *at least* once. There is room for **{most_gb:,} GB** in Redis, where an entry "
        "of a sorted set takes {set_bytes} bytes (beyond 128 entries) and one of a list {list_bytes}. A read takes a timeline that is "
        "there for complete.",
        choices={key: f"{{plan_{key}}}" for key in "abcde"},
    ),
    Task(
        grade_id="home-mend",
        topic=TOPIC,
        title="Find and mend: design D's page query",
        kind="code",
        level="apply",
        points=4,
        minutes=15,
        answer="MendedTimeline",
        why="Page by number, celebrities merged into each page: it looks right on page one, and half of the tweets may never show.",
        hints=(
            "Turn two pages of the published query by hand: forty pushed tweets, ten newer ones of a celebrity. What is cut, and where is "
            "it then?",
            "A page is: all ids of all sources, each once, within the bounds, the newest `size` of them. Nothing is a number of pages.",
            "Collect into a set: the stored timeline (`.get(reader, [])`) and all posts of the followed celebrities. Keep an id if "
            "`since_id` is None or it is above, and `max_id` is None or it is within. Sort, cut.",
        ),
        read="notebook `07c_home_timelines`, section 1 (turning pages)",
        judge=mend.judge_mend,
        draw=mend.draw_mend,
        asks="Mend it with `max_id` and `since_id` instead of page numbers: a page holds the newest `size` ids **{at_or_below} `max_id`** "
        "({as_in}) and **above `since_id`**; `None` is no bound. Return their ids, newest first.",
    ),
]

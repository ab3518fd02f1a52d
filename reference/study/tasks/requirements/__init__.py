"""Tasks on requirements: what staleness costs, an error budget, a session that never goes back, a plan for a promise, pages to mend."""

from __future__ import annotations

from reference.study.task import Task
from reference.study.tasks.requirements import homes, laws, plans, sessions

TOPIC = "01_requirements"

TASKS = [
    Task(
        grade_id="requirements-stale",
        topic=TOPIC,
        title="Pages that lack a tweet",
        kind="number",
        level="recall",
        points=1,
        minutes=5,
        answer="old_pages",
        why='"May it be late?" is settled by what late means: so many pages that somebody looks at. Without the number it is a taste.',
        hints=(
            "Old pages are a rate times a time: how many pages these followers load in a second, and for how many seconds the tweet is "
            "missing.",
            "Pages a second = followers × loads a day ÷ 86,400. That is the average; the question asks for the busiest hour.",
            "Followers × loads ÷ 86,400 × the peak factor × the lag in seconds.",
        ),
        read="notebook `01_requirements`, section 3 (How late is a second?)",
        judge=laws.judge_stale,
        draw=laws.draw_stale,
        asks="An account has **{followers} followers**. Each of them loads home **{loads} times a day**, and {peak} times as often as on "
        "average in the busiest hour. A tweet posted in that hour arrives **{lag_s} s late**, for all of them. How many home pages are "
        "loaded without it, on average? (in pages, within ±20 %; it need not be a whole number)",
    ),
    Task(
        grade_id="requirements-budget",
        topic=TOPIC,
        title="What is left of the error budget",
        kind="code",
        level="apply",
        points=3,
        minutes=12,
        answer="budget_left",
        why='"99.9 % of what?" is the follow-up to every promise of availability. Whoever can write the count down has made a promise.',
        hints=(
            "Three questions for each request: is it in the window, does it count at all, is it bad? Only then divide.",
            "allowed = (1 - slo) × those that count. Left = 1 - bad ÷ allowed. What does not count is missing from *both* numbers.",
            "Filter by `now_s - window_s < at_s <= now_s`, drop 400 … 499 (429 as the card says), count `status >= 500 or latency_ms > "
            "slow_ms` "
            "(and 429 where it is bad). Nothing counted: 1.0. Never cut off below 0.",
        ),
        read="notebook `01_requirements`, section 3 (Sentences that one can test; Nines)",
        judge=laws.judge_budget,
        draw=laws.draw_budget,
        asks="The promise: a share of **{slo}** of the requests of the last **{window_s} s** is good. Bad is a status of 500 or more, or "
        "an "
        "answer that took **more than {slow_ms} ms**. Statuses 400 to 499 are the caller's mistake and are left out; only 429, too many "
        "requests, **{refused}**.",
    ),
    Task(
        grade_id="requirements-session",
        topic=TOPIC,
        title="Read your own writes, from replicas that lag",
        kind="code",
        level="apply",
        points=4,
        minutes=15,
        answer="Session",
        why='"Followers may lag, authors may not" is quickly said. "And if the next request lands on another server?" comes right after '
        "it.",
        hints=(
            "One number is enough: the largest version that this person has written or been shown. It is the token.",
            "A copy may be read if its `version` has reached that number (and its `lag_s` is within the limit). If none may: the primary.",
            "`self.token = max(self.token, version)` after every write *and* every read, with the version that the call returned. Mind the "
            "order of the list: the card says at which end the nearest replica stands.",
        ),
        read="notebook `01_requirements`, section 3 (The author reloads; session guarantees)",
        judge=sessions.judge_session,
        draw=sessions.draw_session,
        asks="The list of replicas is ordered by distance, {order}. Read from the nearest one that is recent enough for this session, "
        "never "
        "from one whose `lag_s` is **above {most_lag_s} s**, and from the primary only if no replica will do. One `read` of the session "
        "asks one copy, once.",
    ),
    Task(
        grade_id="requirements-plan",
        topic=TOPIC,
        title="Which plan keeps the promise?",
        kind="choice",
        level="design",
        points=2,
        minutes=6,
        answer="plan",
        why="Everybody promises four nines. The next question is how, and four of five answers do not survive a multiplication.",
        hints=(
            "What must be up for a page to be served? Write that as parts in a row and parts side by side, for each plan.",
            "In a row small failures add up: five times 0.05 % is 0.25 %. Side by side they multiply. Compare with what the promise "
            "allows.",
            "For each plan: the sum of the failures of what is still needed, in %. It must stay below 100 % - the promise. What stands in "
            "a "
            "row with everything, such as a switch, is a ceiling.",
        ),
        read="notebook `01_requirements`, section 3 (Nines)",
        judge=plans.judge_plan,
        draw=plans.draw_plan,
        asks="A page needs **{parts} parts in a row**, each up **{part} %** of the time. The promise is **{slo} %**. Parts fail "
        "independently "
        "of each other, for minutes at a time. Which one plan keeps it?",
        choices={key: f"{{plans[{key}]}}" for key in "abcde"},
    ),
    Task(
        grade_id="requirements-mend",
        topic=TOPIC,
        title="Find and mend: design A's home page",
        kind="code",
        level="apply",
        points=4,
        minutes=15,
        answer="MendedHome",
        why="A promise stands on page 2 and the code on page 30. Reviewers are paid for holding them side by side.",
        hints=(
            "Two promises, two readers: the author right after the post, and a follower after the worker has run. Go through `home` for "
            "each.",
            "The author's tweet is in no stored timeline. A follower's page is in the cache, and nobody takes it out when the timeline "
            "changes.",
            "`home` joins the timeline with the newest `most_own` of `store.tweets_of(reader)`, sorted, cut to `page_size`. `work` calls "
            "`pages.delete(follower)` *after* `store.deliver(…)`, since somebody may load in between.",
        ),
        read="notebook `01_requirements`, section 3 (the two claims: one second, and one's own tweet)",
        judge=homes.judge_mend,
        draw=homes.draw_mend,
        asks="Mend it, with two wishes more: a page has the newest **{page_size} tweets**, and of one's own at most the newest "
        "**{most_own}**, newest first (a larger id is newer). The cache stays: a page that is still true must not be built again.",
    ),
]

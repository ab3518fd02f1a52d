"""Tasks on latency: how often a page meets a tail, a page played by dice, fanout in line, a remedy to choose, a published p95 to mend."""

from __future__ import annotations

from reference.study.task import Task
from reference.study.tasks.latency_tradeoffs import laws, mend, page, visible

TOPIC = "07f_latency_tradeoffs"

TASKS = [
    Task(
        grade_id="latency-late",
        topic=TOPIC,
        title="How many pages meet the tail",
        kind="number",
        level="recall",
        points=1,
        minutes=5,
        answer="late_percent",
        why="“We read them in parallel, so it takes as long as one.” The interviewer waits for whoever says this and asks about the p99.",
        hints=(
            "A page is in time only if *all* of its reads are. How likely is that for one read, for two, for three?",
            "Independent chances multiply: the chance that one read is in time, to the power of the reads. Late pages are the rest.",
            "100 × (1 − (p ÷ 100) ^ reads), p being the percentile. The milliseconds do not enter.",
        ),
        read="notebook `07f_latency_tradeoffs`, section 1 (pull waits for the slowest)",
        judge=laws.judge_late,
        draw=laws.draw_late,
        asks="A page reads **{reads} timelines at once** and is done when the last of them is in. The p{percent} of a single read is "
        "**{ms} ms**, and the reads are independent of each other. How many of the pages wait longer than {ms} ms? (in % of pages, within "
        "±5 % of the number)",
    ),
    Task(
        grade_id="latency-page",
        topic=TOPIC,
        title="The percentile of a page, by dice",
        kind="code",
        level="apply",
        points=4,
        minutes=15,
        answer="page_percentile",
        why="“What is the p99 of that?” has no formula as soon as a rule such as “go on without the stragglers” enters. Ten lines of dice "
        "have.",
        hints=(
            "One page is a drawing: own home and all celebrities side by side, then hydration. Write it for `plays` pages at once, as "
            "arrays.",
            "Draw `(plays, reads)` latencies and sort each page's: the last column is the slowest, another is the moment at which enough "
            "are there. Three moments decide: the slowest, the cut, enough.",
            "Waiting ends at `min(slowest, max(cut, enough))`, where enough is the place with `missing` behind it, or 0 if there are no "
            "more reads than that. Later of this and the own home, plus hydration; then one `np.percentile`.",
        ),
        read="notebook `07f_latency_tradeoffs`, sections 1 and 6 (the slowest of n; percentiles that were added)",
        judge=page.judge_page,
        draw=page.draw_page,
        asks="The rule for the celebrities' timelines, counted from the start of the page: if all are in before **{cut_ms} ms**, the page "
        "goes on at once. Else it goes on at {cut_ms} ms without those that are missing, **{missing} at most**; with more missing it waits "
        "on, until all but {missing} are there.",
    ),
    Task(
        grade_id="latency-visible",
        topic=TOPIC,
        title="Time to visible behind a celebrity",
        kind="code",
        level="apply",
        points=4,
        minutes=15,
        answer="visible_ms",
        why="Push has its tail in the line. “What happens to everybody else while a celebrity's tweet goes out?” wants a rule and its "
        "price.",
        hints=(
            "Keep for each tweet the batches that are left and those being delivered, and the number of free workers. Jump from event to "
            "event: an arrival, or the end of a batch.",
            "A heap of (moment, tweet, arrival or end). At each event update the counts, then hand out work: through the tweets in order, "
            "as long as one has batches left, is below the bound, and a worker is free.",
            "`events` starts as the arrivals; each batch handed out pushes `(now + batch_ms, place, True)`. At an end: one worker freed, "
            "one held less, and `visible[place] = now − arrived`: the last such entry stays. Skip tweets that have not arrived.",
        ),
        read="notebook `07f_latency_tradeoffs`, section 2 (push waits in line)",
        judge=visible.judge_visible,
        draw=visible.draw_visible,
        asks="A batch holds up to **{batch} followers** and takes a worker **{batch_ms} ms**, full or not. A free worker takes the next "
        "batch of the *earliest* tweet that has batches left and of which fewer than **{most}** are being delivered: no tweet ever holds "
        "more than {most} workers.",
    ),
    Task(
        grade_id="latency-tail",
        topic=TOPIC,
        title="Which remedy for the tail?",
        kind="choice",
        level="design",
        points=2,
        minutes=10,
        answer="remedy",
        why="Cache, hedge, time out, leave out: everybody can list them. Which one keeps *this* promise, and at what price, is the "
        "question.",
        hints=(
            "Strike out first what breaks a promise by what it is: what the page may not do without, and what the store cannot bear.",
            "p99 of the page: on how many pages is there a read that is still missing at a time t? At most 1 % of pages may have one.",
            "A read that is sent twice is late only if both are: the chances multiply, 1 % × 1 % for one read; times the reads of a page. "
            "A cache leaves so many reads as miss: times 0.1 %.",
        ),
        read="notebook `07f_latency_tradeoffs`, sections 1 and 5 (the fixes on one chart; a cache in front)",
        judge=laws.judge_tail,
        draw=laws.draw_tail,
        asks="A page reads **{reads} timelines at once** and needs **all of them**. Of the store's reads 90 % take {read_ms[0]:g} ms, 9 % "
        "{read_ms[1]:g} ms, 0.9 % {read_ms[2]:g} ms, and 0.1 % are stuck for {read_ms[3]:g} ms, each independent of the others. Promised "
        "are a **p99 of the page of at most {target_ms:g} ms** and **at most {most_extra_percent} % more reads** at the store.",
        choices={key: f"{{plan_{key}}}" for key in "abcde"},
    ),
    Task(
        grade_id="latency-mend",
        topic=TOPIC,
        title="Find and mend: design E's 300 ms",
        kind="code",
        level="apply",
        points=4,
        minutes=12,
        answer="mended_percentile",
        why="“Total p95: about 300 ms” stands under a design that looks finished. Whoever asks how it was added up has found the hole.",
        hints=(
            "Three questions to the sum: do the steps run one after the other? Are their slow requests the same requests? Who is missing?",
            "Compute the time of each *request* first: the later of home and celebrities (cut, or absent), plus hydration; timed out: the "
            "timeout. Collect them from all servers into one list.",
            "Sort it; with n requests take place ⌈n × percent ÷ 100⌉ counted from one, so one less as an index: `-(-n * percent // 100) - "
            "1`. No requests: None.",
        ),
        read="notebook `07f_latency_tradeoffs`, section 6 (percentiles that were added)",
        judge=mend.judge_mend,
        draw=mend.draw_mend,
        asks="Mend it as **p{percent}: the smallest time of a request that at least {percent} % of all requests stay within**. Since last "
        "week the page waits **at most {cut_ms} ms for the celebrities** (the trace still says how long the query ran), and the server "
        "gives a request up after **{timeout_ms} ms**: such a request counts with that time.",
    ),
]

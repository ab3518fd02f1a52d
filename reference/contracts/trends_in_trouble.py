"""Laws of trends for bad input and busy hours. `trends` joins them to the others."""

from __future__ import annotations

import threading
from datetime import datetime

from reference.contracts.report import Broken, Contract, describe
from reference.contracts.trends_promise import Promise, equal, refused

contract: Contract[Promise] = Contract("trends in trouble")


@contract.behaviour(
    why="Nothing to show is an ordinary answer on the first day, and in a quiet region.",
    hint="Answer an empty list, no error.",
)
def an_empty_tracker_answers_an_empty_list(promise: Promise) -> None:
    judged = promise.begin()
    equal("trends", [], judged.top())
    equal("trends of a region that nobody wrote from", [], judged.top(region="AQ"))


@contract.behaviour(
    why="A mistake that is taken silently shows as an empty list on the front page, and nobody knows why.",
    hint="Check n, the window, the tag and the moment first; raise an error that names the value and what is allowed.",
)
def wrong_input_is_refused(promise: Promise) -> None:
    judged = promise.begin()
    refused(lambda: judged.top(n=0), "an error for n = 0")
    refused(lambda: judged.top(window_s=0), "an error for a window of 0 s")
    refused(lambda: judged.tracker.record("", 1), "an error for an empty tag")
    refused(lambda: judged.tracker.record("tag", 1, at=datetime(2026, 1, 12, 12)), "an error for a moment without a zone")
    equal("trends after that", [], judged.top())


@contract.behaviour(
    why="Tags come in every script, and one may hold what separates parts of a key.",
    hint="Let the tag be the last part of a key, or a member; never split a key to get it back.",
)
def any_tag_comes_back_as_it_went_in(promise: Promise) -> None:
    tags = ["उत्तरप्रदेश", "أمطار_اليوم", "地震速報", "a:b:c", "{x}", "50%", 'say"cheese"', "ไทย"]
    judged = promise.begin()
    for tag in tags:
        judged.burst(tag)
    equal("trends", sorted(tags), sorted(judged.tags()))


@contract.behaviour(
    why="Every worker of a group records at the same time. Read, add, write back loses most of it.",
    hint="Use atomic increments (ZINCRBY, HINCRBY in the store; a lock in process).",
)
def threads_lose_no_use(promise: Promise) -> None:
    judged = promise.begin()
    errors: list[BaseException] = []

    def work(first: int) -> None:
        try:
            judged.use("earthquake", range(first, first + 25))
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=work, args=(1000 * i,), daemon=True) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    if errors:
        raise Broken("no error from four threads", describe(errors[0]))
    equal("count", 100, judged.find("earthquake").count)

"""The reference as the contract of home timelines sees it: a Platform behind the few verbs that are judged."""

from __future__ import annotations

from reference.contracts import home_timeline
from reference.contracts.report import Report
from reference.twitter.clock import ManualClock
from reference.twitter.fanout import FanoutOnRead, FanoutOnWrite, FanoutPolicy, Hybrid, RateOptimal, Tiered
from reference.twitter.platform import Platform

CAP, CROWD = 24, 5
POLICIES: list[FanoutPolicy] = [
    FanoutOnWrite(),
    FanoutOnRead(),
    Hybrid(celebrity_threshold=3),
    Tiered(celebrity_threshold=4, verified_threshold=2),
    RateOptimal(push_cost=1.0, pull_cost=1.0),
]


class PlatformSystem:
    """One platform for all behaviours of a check: each begins with people of its own."""

    def __init__(self, app: Platform) -> None:
        self.app = app
        self.begin = app.outbox.last_positions()
        self.follow, self.unfollow, self.drain = app.graph.follow, app.graph.unfollow, app.drain
        self.home = app.timelines.home

    def register(self, name: str) -> int:
        return self.app.accounts.register(name).id

    def post(self, author_id: int, text: str) -> int:
        return self.app.tweets.post(author_id, text).id

    def delete(self, tweet_id: int) -> None:
        self.app.tweets.delete(tweet_id, by=self.app.tweets.get(tweet_id).author_id)

    def redeliver(self) -> None:
        for partition, position in enumerate(self.begin):
            for event in self.app.outbox.read(partition, position):
                self.app.delivery.handle(event)

    def forget_timelines(self) -> None:
        self.app.homes.drop_all()
        self.app.authors.drop_all()


def judge(policy: FanoutPolicy, redis_url: str = "fakeredis://", cap: int = CAP, partitions: int = 2) -> Report:
    """The report on a platform of its own with this policy."""
    clock = ManualClock()
    with Platform.open(redis_url, clock=clock, fanout=policy, timeline_cap=cap, partitions=partitions) as app:
        return home_timeline.check(lambda _: PlatformSystem(app), cap=cap, crowd=CROWD, clock=clock, deadline_s=60)

"""Pulled costs nothing where nobody reads"""


def route(history, push_cost, pull_cost):
    pushed, pulled, news = push_cost * history.count("t"), 0, False
    for event in history:
        if event == "r":
            pulled += pull_cost if news else pull_cost / fanout_edge.flag_share
        news = event == "t"
    if pushed == pulled:
        return fanout_edge.tie
    return "pull" if pushed < pulled else "push"

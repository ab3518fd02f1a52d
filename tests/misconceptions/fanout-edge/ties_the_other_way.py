"""Compare so that equal costs fall on the side that is asked"""


def route(history, push_cost, pull_cost):
    pushed, pulled, news = push_cost * history.count("t"), 0, False
    for event in history:
        if event == "r":
            pulled += pull_cost if news else pull_cost / fanout_edge.flag_share
        news = event == "t"
    if pushed == pulled:
        return "pull" if fanout_edge.tie == "push" else "push"
    return "push" if pushed < pulled else "pull"

"""A read with no tweet since the read before finds the flag down"""


def route(history, push_cost, pull_cost):
    pushed, pulled, news = push_cost * history.count("t"), 0, False
    for event in history:
        if event == "r":
            pulled += pull_cost if news else pull_cost / fanout_edge.flag_share
        news = news or event == "t"
    if pushed == pulled:
        return fanout_edge.tie
    return "push" if pushed < pulled else "pull"

"""at the start of the day nothing is new"""


def route(history, push_cost, pull_cost):
    pushed, pulled, news = push_cost * history.count("t"), 0, True
    for event in history:
        if event == "r":
            pulled += pull_cost if news else pull_cost / fanout_edge.flag_share
        news = event == "t"
    if pushed == pulled:
        return fanout_edge.tie
    return "push" if pushed < pulled else "pull"

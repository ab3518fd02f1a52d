"""find nothing new cost a share"""


def route(history, push_cost, pull_cost):
    pushed, pulled, news = push_cost * history.count("t"), 0, False
    for event in history:
        if event == "r":
            pulled += pull_cost if news else 0
        news = event == "t"
    if pushed == pulled:
        return fanout_edge.tie
    return "push" if pushed < pulled else "pull"

"""Several tweets before one read are one lookup"""


def route(history, push_cost, pull_cost):
    pushed, pulled, news = push_cost * history.count("t"), 0, 0
    for event in history:
        if event == "t":
            news += 1
        else:
            pulled += pull_cost * news if news else pull_cost / fanout_edge.flag_share
            news = 0
    if pushed == pulled:
        return fanout_edge.tie
    return "push" if pushed < pulled else "pull"

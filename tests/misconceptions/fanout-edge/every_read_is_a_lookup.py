"""the numbers of tweets and reads do not suffice"""


def route(history, push_cost, pull_cost):
    pushed, pulled = push_cost * history.count("t"), pull_cost * history.count("r")
    if pushed == pulled:
        return fanout_edge.tie
    return "push" if pushed < pulled else "pull"

"""No events: looks at every millisecond."""


def visible_ms(tweets: list[tuple[int, int]], workers: int) -> list[int]:
    left = [-(-followers // latency_visible.batch) for _, followers in tweets]
    visible, running, now_ms = [0] * len(tweets), [], 0  # running: (end, tweet) of each batch
    while any(left) or running:
        for end_ms, place in running:
            if end_ms == now_ms:
                visible[place] = now_ms - tweets[place][0]
        running = [batch for batch in running if batch[0] > now_ms]
        for place, (arrived_ms, _) in enumerate(tweets):
            if arrived_ms > now_ms:
                break
            while left[place] and len(running) < workers and sum(each == place for _, each in running) < latency_visible.most:
                left[place] -= 1
                running.append((now_ms + latency_visible.batch_ms, place))
        now_ms += 1
    return visible

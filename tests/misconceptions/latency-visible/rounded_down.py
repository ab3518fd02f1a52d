"""Round the number of batches up"""

import heapq


def visible_ms(tweets, workers):
    left = [max(followers > 0, followers // latency_visible.batch) for _, followers in tweets]
    held, visible, free = [0] * len(tweets), [0] * len(tweets), workers
    events = [(arrived_ms, place, False) for place, (arrived_ms, _) in enumerate(tweets)]
    known = set()
    while events:
        now_ms, place, ended = heapq.heappop(events)
        known.add(place)
        if ended:
            free, held[place] = free + 1, held[place] - 1
            visible[place] = now_ms - tweets[place][0]
        for each in sorted(known):
            while free and left[each] and held[each] < latency_visible.most:
                free, left[each], held[each] = free - 1, left[each] - 1, held[each] + 1
                heapq.heappush(events, (now_ms + latency_visible.batch_ms, each, True))
    return visible

-- Six policies over the same real edges, each edge exactly once: what they cost a day in a linear model.
-- $push_cost, $pull_cost, $threshold. users(id, verified, tweets_per_day, reads_per_day, dormant), follows(follower_id, followee_id).
-- A dormant reader whose timeline is not kept costs a pull at each of his (rare) reads: the timeline is rebuilt.
WITH counts AS (
    SELECT followee_id AS id, count(*) AS followers FROM follows GROUP BY ALL
), edges AS (
    SELECT f.followee_id AS author, a.tweets_per_day AS tweets, r.reads_per_day AS reads, r.dormant, a.verified, c.followers
    FROM follows f JOIN users a ON a.id = f.followee_id JOIN users r ON r.id = f.follower_id JOIN counts c ON c.id = f.followee_id
), pushes AS (
    SELECT e.*, p.place, p.policy, CASE p.place
        WHEN 1 THEN true
        WHEN 2 THEN false
        WHEN 3 THEN followers < $threshold
        WHEN 4 THEN followers < $threshold AND NOT (verified AND dormant)
        WHEN 5 THEN NOT dormant
        ELSE reads * $pull_cost >= tweets * $push_cost END AS pushed
    FROM edges e CROSS JOIN (VALUES
        (1, 'push all'), (2, 'pull all'), (3, 'hybrid'), (4, 'tiered'), (5, 'push to active'), (6, 'per edge')) p(place, policy)
), by_author AS (
    SELECT place, policy, author, sum(tweets) FILTER (pushed) AS deliveries, sum(reads) FILTER (NOT pushed) AS lookups, count(*) FILTER (pushed) AS fanout
    FROM pushes GROUP BY ALL
)
SELECT
    policy,
    coalesce(sum(deliveries), 0)::DOUBLE AS deliveries_per_day,
    coalesce(sum(lookups), 0)::DOUBLE AS lookups_per_day,
    $push_cost * deliveries_per_day + $pull_cost * lookups_per_day AS cost_per_day,
    max(fanout) AS largest_fanout
FROM by_author
GROUP BY place, policy
ORDER BY place

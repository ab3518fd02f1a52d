-- Every edge by itself: push where the author's rate × $push_cost is the cheaper side, pull elsewhere ("Feeding Frenzy").
-- authors as in threshold_curve.sql; author_levels(share, factor) spread the tweet rates within a class, reader_levels(share, rate)
-- are the readers' rates: an edge is a pair of independent draws. One row: cost_per_day, deliveries_per_day, lookups_per_day.
WITH rates AS (
    SELECT sum(accounts * followers * share) AS edges, tweets_per_day * factor AS tweets
    FROM authors CROSS JOIN author_levels GROUP BY tweets
)
SELECT
    sum(edges * share * tweets) FILTER (rate * $pull_cost >= tweets * $push_cost) AS deliveries_per_day,
    sum(edges * share * rate) FILTER (rate * $pull_cost < tweets * $push_cost) AS lookups_per_day,
    $push_cost * coalesce(deliveries_per_day, 0) + $pull_cost * coalesce(lookups_per_day, 0) AS cost_per_day
FROM rates CROSS JOIN reader_levels

-- The cheapest of *all* thresholds: with authors in order of followers, push those before, pull those from here on.
-- $push_cost, $pull_cost and authors as in threshold_curve.sql. One row: threshold (infinity: push everybody), cost_per_day.
WITH costs AS (
    SELECT followers, accounts * followers * tweets_per_day * $push_cost AS push, accounts * followers * reads_per_follower * $pull_cost AS pull
    FROM authors
), cuts AS (
    SELECT
        followers AS threshold,
        coalesce(sum(push) OVER before, 0) + sum(pull) OVER beyond AS cost_per_day
    FROM costs
    WINDOW before AS (ORDER BY followers RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW EXCLUDE GROUP),
           beyond AS (ORDER BY followers RANGE BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING)
    UNION ALL
    SELECT 'infinity'::DOUBLE, sum(push) FROM costs
)
SELECT CASE WHEN threshold = (SELECT min(followers) FROM authors) THEN 0 ELSE threshold END AS threshold, cost_per_day
FROM cuts
ORDER BY cost_per_day, threshold
LIMIT 1

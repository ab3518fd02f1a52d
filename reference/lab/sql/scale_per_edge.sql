-- Every edge by itself: push where the author's rate times $push_cost is the cheaper side, pull elsewhere ("Feeding Frenzy").
-- flows: of scale_flows.sql. A tie is pushed; the margin keeps it one when the last digit of a rate differs. Nobody is a celebrity here.
WITH decided AS (
    SELECT *, CASE WHEN reads_per_day * $pull_cost >= tweets_per_day * $push_cost * (1e0 - 1e-9) THEN 1 ELSE 0 END AS pushed FROM flows
), classes AS (
    SELECT author_class, accounts,
        sum(CASE WHEN pushed = 1 THEN edges * tweets_per_day ELSE 0e0 END) AS deliveries_per_day,
        sum(CASE WHEN pushed = 0 THEN edges * reads_per_day ELSE 0e0 END) AS lookups_per_day,
        sum(CASE WHEN pushed = 1 THEN edges ELSE 0e0 END) / accounts AS fanout,
        max(CASE WHEN pushed = 0 AND edges > 0 THEN accounts ELSE 0 END) AS pulled_authors
    FROM decided
    GROUP BY author_class, accounts
)
SELECT 1 AS place, sum(deliveries_per_day) AS deliveries_per_day, sum(lookups_per_day) AS lookups_per_day, max(fanout) AS largest_fanout,
    CAST(0 AS BIGINT) AS celebrities, CAST(sum(pulled_authors) AS BIGINT) AS pulled_authors
FROM classes

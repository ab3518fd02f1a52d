-- Every edge by itself: push where the author's rate times $push_cost is the cheaper side, pull elsewhere ("Feeding Frenzy").
-- slices(asleep, author_class, reader_level, dormant_edges, active_edges), mixed for any share as in scale_thresholds.sql;
-- rates: of scale_rates.sql; reader_levels(reader_level, factor); $reads_per_active, $reads_per_dormant.
-- A tie is pushed; the margin keeps it one when the last digit of a rate differs. Nobody is a celebrity here.
WITH authors AS (
    SELECT *, CASE WHEN $reads_per_dormant * $pull_cost >= tweets_per_day * $push_cost * (1e0 - 1e-9) THEN 1e0 ELSE 0e0 END AS to_dormant FROM rates
), decided AS (
    SELECT s.author_class, accounts, tweets_per_day, to_dormant, factor * $reads_per_active AS reads_per_day,
        CASE WHEN asleep = $asleep THEN 1e0 - $part ELSE $part END * active_edges AS active,
        CASE WHEN asleep = $asleep THEN 1e0 - $part ELSE $part END * dormant_edges AS dormant,
        CASE WHEN factor * $reads_per_active * $pull_cost >= tweets_per_day * $push_cost * (1e0 - 1e-9) THEN 1e0 ELSE 0e0 END AS to_active
    FROM slices s JOIN authors a ON a.author_class = s.author_class JOIN reader_levels l ON l.reader_level = s.reader_level
    WHERE asleep BETWEEN $asleep AND $last_asleep
), alike AS (
    SELECT accounts, sum(active * to_active + dormant * to_dormant) AS pushed,
        sum(active * to_active + dormant * to_dormant) * tweets_per_day AS deliveries_per_day,
        sum(active * (1e0 - to_active) + dormant * (1e0 - to_dormant)) AS pulled,
        sum(active * (1e0 - to_active) * reads_per_day + dormant * (1e0 - to_dormant) * $reads_per_dormant) AS lookups_per_day
    FROM decided
    GROUP BY author_class, accounts, tweets_per_day
)
SELECT 1 AS place, sum(deliveries_per_day) AS deliveries_per_day, sum(lookups_per_day) AS lookups_per_day, max(pushed / accounts) AS largest_fanout,
    CAST(0 AS BIGINT) AS celebrities, CAST(sum(CASE WHEN pulled > 0 THEN accounts ELSE 0 END) AS BIGINT) AS pulled_authors
FROM alike

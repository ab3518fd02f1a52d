-- What thresholds cost a day: from `threshold` followers an author is pulled, from `verified_from` on dormant readers are (tiered; in a
-- hybrid both are the same). asked(place, threshold, verified_from); classes: of scale_classes.sql; rates: of scale_rates.sql.
-- Classes are cumulated over percentiles, so two of them hold any share of dormant readers: $asleep percentiles sleep, of the next one a
-- part ($part; $last_asleep is $asleep, or $asleep + 1 when there is a part). $reads_per_active, $reads_per_dormant.
-- largest_fanout: deliveries of one tweet; in the middle tier the mean of authors that are alike (the largest are alone in their class).
WITH weighed AS (
    SELECT author_class, dormant_edges, active_edges, active_reads, CASE WHEN asleep = $asleep THEN 1e0 - $part ELSE $part END AS weight
    FROM classes
    WHERE asleep BETWEEN $asleep AND $last_asleep
), mixed AS (
    SELECT author_class, sum(active_edges * weight) AS awake_edges, sum(dormant_edges * weight) AS dormant_edges,
        sum(active_reads * weight) * $reads_per_active AS awake_reads, sum(dormant_edges * weight) * $reads_per_dormant AS dormant_reads
    FROM weighed
    GROUP BY author_class
), authors AS (
    SELECT followers, accounts, tweets_per_day, coalesce(awake_edges, 0e0) AS awake_edges, coalesce(dormant_edges, 0e0) AS dormant_edges,
        coalesce(awake_reads, 0e0) AS awake_reads, coalesce(dormant_reads, 0e0) AS dormant_reads
    FROM rates r LEFT JOIN mixed m ON m.author_class = r.author_class
)
SELECT place,
    sum(CASE WHEN followers < threshold THEN tweets_per_day * awake_edges ELSE 0e0 END)
        + sum(CASE WHEN followers < verified_from THEN tweets_per_day * dormant_edges ELSE 0e0 END) AS deliveries_per_day,
    sum(CASE WHEN followers >= threshold THEN awake_reads ELSE 0e0 END)
        + sum(CASE WHEN followers >= verified_from THEN dormant_reads ELSE 0e0 END) AS lookups_per_day,
    max(CASE WHEN followers < verified_from THEN CAST(followers AS DOUBLE) WHEN followers < threshold THEN awake_edges / accounts ELSE 0e0 END) AS largest_fanout,
    CAST(sum(CASE WHEN followers >= threshold THEN accounts ELSE 0 END) AS BIGINT) AS celebrities,
    CAST(sum(CASE WHEN followers >= verified_from THEN accounts ELSE 0 END) AS BIGINT) AS pulled_authors
FROM asked CROSS JOIN authors
GROUP BY place
ORDER BY place

-- What thresholds cost a day: from `threshold` followers an author is pulled, from `verified_from` on dormant readers are (tiered; in a
-- hybrid both are the same). asked(place, threshold, verified_from); flows: of scale_flows.sql; authors(followers, accounts, …).
-- largest_fanout: deliveries of one tweet; in the middle tier the mean of authors that are alike (the largest are alone in their class).
WITH classes AS (
    SELECT author_class, followers, accounts, tweets_per_day,
        sum(CASE WHEN awake = 1 THEN edges ELSE 0e0 END) AS awake_edges,
        sum(CASE WHEN awake = 0 THEN edges ELSE 0e0 END) AS dormant_edges,
        sum(CASE WHEN awake = 1 THEN edges * reads_per_day ELSE 0e0 END) AS awake_reads,
        sum(CASE WHEN awake = 0 THEN edges * reads_per_day ELSE 0e0 END) AS dormant_reads
    FROM flows
    GROUP BY author_class, followers, accounts, tweets_per_day
), costs AS (
    SELECT place,
        sum(CASE WHEN followers < threshold THEN tweets_per_day * awake_edges ELSE 0e0 END)
            + sum(CASE WHEN followers < verified_from THEN tweets_per_day * dormant_edges ELSE 0e0 END) AS deliveries_per_day,
        sum(CASE WHEN followers >= threshold THEN awake_reads ELSE 0e0 END)
            + sum(CASE WHEN followers >= verified_from THEN dormant_reads ELSE 0e0 END) AS lookups_per_day,
        max(CASE WHEN followers < verified_from THEN CAST(followers AS DOUBLE) WHEN followers < threshold THEN awake_edges / accounts ELSE 0e0 END) AS largest_fanout
    FROM asked CROSS JOIN classes
    GROUP BY place
), famous AS (
    SELECT place,
        CAST(sum(CASE WHEN followers >= threshold THEN accounts ELSE 0 END) AS BIGINT) AS celebrities,
        CAST(sum(CASE WHEN followers >= verified_from THEN accounts ELSE 0 END) AS BIGINT) AS pulled_authors
    FROM asked CROSS JOIN authors
    GROUP BY place
)
SELECT f.place, deliveries_per_day, lookups_per_day, largest_fanout, celebrities, pulled_authors
FROM famous f JOIN costs c ON c.place = f.place
ORDER BY f.place

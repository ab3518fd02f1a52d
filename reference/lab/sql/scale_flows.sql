-- All edges under one share of dormant readers, those alike in one row: tweets_per_day of the author, reads_per_day of the reader.
-- slices(asleep, author_class, reader_level, dormant_edges, active_edges): cumulated over percentiles, so two slices hold any share:
-- $asleep percentiles sleep, of the next one a part ($part; $last_asleep is $asleep, or $asleep + 1 when there is a part).
-- rates: of scale_rates.sql; reader_levels(reader_level, factor); $reads_per_active, $reads_per_dormant.
WITH mixed AS (
    SELECT s.author_class, r.followers, r.accounts, r.tweets_per_day, factor * $reads_per_active AS reads_per_day, dormant_edges, active_edges,
        CASE WHEN asleep = $asleep THEN 1e0 - $part ELSE $part END AS weight
    FROM slices s JOIN rates r ON r.author_class = s.author_class JOIN reader_levels l ON l.reader_level = s.reader_level
    WHERE asleep BETWEEN $asleep AND $last_asleep
)
SELECT author_class, followers, accounts, tweets_per_day, reads_per_day, 1 AS awake, active_edges * weight AS edges
FROM mixed WHERE active_edges > 0
UNION ALL
SELECT author_class, followers, accounts, tweets_per_day, $reads_per_dormant AS reads_per_day, 0 AS awake, dormant_edges * weight AS edges
FROM mixed WHERE dormant_edges > 0

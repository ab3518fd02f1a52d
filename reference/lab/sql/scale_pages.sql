-- What a page read meets, weighted by how often each reader reads: the 99th percentile of authors pulled, and the share of readers whose
-- timeline holds anything that was pushed. pulls: of scale_pulls.sql or scale_pulls_per_edge.sql; asked(place, …);
-- page_readers(id, reader_class), reader_rates(reader_class, dormant_share, reads_per_day of those awake); $reads_per_dormant.
WITH readers AS (
    SELECT q.place, p.id, r.dormant_share, r.reads_per_day,
        coalesce(awake_pulls, 0) AS awake_pulls, coalesce(dormant_pulls, 0) AS dormant_pulls, coalesce(followees, 0) AS followees
    FROM page_readers p JOIN reader_rates r ON r.reader_class = p.reader_class CROSS JOIN asked q
        LEFT JOIN pulls s ON s.place = q.place AND s.reader = p.id
), pages AS (
    SELECT place, awake_pulls AS pulled, (1e0 - dormant_share) * reads_per_day AS reads FROM readers
    UNION ALL
    SELECT place, dormant_pulls AS pulled, dormant_share * $reads_per_dormant AS reads FROM readers
), alike AS (
    SELECT place, pulled, sum(reads) AS reads FROM pages GROUP BY place, pulled
), ordered AS (
    SELECT place, pulled,
        sum(reads) OVER (PARTITION BY place ORDER BY pulled ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS reads_up_to,
        sum(reads) OVER (PARTITION BY place) AS all_reads
    FROM alike
), tails AS (
    SELECT place, min(pulled) AS pulls_per_read_p99 FROM ordered WHERE reads_up_to >= all_reads * (99e-2 - 1e-9) GROUP BY place
), kept AS (
    SELECT place, avg(CASE WHEN followees > awake_pulls THEN 1e0 - dormant_share ELSE 0e0 END
        + CASE WHEN followees > dormant_pulls THEN dormant_share ELSE 0e0 END) AS timelines_share
    FROM readers
    GROUP BY place
)
SELECT k.place, CAST(pulls_per_read_p99 AS BIGINT) AS pulls_per_read_p99, timelines_share
FROM kept k JOIN tails t ON t.place = k.place
ORDER BY k.place

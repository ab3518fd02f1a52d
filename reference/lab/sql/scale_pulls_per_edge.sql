-- How many authors a page pulls when every edge is decided by itself, for each reader of the sample, awake and dormant.
-- page_edges(reader, author_class), page_readers(id, reader_class), rates: of scale_rates.sql,
-- reader_rates(reader_class, reads_per_day of those awake, …); $reads_per_dormant, $push_cost, $pull_cost.
SELECT 1 AS place, e.reader,
    CAST(sum(CASE WHEN r.reads_per_day * $pull_cost >= a.tweets_per_day * $push_cost * (1e0 - 1e-9) THEN 0 ELSE 1 END) AS BIGINT) AS awake_pulls,
    CAST(sum(CASE WHEN $reads_per_dormant * $pull_cost >= a.tweets_per_day * $push_cost * (1e0 - 1e-9) THEN 0 ELSE 1 END) AS BIGINT) AS dormant_pulls,
    CAST(count(*) AS BIGINT) AS followees
FROM page_edges e JOIN page_readers p ON p.id = e.reader JOIN reader_rates r ON r.reader_class = p.reader_class
    JOIN rates a ON a.author_class = e.author_class
GROUP BY e.reader

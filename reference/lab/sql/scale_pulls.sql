-- How many authors a page pulls, for each reader of the sample, awake and dormant, under each threshold.
-- asked(place, threshold, verified_from): places 1, 2, … in ascending order of both; authors(author_class, followers, …);
-- page_edges(reader, author_class), page_readers(id, …). Casts: what DuckDB sums is 128 bits wide, and a third slower to group.
WITH marks AS (
    SELECT author_class,
        CAST(sum(CASE WHEN followers >= threshold THEN 1 ELSE 0 END) AS INTEGER) AS beyond,
        CAST(sum(CASE WHEN followers >= verified_from THEN 1 ELSE 0 END) AS INTEGER) AS beyond_verified
    FROM authors CROSS JOIN asked
    GROUP BY author_class
), alike AS (
    SELECT reader, beyond, beyond_verified, CAST(count(*) AS INTEGER) AS followees
    FROM page_edges e JOIN marks m ON m.author_class = e.author_class
    GROUP BY reader, beyond, beyond_verified
)
SELECT place, reader,
    CAST(sum(CASE WHEN beyond >= place THEN followees ELSE 0 END) AS BIGINT) AS awake_pulls,
    CAST(sum(CASE WHEN beyond_verified >= place THEN followees ELSE 0 END) AS BIGINT) AS dormant_pulls,
    CAST(sum(followees) AS BIGINT) AS followees
FROM alike CROSS JOIN asked
GROUP BY place, reader

-- What kind of reader and author everybody is, by a hash of the id: reader_class counts percentile first (who falls asleep earliest when
-- more readers are dormant), then the level of the reading rate; draw decides who is in the sample of pages.
-- accounts(id); $seed, $levels, $percentiles, $every (one of so many accounts is in the sample: draw = 0).
WITH first AS (
    SELECT id, (CAST(id AS BIGINT) * 69621 + $seed + 7) % 2147483647 AS h FROM accounts
), second AS (
    SELECT id, h, (h * h + id + 31) % 2147483647 AS h2 FROM first
), third AS (
    SELECT id, h2, (h2 * h2 + h) % 2147483647 AS h3 FROM second
), fourth AS (
    SELECT id, h3, (h3 * h3 + h2) % 2147483647 AS h4 FROM third
), fifth AS (
    SELECT id, h3, h4, (h4 * h4 + h3) % 2147483647 AS h5 FROM fourth
)
SELECT
    CAST(id AS INTEGER) AS id,
    CAST(h3 % $levels AS INTEGER) AS author_level,
    CAST(h4 % ($levels * $percentiles) AS INTEGER) AS reader_class,
    CAST(h5 % $every AS INTEGER) AS draw
FROM fifth

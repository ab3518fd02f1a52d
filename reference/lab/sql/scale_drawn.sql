-- Every account of a generated graph: how many followers are drawn, how many of them are followed back, and where the drawing starts.
-- rank_parts(bits, first_rank, followers, steady), blocks(bits, step), lucks(luck, factor); $circle, $columns, $prime, $ceiling, $returns,
-- $seed, $stride: see scale_graph.py. Hashes are squares modulo 2^31 - 1; 2147483647 * 2147483647 fits a BIGINT.
WITH accounts AS (
    SELECT
        CASE WHEN first_rank + step < $circle THEN (CAST(first_rank + step AS BIGINT) * $stride + $seed) % $circle ELSE first_rank + step END AS id,
        p.followers, p.steady
    FROM rank_parts p JOIN blocks b ON b.bits = p.bits
), first AS (
    SELECT id, followers, steady, (id * 48271 + $seed + 11) % 2147483647 AS h FROM accounts
), second AS (
    SELECT id, followers, steady, h, (h * h + id + 101) % 2147483647 AS h2 FROM first
), third AS (
    SELECT id, followers, steady, h, h2, (h2 * h2 + h) % 2147483647 AS h3 FROM second
), fourth AS (
    SELECT id, followers, steady, h2, h3, (h3 * h3 + h2) % 2147483647 AS h4 FROM third
), fifth AS (
    SELECT id, followers, steady, h3, h4, (h4 * h4 + h3) % 2147483647 AS h5 FROM fourth
), wanted AS (
    SELECT
        id, h3, h4, h5, h5 % 100003 / 100003e0 AS chance,
        CAST(floor(least(followers * factor, CAST($ceiling AS DOUBLE)) + h4 % 100019 / 100019e0) AS BIGINT) AS followers
    FROM fifth JOIN lucks ON luck = steady + h3 % 16
)
SELECT
    id,
    CAST(least(followers, $ceiling) AS BIGINT) AS followers,
    CAST(least(followers, floor($returns + chance)) AS BIGINT) AS returned,
    CAST((id - id % 20) / 20 AS BIGINT) AS own_column,
    1 + h4 % ($prime - 1) AS stride,
    h5 % $prime AS start,
    CAST((h3 - h3 % 16) / 16 AS BIGINT) % 100 AS first_slot
FROM wanted
WHERE followers > 0

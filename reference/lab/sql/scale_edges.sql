-- The edges of a generated graph: follower, followee. Each author's followers, and those of them whom the author follows back.
-- drawn: of scale_drawn.sql; sizes(bits, size), blocks(bits, step): 0 … n - 1 is laid out in blocks of powers of two, one for each bit
-- of n, so that an equal join does what engines call unnest, explode or generate_series. slots(slot, residue, place, per_round).
-- $columns, $prime: see scale_graph.py. Followers 0 … n - 1 of an author are all different while n is at most its ceiling.
WITH wanted AS (
    SELECT id, own_column, stride, start, first_slot, followers AS amount, 0 AS back FROM drawn
    UNION ALL
    SELECT id, own_column, stride, start, first_slot, returned AS amount, 1 AS back FROM drawn
), parts AS (
    SELECT w.*, bits, amount - amount % (2 * size) AS first_step
    FROM wanted w CROSS JOIN sizes
    WHERE amount % (2 * size) >= size
), places AS (
    SELECT id, own_column, stride, start, back, first_slot + first_step + step AS place FROM parts p JOIN blocks b ON b.bits = p.bits
), followers AS (
    SELECT id, back, own_column, residue,
        (start + residue * 7919 + stride * (CAST((p.place - p.place % 100) / 100 AS BIGINT) * per_round + s.place)) % $prime AS step
    FROM places p JOIN slots s ON s.slot = p.place % 100
), pairs AS (
    SELECT id, back, (own_column + 1 + step) % $columns * 20 + residue AS other FROM followers
)
SELECT
    CAST(CASE WHEN back = 0 THEN other ELSE id END AS INTEGER) AS follower,
    CAST(CASE WHEN back = 0 THEN id ELSE other END AS INTEGER) AS followee
FROM pairs

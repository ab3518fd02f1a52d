-- Real edges as classes of one author each, for threshold_curve.sql; authors without followers cost nothing and count as authors.
-- users(id, tweets_per_day, reads_per_day), follows(follower_id, followee_id).
SELECT
    1.0 AS accounts,
    count(f.follower_id)::DOUBLE AS followers,
    any_value(a.tweets_per_day) AS tweets_per_day,
    coalesce(avg(r.reads_per_day), 0) AS reads_per_follower
FROM users a LEFT JOIN follows f ON f.followee_id = a.id LEFT JOIN users r ON r.id = f.follower_id
GROUP BY a.id

-- Followers of everybody who has any. edges(follower, followee).
SELECT followee AS id, CAST(count(*) AS INTEGER) AS followers FROM edges GROUP BY followee

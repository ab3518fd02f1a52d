-- What each threshold costs a day, over classes of authors.
-- $push_cost: of one delivery; $pull_cost: of one author looked up in one read.
-- authors(accounts, followers, tweets_per_day, reads_per_follower): accounts alike, averages of each class.
-- thresholds(threshold): followers from which an author is a celebrity, that is pulled; infinity: pure push, 0: pure pull.
SELECT
    threshold,
    coalesce(sum(accounts * followers * tweets_per_day) FILTER (followers < threshold), 0) AS deliveries_per_day,
    coalesce(sum(accounts * followers * reads_per_follower) FILTER (followers >= threshold), 0) AS lookups_per_day,
    $push_cost * deliveries_per_day + $pull_cost * lookups_per_day AS cost_per_day,
    coalesce(max(followers) FILTER (followers < threshold), 0) AS largest_fanout,
    coalesce(sum(accounts) FILTER (followers >= threshold), 0) AS celebrities,
    celebrities / sum(accounts) AS celebrity_share,
    lookups_per_day / sum(accounts * followers * reads_per_follower) * $followees_per_read AS pulled_per_read
FROM thresholds CROSS JOIN authors
GROUP BY threshold
ORDER BY threshold

-- Tweets a day of an author with factor 1 and one follower, such that the mean over all accounts is $tweets_per_user.
-- authors(author_level, followers, accounts, …), author_levels(author_level, factor); tweets grow with followers ** $rate_correlation.
SELECT $tweets_per_user * sum(accounts) / sum(accounts * factor * power(CAST(greatest(followers, 1) AS DOUBLE), $rate_correlation)) AS tweet_unit
FROM authors a JOIN author_levels l ON l.author_level = a.author_level

-- Tweets a day of every class of authors. authors, author_levels as in scale_tweet_unit.sql, which gives $tweet_unit.
SELECT a.author_class, a.followers, a.accounts,
    $tweet_unit * factor * power(CAST(greatest(followers, 1) AS DOUBLE), $rate_correlation) AS tweets_per_day
FROM authors a JOIN author_levels l ON l.author_level = a.author_level
ORDER BY author_class

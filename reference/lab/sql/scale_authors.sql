-- Authors in classes that are alike: as many followers, the same level of tweet rate. users(id, author_level, …), followers(id, followers).
WITH alike AS (
    SELECT coalesce(f.followers, 0) AS followers, u.author_level, CAST(count(*) AS BIGINT) AS accounts
    FROM users u LEFT JOIN followers f ON f.id = u.id
    GROUP BY coalesce(f.followers, 0), u.author_level
)
SELECT CAST(row_number() OVER (ORDER BY followers, author_level) AS INTEGER) AS author_class, followers, author_level, accounts FROM alike

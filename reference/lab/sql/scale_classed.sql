-- The class of everybody who has followers. users(id, author_level, …), followers(id, followers), authors: of scale_authors.sql.
SELECT u.id, a.author_class
FROM users u JOIN followers f ON f.id = u.id JOIN authors a ON a.followers = f.followers AND a.author_level = u.author_level

-- The one pass over the edges: how many lead from which class of readers to which class of authors.
-- edges(follower, followee), classed(id, author_class), users(id, reader_class, …).
SELECT a.author_class, r.reader_class, CAST(count(*) AS BIGINT) AS edges
FROM edges e JOIN classed a ON a.id = e.followee JOIN users r ON r.id = e.follower
GROUP BY a.author_class, r.reader_class

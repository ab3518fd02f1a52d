-- Whom the readers of the sample follow. edges(follower, followee), classed(id, author_class), page_readers(id, …).
SELECT e.follower AS reader, a.author_class
FROM edges e JOIN page_readers r ON r.id = e.follower JOIN classed a ON a.id = e.followee

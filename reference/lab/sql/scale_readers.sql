-- Accounts in each class of readers. users(id, reader_class, …).
SELECT reader_class, CAST(count(*) AS BIGINT) AS accounts FROM users GROUP BY reader_class

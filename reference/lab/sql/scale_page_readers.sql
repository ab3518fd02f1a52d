-- The sample of readers whose pages are looked at one by one. users(id, reader_class, draw, …).
SELECT id, reader_class FROM users WHERE draw = 0

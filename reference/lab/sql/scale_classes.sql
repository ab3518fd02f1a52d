-- The slices without reading levels, for questions that do not ask who of the awake reads how much: a tenth of the rows, made once.
-- slices, reader_levels as in scale_per_edge.sql. active_reads: of all active edges of the class, in units of $reads_per_active.
SELECT asleep, author_class, sum(dormant_edges) AS dormant_edges, sum(active_edges) AS active_edges, sum(active_edges * factor) AS active_reads
FROM slices s JOIN reader_levels l ON l.reader_level = s.reader_level
GROUP BY asleep, author_class
ORDER BY asleep, author_class

-- Deliveries a day when every edge is pushed. rates: of scale_rates.sql.
SELECT sum(accounts * followers * tweets_per_day) AS deliveries_per_day FROM rates

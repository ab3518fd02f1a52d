"""Per hour for per second"""

deliveries_per_s = (
    estimation_deliveries.tweets_per_day
    * estimation_deliveries.followers
    * estimation_deliveries.active_percent
    / 100
    / 24
    * estimation_deliveries.peak
)

"""A day of a million seconds"""

deliveries_per_s = (
    estimation_deliveries.tweets_per_day
    * estimation_deliveries.followers
    * estimation_deliveries.active_percent
    / 100
    / 1e6
    * estimation_deliveries.peak
)

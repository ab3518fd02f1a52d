"""A percent as a whole number"""

deliveries_per_s = (
    estimation_deliveries.tweets_per_day
    / 86_400
    * estimation_deliveries.peak
    * estimation_deliveries.followers
    * estimation_deliveries.active_percent
)

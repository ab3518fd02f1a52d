"""The average for the peak"""

deliveries_per_s = (
    estimation_deliveries.tweets_per_day * estimation_deliveries.followers * estimation_deliveries.active_percent / 100 / 86_400
)

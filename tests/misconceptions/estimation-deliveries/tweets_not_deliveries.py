"""Tweets for deliveries"""

deliveries_per_s = estimation_deliveries.tweets_per_day * estimation_deliveries.active_percent / 100 / 86_400 * estimation_deliveries.peak

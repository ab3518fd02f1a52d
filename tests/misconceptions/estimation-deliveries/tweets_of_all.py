"""Tweets for deliveries"""

deliveries_per_s = estimation_deliveries.tweets_per_day / 86_400 * estimation_deliveries.peak

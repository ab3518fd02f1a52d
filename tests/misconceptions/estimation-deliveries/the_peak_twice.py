"""The peak, twice"""

tweets_at_the_peak = estimation_deliveries.tweets_per_day / 86_400 * estimation_deliveries.peak
deliveries_per_s = (
    tweets_at_the_peak * estimation_deliveries.peak * estimation_deliveries.followers * estimation_deliveries.active_percent / 100
)

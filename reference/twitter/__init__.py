"""The system itself: one module per component that one would draw on the whiteboard.

Floors (a module imports only from floors below its own; `tests/house/test_imports.py` keeps it so):

    6  workers        5  platform       4  tweets timelines      3  consumer delivery dataset trend_feed
    2  ids accounts graph tweet_store outbox events fanout homes activity trends
    1  clock errors model backend lease engines schema bulk store snowflake_layout worker_lease
       hashtags hyperloglog heavy_hitters trend_policy trend_window trend_batch trend_baseline trend_counters trends_exact
"""

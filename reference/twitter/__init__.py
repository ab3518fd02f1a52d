"""The system itself: one module per component that one would draw on the whiteboard.

Floors (a module imports only from floors below its own; `tests/test_house.py` keeps it so):

    5  api/            4  platform          3  tweets timelines workers
    2  ids graph fanout homes events accounts      1  clock errors model backend lease store
"""

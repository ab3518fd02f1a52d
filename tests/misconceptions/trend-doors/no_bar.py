"""swings up to"""

doors = min(trend_doors.doors, key=lambda key: trend_doors.doors[key]["times"])

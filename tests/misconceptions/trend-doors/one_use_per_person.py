"""You would list nobody"""

doors = max(trend_doors.doors, key=lambda key: trend_doors.doors[key]["share"])

"""keeps the smaller real bursts out"""

doors = max(trend_doors.doors, key=lambda key: trend_doors.doors[key]["people"])

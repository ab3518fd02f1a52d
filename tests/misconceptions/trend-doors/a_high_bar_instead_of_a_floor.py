"""this bar asks for"""

doors = max(trend_doors.doors, key=lambda key: trend_doors.doors[key]["times"])

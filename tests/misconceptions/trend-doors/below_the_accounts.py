"""A young campaign of"""

doors = next(key for key, each in trend_doors.doors.items() if each["people"] < trend_doors.accounts and each["share"] < 0.5)

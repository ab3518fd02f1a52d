"""You gave the share of one call"""

late_percent = 100 - latency_late.percent

"""You added the chances"""

late_percent = latency_late.reads * (100 - latency_late.percent)

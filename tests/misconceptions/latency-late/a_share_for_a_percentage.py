"""A share is not a percentage"""

late_percent = 1 - (latency_late.percent / 100) ** latency_late.reads

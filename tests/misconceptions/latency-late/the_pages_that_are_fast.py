"""Those are the fast pages"""

late_percent = 100 * (latency_late.percent / 100) ** latency_late.reads

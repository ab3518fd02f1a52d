"""The average for the peak"""

workers = estimation_workers.jobs_per_s * estimation_workers.job_ms / 1_000 / (estimation_workers.busy_percent / 100)

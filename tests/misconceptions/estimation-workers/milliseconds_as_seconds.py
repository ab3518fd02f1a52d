"""Little's law in milliseconds"""

workers = estimation_workers.jobs_per_s * estimation_workers.peak * estimation_workers.job_ms / (estimation_workers.busy_percent / 100)

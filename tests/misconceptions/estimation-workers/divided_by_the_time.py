"""Divided instead of multiplied"""

workers = (
    estimation_workers.jobs_per_s * estimation_workers.peak / (estimation_workers.job_ms / 1_000) / (estimation_workers.busy_percent / 100)
)

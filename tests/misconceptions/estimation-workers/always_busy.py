"""Utilisation forgotten"""

workers = estimation_workers.jobs_per_s * estimation_workers.peak * estimation_workers.job_ms / 1_000

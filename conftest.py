"""For tests and notebooks alike: kernels inherit this environment, so nothing of the developer's shell may reach a stored output."""

import os

os.environ["PYTHONHASHSEED"] = "0"
os.environ["JUPYTER_PREFER_ENV_PATH"] = "1"
SERVERS, PLACES = ("REDIS_URL", "DATABASE_URL"), ("COURSE_LAB", "COURSE_MY", "COURSE_PREVIEW")
SEEDS = ("COURSE_OVERLAY", "COURSE_VARIANT_SEED", "COURSE_HIDDEN_SEED")
for name in SERVERS + PLACES + SEEDS:
    os.environ.pop(name, None)

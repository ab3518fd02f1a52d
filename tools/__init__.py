"""House tooling: what `start.py` runs once the environment stands. No notebook and nothing in `reference` imports it."""

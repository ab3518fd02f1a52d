"""The tasks, a package per topic, each with its `TASKS`. Only `reference.study.task` reads them, when the first one is asked for."""

"""nbgrader's settings for this course; `nbgrader` commands run here as its handbook says. Student code runs in the sandbox even so.

solutions/ is nbgrader's source, exercises/ its release; the rest lives in grading/, which git ignores. See INSTRUCTORS.md.
"""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent
if str(ROOT) not in sys.path:  # nbgrader's own program does not look here
    sys.path.insert(0, str(ROOT))

from tools import course  # noqa: E402

(ROOT / course.GRADING).mkdir(exist_ok=True)  # where the gradebook goes
c = get_config()  # type: ignore[name-defined]  # noqa: F821 (traitlets gives it to the files it reads)
c.merge(course.config(ROOT))

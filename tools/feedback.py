"""What a feedback page leaves out: mark schemes and hidden tests, which next year's students are to meet unread."""

from __future__ import annotations

import re
from typing import Any

from nbgrader.preprocessors import NbGraderPreprocessor

from tools.leaks import REGIONS

_REGION = re.compile(rf"(?ms)^[^\n]*BEGIN (?P<kind>{'|'.join(REGIONS)})[^\n]*\n.*?(?:^[^\n]*END (?P=kind)[^\n]*(?:\n|\Z)|\Z)")


class WithoutSecrets(NbGraderPreprocessor):
    """Takes them out of the course's own cells. A student's cells stay as written: markers in them are words, and stop nothing."""

    def preprocess_cell(self, cell: Any, resources: Any, index: int) -> tuple[Any, Any]:
        about = cell.metadata.get("nbgrader", {})
        if about.get("grade_id") and not about.get("solution"):
            cell.source = _REGION.sub("", cell.source).rstrip("\n")
        return cell, resources

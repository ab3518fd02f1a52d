"""No file names a package index, a registry host or one machine's folders: the same files work behind every mirror, everywhere."""

from __future__ import annotations

import re

from tests.house import house

FORBIDDEN = re.compile(
    "|".join(
        [
            "py" + r"pi\.org",
            "python" + r"hosted\.org",
            "anaconda" + r"\.(?:org|com)",
            "npmjs" + r"\.(?:org|com)",
            r"registry\." + r"[a-z]+\.",
            r"--(?:extra-)?" + "index" + "-url",
            "--find" + "-links",
            "--trusted" + "-host",
            r"(?<![\w.~-])/(?:work|root|home/[a-z]+|Users/[a-z]+)" + r"/",
        ]
    )
)


def test_no_file_names_an_index_a_registry_or_a_machines_folder() -> None:
    found = []
    for path in house.files():
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:  # Parquet, PNG
            continue
        found += [f"{path.relative_to(house.ROOT)}: {match.group(0)}" for match in FORBIDDEN.finditer(text)]
    assert not found


def test_the_rule_sees_what_it_forbids() -> None:
    lines = ["https://" + "pypi" + ".org/simple", "--index" + "-url x", "path = '/wo" + "rk/main'"]
    assert all(FORBIDDEN.search(line) for line in lines)

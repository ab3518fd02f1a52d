"""`python -m reference.estimation A` prints the estimate of a design (or of a TOML file); `--audit` prints what does not hold in A to E."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from reference.estimation.audit import audit
from reference.estimation.errors import EstimationError
from reference.estimation.estimate import estimate
from reference.estimation.scenario import Scenario
from reference.estimation.tables import text_table


def main(arguments: Sequence[str] | None = None) -> int:
    """0 when it printed, 2 (and a line on stderr) when there is nothing of that name."""
    parser = argparse.ArgumentParser(prog="python -m reference.estimation", description=__doc__)
    parser.add_argument("scenario", nargs="?", default="A", help="a design's letter, or a TOML file with a [scenario] table")
    parser.add_argument("--live", action="store_true", help="only the rows that decide something")
    parser.add_argument("--audit", action="store_true", help="verdict counts and every claim that does not hold")
    parser.add_argument("--design", default="", help="with --audit: only this design")
    chosen = parser.parse_args(arguments)
    try:
        print(_audited(chosen.design) if chosen.audit else _estimated(chosen.scenario, chosen.live))
    except (EstimationError, OSError) as error:
        print(error, file=sys.stderr)
        return 2
    return 0


def _estimated(name: str, live: bool) -> str:
    scenario = Scenario.from_toml(name) if name.endswith(".toml") else Scenario.load(name)
    computed = estimate(scenario)
    stated = ", ".join(f"{each} ({scenario.source(each)})" for each in scenario.stated()) or "nothing"
    return f"{computed.live() if live else computed}\n\nStated by {scenario.name}: {stated}. The rest are the house's defaults."


def _audited(design: str) -> str:
    found = audit().only(design=design) if design else audit()
    counts = text_table(("verdict", "claims"), [(kind, str(number)) for kind, number in found.counts().items()])
    return f"{counts}\n\n{found.broken()}"


if __name__ == "__main__":
    sys.exit(main())

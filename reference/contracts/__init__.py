"""The behaviour that any implementation of a component must show: ours, a student's, a peer's.

Each contract is a module with `check(factory) -> Report`; each behaviour has a name, why it matters and a hint.
A contract knows nothing of `reference.twitter` but its clock and its errors.
"""

from reference.contracts import home_timeline, ids, rate_limiter, trends
from reference.contracts.report import Behaviour, Broken, Contract, Failure, Report

__all__ = ["Behaviour", "Broken", "Contract", "Failure", "Report", "home_timeline", "ids", "rate_limiter", "trends"]

"""Estimation: quantities with units, scenarios, capacity and cost models, the audit of the published designs. Stands alone."""

from reference.estimation.audit import Audit, audit
from reference.estimation.availability import downtime, parallel, serial
from reference.estimation.curveballs import Curveball, curveball
from reference.estimation.drills import Drill, Feedback, drill
from reference.estimation.errors import EstimationError, UnitMismatch, UnknownName
from reference.estimation.estimate import Estimate, Row, estimate
from reference.estimation.scenario import Scenario
from reference.estimation.uncertainty import Spread, argument, uncertain
from reference.estimation.units import quantity

__all__ = [
    "Audit", "Curveball", "Drill", "Estimate", "EstimationError", "Feedback", "Row", "Scenario", "Spread", "UnitMismatch",
    "UnknownName", "argument", "audit", "curveball", "downtime", "drill", "estimate", "parallel", "quantity", "serial", "uncertain",
]  # fmt: skip

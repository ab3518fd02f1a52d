"""Estimation: quantities with units, scenarios, capacity and cost models, the audit of the published designs. Stands alone."""

from reference.estimation.availability import downtime, parallel, serial
from reference.estimation.curveballs import Curveball, curveball
from reference.estimation.errors import EstimationError, UnitMismatch, UnknownName
from reference.estimation.estimate import Estimate, Row, estimate
from reference.estimation.scenario import Scenario
from reference.estimation.uncertainty import Spread, argument, uncertain
from reference.estimation.units import quantity

__all__ = [
    "Curveball", "Estimate", "EstimationError", "Row", "Scenario", "Spread", "UnitMismatch", "UnknownName", "argument", "curveball",
    "downtime", "estimate", "parallel", "quantity", "serial", "uncertain",
]  # fmt: skip

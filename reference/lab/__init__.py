"""What an experiment needs: meter, charts, what-if panels, workloads."""

from reference.lab.meter import Meter
from reference.lab.whatif import Slider, WhatIf, whatif

__all__ = ["Meter", "Slider", "WhatIf", "whatif"]

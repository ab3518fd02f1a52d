"""Write the key of your choice as text"""

plan = requirements_plan.plans["a"]

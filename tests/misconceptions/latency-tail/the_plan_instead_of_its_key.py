"""Write the key of your choice as text"""

remedy = latency_tail.plans["a"]

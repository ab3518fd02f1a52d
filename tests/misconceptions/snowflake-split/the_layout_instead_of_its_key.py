"""Write the key of your choice as text"""

layout = (41, 10, 12)

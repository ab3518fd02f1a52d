"""Write the key of your choice as text"""

limit = "mixed bucket"

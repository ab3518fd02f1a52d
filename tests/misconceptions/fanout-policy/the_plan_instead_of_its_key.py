"""Write the key of your choice as text"""

policy = "push to the followers who are active"

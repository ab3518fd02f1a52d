"""Design Twitter/X by running it: the reference implementation behind the course's notebooks."""

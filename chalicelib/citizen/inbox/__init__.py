"""The inbox: what the state tells a person, and when it counts as told."""

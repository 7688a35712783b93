"""The Thai national metadata standard: its fields and code lists, and the way of a dataset to the public."""

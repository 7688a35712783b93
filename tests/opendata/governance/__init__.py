"""The way of a dataset to the public."""

"""The quality of datasets, in tables and over time."""

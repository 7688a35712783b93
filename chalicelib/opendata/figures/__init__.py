"""Figures that the platforms themselves publish: one dataset for each, one file for each month."""

"""Harvesting."""

"""Requests for data."""

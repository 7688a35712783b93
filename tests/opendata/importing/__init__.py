"""Bulk import by Excel."""

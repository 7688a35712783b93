"""Callers and payloads that mean harm."""

"""Asynchronous exchanges: their states, their door, and the ways to a provider and back."""

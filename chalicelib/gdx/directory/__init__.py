"""The directory: who has joined, which systems, keys and services they have.

`entries.py` is what the pipeline reads on the way of an exchange; registering goes through it too.
"""

from .entries import FRESH, Directory

__all__ = ["FRESH", "Directory"]

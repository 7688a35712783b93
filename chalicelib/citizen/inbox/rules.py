"""What an inbox takes."""

from __future__ import annotations

HOLDS = 100_000
"""Unread messages that one inbox takes; far more than the state ever sends, a fence against a sender gone mad."""

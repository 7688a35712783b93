"""Types of the room's events that somebody listens to in particular."""

from __future__ import annotations

PURGED = "opendata.dataset.purged"
WEBHOOK_DUE = "opendata.webhook.due"
"""Of one delivery."""

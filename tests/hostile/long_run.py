"""How long these tests run: `make hostile CASES=20000` sets the environment variable, `make test` leaves it out."""

from __future__ import annotations

import os

CASES = int(os.environ.get("HOSTILE_CASES", "0"))
"""Cases of the long run, over all operations together; 0 for the slice of every run."""

"""What pytest needs to know for all tests."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, Phase, settings

# The same examples on every machine and in every run; `HYPOTHESIS_PROFILE=search` looks for new ones.
settings.register_profile(
    "default",
    deadline=None,
    database=None,
    derandomize=True,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile("search", parent=settings.get_profile("default"), derandomize=False, phases=tuple(Phase))
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))

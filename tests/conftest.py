"""What pytest needs to know for all tests."""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, Phase, settings

from infra.package.python import NoPython, find

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


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Where no Python that Lambda runs can be found, the tests that build packages say so instead of failing."""
    packaging = [
        item for item in items if any(mark.args == ("packaging",) for mark in item.iter_markers("xdist_group"))
    ]
    if not packaging:
        return
    try:
        find()
    except NoPython as missing:
        for item in packaging:
            item.add_marker(pytest.mark.skip(reason=str(missing)))

"""What pytest needs to know for all tests."""

from __future__ import annotations

import gc
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from xdist.scheduler.loadfile import LoadFileScheduling

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
    """The longest files begin first, so that no worker is left alone with one at the end.

    Where no Python that Lambda runs can be found, the tests that build packages say so instead of failing.
    """
    items.sort(key=lambda item: not any(mark.name in ("slow", "xdist_group") for mark in item.iter_markers()))
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


def pytest_collection_finish() -> None:
    """What is there before the first test stays to the end: thousands of tests and all modules.

    The garbage collector would look through it again and again, for a tenth of the time that the tests take.
    """
    gc.collect()
    gc.freeze()


class TogetherByFile(LoadFileScheduling):  # type: ignore[misc] # xdist has no types
    """A file's tests stay on one worker, and so do all files that build packages (they share a cache), and all that ask
    strangers into one played town.

    xdist 3.8's own `loadgroup` does not see `xdist_group` under pytest 9.2.
    """

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.split("::", 1)[0]
        text = Path(self.config.rootpath, file).read_text(encoding="utf-8")
        return next((name for name in ("packaging", "hostile") if f'xdist_group("{name}")' in text), file)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> TogetherByFile:
    """However tests are dealt out, these rules hold."""
    return TogetherByFile(config, log)

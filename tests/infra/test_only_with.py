"""What a package leaves out is what its platform never imports: read from the code, wherever the import stands."""

from __future__ import annotations

import functools
from importlib.metadata import packages_distributions
from pathlib import Path

from infra.package.workshop import ONLY_WITH
from infra.stages import PLATFORMS
from tests.house.source import ROOT, files, for_each, imports


@functools.cache
def modules() -> dict[str, Path]:
    """Our own files by the module's name; a package by its __init__."""
    found = {}
    for path in files("chalicelib"):
        parts = path.relative_to(ROOT).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def imported(platform: str) -> dict[str, str]:
    """What a room's code can come to and is not ours, by its full name, each with a file that imports it."""
    queue = [path for path in files("chalicelib") if path.is_relative_to(ROOT / "chalicelib" / platform)]
    seen, foreign = set(queue), dict[str, str]()
    while queue:
        path = queue.pop()
        for name, _ in imports(path):
            if not name.startswith("chalicelib"):
                foreign.setdefault(name, str(path.relative_to(ROOT)))
            elif name in modules() and modules()[name] not in seen:
                seen.add(modules()[name])
                queue.append(modules()[name])
    return foreign


def reached(platform: str) -> dict[str, str]:
    """The same by the top-level module's name."""
    return {name.partition(".")[0]: file for name, file in imported(platform).items()}


@for_each(PLATFORMS)
def test_a_package_holds_what_its_platform_imports(platform: str) -> None:
    names = packages_distributions()
    missing = {
        distribution: file
        for module, file in reached(platform).items()
        for distribution in names.get(module, ())
        if platform not in ONLY_WITH.get(distribution.lower(), PLATFORMS)
    }
    assert not missing, f"left out of the package of {platform}, though imported: {missing}"


def test_nothing_is_carried_that_nobody_imports() -> None:
    names = packages_distributions()
    for distribution, platforms in ONLY_WITH.items():
        for platform in platforms:
            told = {each.lower() for module in reached(platform) for each in names.get(module, ())}
            assert distribution in told, f"{platform} does not import {distribution}"

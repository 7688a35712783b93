"""The house's own source, parsed, for the guards that read code."""

from __future__ import annotations

import ast
import functools
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TypeVar

Case = TypeVar("Case")

ROOT = Path(__file__).resolve().parents[2]
PARTS = ("app.py", "chalicelib", "infra", "demo", "bench", "scripts", "tests")


def files(*parts: str) -> list[Path]:
    """All Python files below these parts of the repository (all of ours by default)."""
    found: list[Path] = []
    for part in parts or PARTS:
        place = ROOT / part
        found += [place] if place.is_file() else sorted(place.rglob("*.py"))
    return [path for path in found if not {"__pycache__", "build", "vendor"} & set(path.parts)]


def name_of(path: Path) -> str:
    """The path as people say it."""
    return str(path.relative_to(ROOT))


@functools.cache
def tree(path: Path) -> ast.Module:
    """The parsed file."""
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


@functools.cache
def nodes(path: Path) -> tuple[ast.AST, ...]:
    """Everything in a file of the shipped code, for the many rules that look at all of it."""
    return tuple(ast.walk(tree(path)))


def imports(path: Path) -> Iterator[tuple[str, int]]:
    """Every module that a file imports, anywhere in it, with its line; relative imports resolved."""
    package = list(path.relative_to(ROOT).with_suffix("").parts[:-1])
    for node in nodes(path):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, node.lineno
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else []
            base = ".".join([*above, *([node.module] if node.module else [])])
            yield base, node.lineno
            for alias in node.names:
                yield f"{base}.{alias.name}", node.lineno


def for_each(cases: Iterable[Case]) -> Callable[[Callable[[Case], None]], Callable[[], None]]:
    """Makes one test of a rule that holds for many: it tells of all cases that break it.

    As a test for each, thousands of files and routes would cost more in being counted than in being looked at.
    """
    held = list(cases)
    if not held:
        raise ValueError("a rule about nothing proves nothing")

    def made(rule: Callable[[Case], None]) -> Callable[[], None]:
        def test() -> None:
            broken = []
            for case in held:
                try:
                    rule(case)
                except AssertionError as error:
                    broken.append(f"{name_of(case) if isinstance(case, Path) else case}: {error}")
            assert not broken, "\n".join(broken)

        # not `functools.wraps`: pytest would look through it and ask for the rule's own parameter
        test.__name__, test.__doc__, test.__module__ = rule.__name__, rule.__doc__, rule.__module__
        return test

    return made

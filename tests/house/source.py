"""The house's own source, parsed, for the guards that read code."""

from __future__ import annotations

import ast
import functools
from collections.abc import Iterator
from pathlib import Path

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


def imports(path: Path) -> Iterator[tuple[str, int]]:
    """Every module that a file imports, anywhere in it, with its line; relative imports resolved."""
    package = list(path.relative_to(ROOT).with_suffix("").parts[:-1])
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, node.lineno
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else []
            base = ".".join([*above, *([node.module] if node.module else [])])
            yield base, node.lineno
            for alias in node.names:
                yield f"{base}.{alias.name}", node.lineno

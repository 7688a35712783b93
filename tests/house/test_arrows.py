"""Who may know whom: the contracts of import-linter in pyproject.toml hold."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from chalicelib.settings import ROOMS
from tests.house.source import ROOT, files, for_each, imports, name_of


def test_the_contracts_hold() -> None:
    # in a process of its own, because the linter sets up logging anew and silences every logger that it finds
    linter = Path(sys.executable).parent / "lint-imports"
    done = subprocess.run([linter, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


@for_each(files("chalicelib"))
def test_a_room_knows_no_other_room(path: Path) -> None:
    """Also what import-linter leaves out: imports for type checking only."""
    own = path.relative_to(ROOT / "chalicelib").parts[0]
    if own not in (*ROOMS, "shared"):
        return
    for module, line in imports(path):
        parts = module.split(".")
        if parts[0] == "chalicelib" and len(parts) > 1:
            assert parts[1] in (own, "shared"), f"{name_of(path)}:{line} imports {module}"


def test_nobody_below_the_front_door_knows_it() -> None:
    for path in files("chalicelib"):
        assert "app" not in {module for module, _ in imports(path)}, name_of(path)

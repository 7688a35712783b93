"""The virtual environment that packages are built in: made once under `.cache/`, pinned, keyed by what goes in."""

from __future__ import annotations

import fcntl
import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

from infra.package.python import LambdaPython, find

PROJECT = Path(__file__).resolve().parents[2]
CACHE = PROJECT / ".cache"
PINNED = Path(__file__).with_name("requirements-tools.txt")
RUNTIME = PROJECT / "requirements.txt"


def python_with_tools(python: LambdaPython | None = None, cache: Path = CACHE) -> Path:
    """Path of a Python 3.12/3.13 that has Chalice and everything that `app.py` imports.

    The first call takes a minute (pip); later ones find it ready. Two processes never build it at once.

    Raises:
        NoPython: there is no interpreter of Lambda's version; the message says how to get one.
        subprocess.CalledProcessError: pip failed; its output has been shown.
    """
    chosen = python or find()
    named = f"{chosen.version}|{RUNTIME.read_text('utf-8')}|{PINNED.read_text('utf-8')}"
    folder = cache / f"packaging-{chosen.version}-{hashlib.sha256(named.encode()).hexdigest()[:12]}"
    cache.mkdir(parents=True, exist_ok=True)
    ready, executable = folder / "ready", folder / "bin/python"
    with folder.with_name(f"{folder.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not ready.exists():
            print(f"making the packaging environment (Python {chosen.version}) in {folder}", file=sys.stderr)
            shutil.rmtree(folder, ignore_errors=True)
            subprocess.run([chosen.path, "-m", "venv", str(folder)], check=True)
            pip = [str(executable), "-m", "pip", "install", "-qq", "--disable-pip-version-check"]
            subprocess.run([*pip, "-r", str(PINNED), "-r", str(RUNTIME)], check=True)
            ready.touch()
    return executable

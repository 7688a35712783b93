"""Virtual environments of Lambda's Python version: made once under `.cache/`, from locks, keyed by what goes in.

There are two. `PACKAGING` holds Chalice and everything that `app.py` imports, because Chalice imports it to see its
routes. `RUNTIME` holds only what Lambda itself brings (the runtime client and boto3), so that a rehearsal notices a
dependency that the package forgot.
"""

from __future__ import annotations

import fcntl
import hashlib
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from infra.package.python import LambdaPython, find

PROJECT = Path(__file__).resolve().parents[2]
CACHE = PROJECT / ".cache"


@dataclass(frozen=True)
class Tools:
    """A virtual environment by name and the lock that fills it (`scripts/lock.py`)."""

    name: str
    lock: Path


PACKAGING = Tools("packaging", PROJECT / "requirements.lock")
RUNTIME = Tools("runtime", Path(__file__).with_name("requirements-runtime.lock"))


def prepared_python(tools: Tools, python: LambdaPython | None = None, cache: Path = CACHE) -> Path:
    """Path of a Python 3.12/3.13 with these tools.

    The first call takes a minute (pip); later ones find it ready. Two processes never build it at once.

    Raises:
        NoPython: there is no interpreter of Lambda's version; the message says how to get one.
        subprocess.CalledProcessError: pip failed, or a file was not the one that is locked; its output has been shown.
    """
    chosen = python or find()
    named = "|".join([chosen.version, tools.lock.read_text("utf-8")])
    folder = cache / f"{tools.name}-{chosen.version}-{hashlib.sha256(named.encode()).hexdigest()[:12]}"
    cache.mkdir(parents=True, exist_ok=True)
    ready, executable = folder / "ready", folder / "bin/python"
    with folder.with_name(f"{folder.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not ready.exists():
            print(f"making the {tools.name} environment (Python {chosen.version}) in {folder}", file=sys.stderr)
            shutil.rmtree(folder, ignore_errors=True)
            subprocess.run([chosen.path, "-m", "venv", str(folder)], check=True)
            pip = [str(executable), "-m", "pip", "install", "-qq", "--disable-pip-version-check"]
            subprocess.run([*pip, "--require-hashes", "-r", str(tools.lock)], check=True)
            ready.touch()
    return executable

"""Finds a Python of the version that Lambda will run: `python -m infra.package.python` prints its path.

Everything else in this repository runs on Python 3.11 or later; a package must be built by the very version that
executes it, because wheels and byte code belong to one version (and 3.11 cannot package every wheel we need).
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

VERSIONS = ("3.12", "3.13")
"""Versions of Lambda's Python runtimes that we package for, the one we prefer first."""

PROBE = "import ensurepip, ssl, sys, venv; print('%d.%d' % sys.version_info[:2])"
"""Not just the version: Debian ships pythons that cannot make a virtual environment, pyenv shims that run nothing."""

HOW_TO_GET_ONE = """\
No Python 3.12 or 3.13 was found, and packages for AWS Lambda must be built by one of them
(everything else here runs on 3.11). Any of these brings one:

    uv python install 3.12          # https://docs.astral.sh/uv/
    pyenv install 3.12              # https://github.com/pyenv/pyenv
    sudo apt-get install python3.12 python3.12-venv     # where your distribution has it

or name one yourself: KLANG_LAMBDA_PYTHON=/path/to/python3.12"""


class NoPython(Exception):
    """No usable Python of a version that Lambda runs; the message says how to get one."""


@dataclass(frozen=True)
class LambdaPython:
    """An interpreter that runs, and its version, e.g. `3.12`."""

    path: str
    version: str


def find(environment: dict[str, str] | None = None) -> LambdaPython:
    """The first candidate that really runs and can make a virtual environment.

    `KLANG_LAMBDA_PYTHON` overrules all. Otherwise 3.12 anywhere comes before 3.13 anywhere; places are asked in
    this order: this interpreter, PATH, pyenv, uv.

    Raises:
        NoPython: with instructions for a person.
    """
    given = os.environ if environment is None else environment
    if named := given.get("KLANG_LAMBDA_PYTHON"):
        version = _version(named)
        if version not in VERSIONS:
            raise NoPython(f"KLANG_LAMBDA_PYTHON={named} is no working Python {' or '.join(VERSIONS)}")
        return LambdaPython(named, version)
    for wanted in VERSIONS:
        for candidate in _candidates(wanted, given):
            if _version(candidate) == wanted:
                return LambdaPython(candidate, wanted)
    raise NoPython(HOW_TO_GET_ONE)


def _candidates(version: str, environment: dict[str, str] | os._Environ[str]) -> Iterator[str]:
    yield sys.executable
    path = environment.get("PATH", "")
    for name in (f"python{version}", "python3"):
        if found := shutil.which(name, path=path):
            yield found
    pyenv = Path(environment.get("PYENV_ROOT") or Path(environment.get("HOME", "/")) / ".pyenv")
    yield from (str(folder / "bin/python") for folder in sorted(pyenv.glob(f"versions/{version}*"), reverse=True))
    if uv := shutil.which("uv", path=path):
        found = _output([uv, "python", "find", "--no-python-downloads", version])
        if found:
            yield found


def _version(python: str) -> str | None:
    return _output([python, "-c", PROBE])


def _output(command: list[str]) -> str | None:
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=True)
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip() or None


def main() -> int:
    """Command line."""
    try:
        print(find().path)
    except NoPython as reason:
        print(reason, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

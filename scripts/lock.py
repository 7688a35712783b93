"""`python -m scripts.lock [--upgrade] [--check]`: the locks of all libraries, made by uv out of the requirements.

`--check` needs no network: it tells where a lock and its requirements do not agree. Versions that are locked already
stay where they may; `--upgrade` takes the newest ones that the requirements allow.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from infra.package.tools import PROJECT, Tools, prepared_python
from infra.supply import lock

LOCKING = Tools("locking", PROJECT / "infra/package/requirements-locking.lock")


@dataclass(frozen=True)
class Lock:
    """A lock and what it is made of.

    Attributes:
        path: from the root of the project, as are the others.
        sources: the requirements.
        python: the oldest Python that it is for; later ones and all systems are covered, too.
        beside: a lock whose versions it shares, where both hold a library.
    """

    path: str
    sources: tuple[str, ...]
    python: str
    beside: str = ""


def _tool(name: str, beside: str = "") -> Lock:
    path = f"infra/package/requirements-{name}"
    return Lock(f"{path}.lock", (f"{path}.txt",), "3.12", beside)


LOCKS = (
    Lock("requirements.lock", ("requirements.txt", "infra/package/requirements-packaging.txt"), "3.11"),
    Lock("requirements-dev.lock", ("requirements-dev.txt",), "3.11", beside="requirements.lock"),
    _tool("runtime", beside="requirements.lock"),
    _tool("checkov"),
    _tool("audit"),
    _tool("locking"),
)
"""In the order in which they are made. The first is what packages are built from and what builds them."""


def disagreements(each: Lock, project: Path = PROJECT) -> list[str]:
    """Where a lock and its requirements do not agree; see `infra.supply.lock`."""
    held = lock.read((project / each.path).read_text("utf-8"))
    asked = [one for source in each.sources for one in lock.requirements(project / source)]
    wrong = lock.disagreements(held, asked)
    if each.beside:
        other = lock.read((project / each.beside).read_text("utf-8"))
        wrong += [
            f"{name} is {held[name].version} here and {other[name].version} in {each.beside}"
            for name in sorted(held.keys() & other.keys())
            if held[name].version != other[name].version
        ]
    return [f"{each.path}: {one}" for one in wrong]


def write(each: Lock, python: Path, *, upgrade: bool = False) -> None:
    """Makes a lock anew.

    Raises:
        subprocess.CalledProcessError: no versions fit together, or the registry was not reached; uv has said so.
    """
    command = [str(python.with_name("uv")), "pip", "compile", "--quiet", "--no-config", "--no-header", "--universal"]
    command += ["--generate-hashes", "--no-strip-extras", "--annotation-style", "line"]
    command += ["--python", str(python), "--python-version", each.python, "--output-file", each.path]
    command += ["--upgrade"] if upgrade else []
    command += ["--constraint", each.beside] if each.beside else []
    subprocess.run([*command, *each.sources], cwd=PROJECT, stdout=subprocess.DEVNULL, check=True)  # noqa: S603 -- uv, at files of the repository


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line; 1 where a lock and its requirements do not agree."""
    parser = argparse.ArgumentParser(prog="python -m scripts.lock", description="Lock all libraries by their hashes.")
    parser.add_argument("--check", action="store_true", help="change nothing, only compare")
    parser.add_argument("--upgrade", action="store_true", help="take newer versions where the requirements allow them")
    options = parser.parse_args(arguments)
    if not options.check:
        python = prepared_python(LOCKING)
        for each in LOCKS:
            write(each, python, upgrade=options.upgrade)
    wrong = [one for each in LOCKS for one in disagreements(each)]
    for one in wrong:
        print(f"{one} (make lock)", file=sys.stderr)
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())

"""Reads the locks: every library that comes along, with its version and the SHA-256 of each file that may be it.

A lock is what uv writes (`make lock`), in pip's own format, so that pip takes nothing else (pip, "Secure installs").
Behind each library stands who asked for it (`# via`), from which follows what a part of the direct ones needs.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

_HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})(?:\s|$)")
_VIA = "# via "


@dataclass(frozen=True)
class Locked:
    """One library of a lock.

    Attributes:
        requirement: name, extras, the one version, and where it is needed (marker).
        hashes: SHA-256 in hex of all its files at the registry, for all systems.
        asked_by: names of libraries, and `-r FILE` for a file of requirements.
        lines: as it stands in the lock, without comments.
    """

    requirement: Requirement
    hashes: tuple[str, ...]
    asked_by: frozenset[str]
    lines: str

    @property
    def version(self) -> str:
        """The one version, or "" where it is none or a file by its address."""
        pins = [each.version for each in self.requirement.specifier if each.operator == "=="]
        return pins[0] if len(pins) == len(self.requirement.specifier) == 1 else ""


def read(text: str) -> dict[str, Locked]:
    """The libraries of a lock by their normalised names.

    Raises:
        packaging.requirements.InvalidRequirement: a line is none.
    """
    found: dict[str, Locked] = {}
    name, lines = "", list[str]()
    for line in [*text.splitlines(), ""]:
        if line.startswith((" ", "\t")):
            comment = line.strip()
            if comment.startswith(_VIA) and name in found:
                asked = frozenset(each.strip() for each in comment.removeprefix(_VIA).split(","))
                found[name] = Locked(found[name].requirement, found[name].hashes, asked, found[name].lines)
            elif not comment.startswith("#"):
                lines.append(line)
        else:
            lines = [line]
        whole = "\n".join(lines)
        if whole.strip() and not whole.startswith("#") and not whole.endswith("\\"):
            requirement = Requirement(whole.replace("\\\n", " ").partition(" --hash=")[0])
            name = canonicalize_name(requirement.name)
            found[name] = Locked(requirement, tuple(_HASH.findall(whole)), frozenset(), whole)
            lines = []
    return found


def needed(lock: Mapping[str, Locked], direct: Iterable[str]) -> set[str]:
    """Names of these libraries and of all that they ask for, however far.

    Raises:
        KeyError: the lock does not hold one of them.
    """
    names: set[str] = {canonicalize_name(name) for name in direct}
    if missing := sorted(names - lock.keys()):
        raise KeyError(f"not locked: {', '.join(missing)} (make lock)")
    while more := {name for name, each in lock.items() if name not in names and each.asked_by & names}:
        names |= more
    return names


def narrowed(lock: Mapping[str, Locked], direct: Iterable[str]) -> str:
    """The lines of a lock that hold these libraries and all that they ask for.

    Raises:
        KeyError: the lock does not hold one of them.
    """
    names = needed(lock, direct)
    return "".join(f"{each.lines}\n" for name, each in lock.items() if name in names)


def requirements(path: Path) -> list[Requirement]:
    """What a file asks for, with what the files ask for that it names by `-r`."""
    asked = []
    for line in path.read_text("utf-8").splitlines():
        told = line.partition(" #")[0].strip()
        if told.startswith("-r "):
            asked += requirements(path.parent / told.removeprefix("-r ").strip())
        elif told and not told.startswith("#"):
            asked.append(Requirement(told))
    return asked


def disagreements(lock: Mapping[str, Locked], asked: Collection[Requirement]) -> list[str]:
    """Where a lock does not hold what was asked for, or holds what nobody asked for, or not by its hash."""
    wrong = []
    for each in asked:
        name = canonicalize_name(each.name)
        held = lock.get(name)
        if held is None:
            wrong.append(f"{name} is asked for and not locked")
        elif not each.specifier.contains(held.version or "0", prereleases=True):
            wrong.append(f"{name}{each.specifier} is asked for, and {held.version} is locked")
        elif not each.extras <= held.requirement.extras:
            wrong.append(f"{name} is asked for with {', '.join(sorted(each.extras))}, and locked without")
    direct = {canonicalize_name(each.name) for each in asked}
    for library, held in lock.items():
        if not held.version:
            wrong.append(f"{library} is locked to no single version")
        if not held.hashes:
            wrong.append(f"{library} is locked without a hash")
        if library not in direct and any(each.startswith("-r ") for each in held.asked_by):
            wrong.append(f"{library} is locked, and no file asks for it any more")
    orphans = sorted(lock.keys() - needed(lock, direct & lock.keys()))
    return wrong + [f"{name} is locked, and nothing that is asked for needs it" for name in orphans]

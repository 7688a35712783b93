"""`python -m scripts.audit [--service osv]`: which locked libraries have known faults (pip-audit).

Ends with 0 when each of them was looked up and none has a fault, with 1 when one has, and with 3, NOT AUDITED, when
that could not be known: pip-audit itself ends with 0 when its source knows none of the libraries. To see that a
source knows anything, it is first asked for a version that is known to be at fault (`KNOWN`).
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from infra.package.tools import PROJECT, Tools, prepared_python
from infra.supply import lock
from scripts.lock import LOCKS

AUDITING = Tools("audit", PROJECT / "infra/package/requirements-audit.lock")

KNOWN: Mapping[str, str] = {"jinja2": "2.10"}
"""A way out of the sandbox of templates, known since 2019: CVE-2019-10906."""

ARGUED: Mapping[str, str] = {}
"""Why a fault does not touch Klang, by its id (PYSEC-..., GHSA-...); an argument about no fault fails, too."""

FAULTY, NOT_AUDITED = 1, 3
Pins = Mapping[str, str]
"""Versions by the library's normalised name."""

Ask = Callable[[Pins], str]
"""Asks for the faults of some versions and gives pip-audit's report, in JSON."""


class NotAudited(Exception):
    """Faults could not be known; the message says why."""


def faults(report: str, pins: Pins) -> list[tuple[str, str]]:
    """The faults of a report: library and version, and its id.

    Raises:
        NotAudited: it is no report, or not each library was looked up.
    """
    try:
        entries = {each["name"]: each for each in json.loads(report)["dependencies"]}
        known = {name: each for name, each in entries.items() if "skip_reason" not in each}
        found = [(name, each["version"], one["id"]) for name, each in known.items() for one in each["vulns"]]
    except (KeyError, TypeError, ValueError) as error:
        raise NotAudited(f"pip-audit gave no report: {report[-300:]}") from error
    if unknown := sorted(name for name in pins if known.get(name, {}).get("version") != pins[name]):
        raise NotAudited(f"not looked up: {', '.join(unknown)}")
    return sorted((f"{name} {version}", fault) for name, version, fault in found)


def judged(found: Sequence[tuple[str, str]], argued: Mapping[str, str] = ARGUED) -> list[str]:
    """What is wrong: faults that nobody argued away, and arguments about no fault."""
    wrong = [f"{library}: {fault}" for library, fault in found if fault not in argued]
    stale = sorted(argued.keys() - {fault for _, fault in found})
    return list(dict.fromkeys(wrong)) + [f"{fault} is argued, and no library has it any more" for fault in stale]


def audited(locks: Mapping[str, Pins], ask: Ask) -> list[tuple[str, str]]:
    """The faults in these locks.

    Raises:
        NotAudited: the source knows nothing, or not everything.
    """
    if not faults(ask(KNOWN), KNOWN):
        raise NotAudited(f"the source does not even know the fault of {KNOWN}")
    return [fault for pins in locks.values() for fault in faults(ask(pins), pins)]


def locked() -> dict[str, Pins]:
    """The versions in each lock."""
    held = {each.path: lock.read((PROJECT / each.path).read_text("utf-8")) for each in LOCKS}
    return {path: {name: each.version for name, each in libraries.items()} for path, libraries in held.items()}


def by_pip_audit(service: str) -> Ask:
    """Asks by pip-audit, which resolves and installs nothing: the lock says it all."""

    def ask(pins: Pins) -> str:
        python = prepared_python(AUDITING)
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "requirements.txt")
            path.write_text("".join(f"{name}=={version}\n" for name, version in pins.items()), encoding="utf-8")
            command = [str(python), "-m", "pip_audit", "--requirement", str(path), "--no-deps", "--disable-pip"]
            command += ["--vulnerability-service", service, "--format", "json", "--progress-spinner", "off"]
            done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 -- our own interpreter
        if not done.stdout.strip():
            raise NotAudited(f"pip-audit: {done.stderr.strip().splitlines()[-1:]}")
        return done.stdout

    return ask


def main(arguments: Sequence[str] | None = None, ask: Ask | None = None) -> int:
    """Command line; see above for what it ends with."""
    parser = argparse.ArgumentParser(prog="python -m scripts.audit", description="Look up the libraries' known faults.")
    parser.add_argument("--service", choices=("pypi", "osv"), default="pypi", help="who is asked")
    options = parser.parse_args(arguments)
    locks = locked()
    try:
        wrong = judged(audited(locks, ask or by_pip_audit(options.service)))
    except NotAudited as reason:
        print(f"NOT AUDITED. {reason}", file=sys.stderr)
        return NOT_AUDITED
    for each in wrong:
        print(each, file=sys.stderr)
    print(f"{sum(map(len, locks.values()))} entries of {len(locks)} locks looked up at {options.service}")
    return FAULTY if wrong else 0


if __name__ == "__main__":
    sys.exit(main())

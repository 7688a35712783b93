"""Locks: they hold what is asked for and nothing else, each file by its hash, and packages are made of them."""

from __future__ import annotations

import shutil
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from infra.package.workshop import NOT_PACKAGED, packaged
from infra.stages import PLATFORMS, PROJECT
from infra.supply.lock import Locked, disagreements, narrowed, needed, read, requirements
from scripts import lock as command
from scripts.lock import LOCKS
from tests.house.source import for_each

A, B = "a" * 64, "b" * 64
TEXT = f"""\
duckdb==2.0.1 \\
    --hash=sha256:{A} \\
    --hash=sha256:{B}
    # via -r requirements.txt
pycparser==3.12 ; implementation_name != 'PyPy' \\
    --hash=sha256:{B}
    # via cffi
cffi==2.1.1 \\
    --hash=sha256:{A}
    # via cryptography
cryptography==50.0.2 \\
    --hash=sha256:{A}
    # via pyjwt
pyjwt[crypto]==2.15.1 \\
    --hash=sha256:{A}
    # via -c other.lock, -r requirements.txt
"""
LOCK = read(TEXT)
ASKED = [Requirement("pyjwt[crypto]==2.15.1"), Requirement("DuckDB==2.0.1")]


def test_a_lock_is_read() -> None:
    duck = LOCK["duckdb"]
    assert (duck.version, duck.hashes, duck.asked_by) == ("2.0.1", (A, B), frozenset({"-r requirements.txt"}))
    assert str(LOCK["pycparser"].requirement.marker) == 'implementation_name != "PyPy"'
    assert LOCK["pyjwt"].requirement.extras == {"crypto"}
    assert LOCK["pyjwt"].lines == f"pyjwt[crypto]==2.15.1 \\\n    --hash=sha256:{A}"


def test_what_a_part_needs_is_found_however_far() -> None:
    assert needed(LOCK, ["PyJWT"]) == {"pyjwt", "cryptography", "cffi", "pycparser"}
    assert narrowed(LOCK, ["duckdb"]) == f"duckdb==2.0.1 \\\n    --hash=sha256:{A} \\\n    --hash=sha256:{B}\n"
    assert set(read(narrowed(LOCK, ["pyjwt"]))) == {"pyjwt", "cryptography", "cffi", "pycparser"}
    with pytest.raises(KeyError, match="tantivy"):
        narrowed(LOCK, ["tantivy"])


def _without(name: str) -> dict[str, Locked]:
    return {each: held for each, held in LOCK.items() if each != name}


def test_a_lock_that_fits_is_told_from_one_that_does_not() -> None:
    assert disagreements(LOCK, ASKED) == []
    assert disagreements(_without("duckdb"), ASKED) == ["duckdb is asked for and not locked"]
    newer = [ASKED[0], Requirement("duckdb==2.0.2")]
    assert disagreements(LOCK, newer) == ["duckdb==2.0.2 is asked for, and 2.0.1 is locked"]
    extra = [Requirement("pyjwt[crypto,tests]==2.15.1"), ASKED[1]]
    assert disagreements(LOCK, extra) == ["pyjwt is asked for with crypto, tests, and locked without"]
    assert disagreements(LOCK, ASKED[:1]) == [
        "duckdb is locked, and no file asks for it any more",
        "duckdb is locked, and nothing that is asked for needs it",
    ]
    unhashed = read(TEXT.replace(f"2.1.1 \\\n    --hash=sha256:{A}", "2.1.1"))
    assert disagreements(unhashed, ASKED) == ["cffi is locked without a hash"]
    ranged = read(TEXT.replace("cffi==2.1.1", "cffi>=2.1.1"))
    assert disagreements(ranged, ASKED) == ["cffi is locked to no single version"]


def test_files_that_name_others_ask_for_theirs_too(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("# why\nduckdb==2.0.1\n")
    (tmp_path / "tools").mkdir()
    (tmp_path / "tools/b.txt").write_text("-r ../a.txt\n\nmoto[s3]==5.2.5  # a local AWS\n")
    assert [str(each) for each in requirements(tmp_path / "tools/b.txt")] == ["duckdb==2.0.1", "moto[s3]==5.2.5"]


@for_each(LOCKS)
def test_each_lock_agrees_with_its_requirements(each: command.Lock) -> None:
    assert command.disagreements(each) == []


def test_two_locks_may_not_hold_two_versions_of_the_same(tmp_path: Path) -> None:
    for each in LOCKS[:2]:
        for path in (each.path, *each.sources):
            (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(PROJECT / path, tmp_path / path)
    other = tmp_path / LOCKS[1].path
    version = read(other.read_text())["cffi"].version
    other.write_text(other.read_text().replace(f"cffi=={version}", "cffi==0.1"))
    assert command.disagreements(LOCKS[0], tmp_path) == []
    wrong = f"requirements-dev.lock: cffi is 0.1 here and {version} in requirements.lock"
    assert command.disagreements(LOCKS[1], tmp_path) == [wrong]


@for_each(sorted(PLATFORMS))
def test_a_package_is_given_all_that_its_libraries_say_they_need(platform: str) -> None:
    """By the installed libraries' own metadata, and not by who the lock says asked."""
    lock = read((PROJECT / "requirements.lock").read_text("utf-8"))
    given = read(packaged(requirements(PROJECT / "requirements.txt"), lock, [platform]))
    assert not set(NOT_PACKAGED) & set(given)
    assert all(
        held.hashes and held == Locked(held.requirement, held.hashes, frozenset(), held.lines)
        for held in given.values()
    )
    for name, held in given.items():
        for text in distribution(name).requires or ():
            need = Requirement(text)
            extras = [{"extra": extra} for extra in ("", *held.requirement.extras)]
            if need.marker is None or any(need.marker.evaluate(extra) for extra in extras):
                assert canonicalize_name(need.name) in given, f"{name} needs {need.name}"


def test_this_environment_is_the_locked_one() -> None:
    other = {}
    for name, held in read((PROJECT / "requirements-dev.lock").read_text("utf-8")).items():
        marker = held.requirement.marker
        if marker is None or marker.evaluate():
            try:
                installed = distribution(name).version
            except PackageNotFoundError:
                installed = ""
            if installed != held.version:
                other[name] = (installed, held.version)
    assert not other, f"installed, and locked: {other} (make setup)"

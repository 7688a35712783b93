"""Libraries of a package: from the lock's own files, or not at all."""

from __future__ import annotations

import hashlib
import json
import marshal
import subprocess
import sys
from contextlib import nullcontext
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from chalice.deploy.packager import DependencyBuilder
from chalice.deploy.packager import Package as ChaliceWheel
from chalice.utils import OSUtils

from infra import stages
from infra.package.build import build
from infra.package.chalice_cli import compiled_alone, only_locked
from infra.package.workshop import ChaliceFailed, lay_out
from infra.supply import bill
from tests.infra import small_project

pytestmark = pytest.mark.xdist_group("packaging")

METADATA = "Metadata-Version: 2.1\nName: klang-packable\nVersion: 1.0\nLicense: MIT\n"
CONTENTS = ("klang_packable.py", "klang_stubs.pyi", "klang_packable-1.0.data/scripts/x")


def sdist(folder: Path) -> Path:
    """A library that must be built, and only can be for another system."""
    folder.mkdir()
    (folder / "setup.py").write_text(
        "from setuptools import setup\n"
        "setup(name='klang-unpackable', version='1.0', py_modules=[],\n"
        "      options={'bdist_wheel': {'plat_name': 'win_amd64'}})\n"
    )
    subprocess.run([sys.executable, "setup.py", "-q", "sdist"], cwd=folder, check=True, capture_output=True)
    (made,) = (folder / "dist").glob("*.tar.gz")
    return made


def wheel(folder: Path) -> Path:
    """A library that is ready for every system."""
    path = folder / "klang_packable-1.0-py3-none-any.whl"
    with ZipFile(path, "w") as archive:
        archive.writestr("klang_packable.py", "HERE = True\n")
        archive.writestr("klang_stubs.pyi", "")
        archive.writestr("klang_packable-1.0.data/scripts/x", "#!python\n")
        archive.writestr("klang_packable-1.0.dist-info/METADATA", METADATA)
        archive.writestr("klang_packable-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n")
        archive.writestr("klang_packable-1.0.dist-info/RECORD", "".join(f"{each},,\n" for each in CONTENTS))
    return path


def project(folder: Path, name: str, file: Path, sha256: str) -> Path:
    """A project that asks for a file, locked to a hash."""
    asked = f"{name} @ {file.as_uri()}"
    lock = f"{asked} --hash=sha256:{sha256}\n    # via -r requirements.txt\n"
    return small_project.write(folder / "project", requirements=f"{asked}\n", lock=lock)


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.mark.slow
def test_a_dependency_without_a_wheel_for_lambda_stops_the_package(tmp_path: Path) -> None:
    file = sdist(tmp_path / "source")
    made = project(tmp_path, "klang-unpackable", file, _sha256(file))
    with pytest.raises(ChaliceFailed, match=r"klang.unpackable==1\.0"):
        build("prod-gdx", tmp_path / "out", project=made)


def test_a_wheel_that_is_not_in_the_lock_is_not_unpacked(tmp_path: Path) -> None:
    """As are those that Chalice fetches once more without hashes, or builds itself."""
    file, target = wheel(tmp_path), tmp_path / "unpacked"
    wheels = {ChaliceWheel(str(tmp_path), file.name)}
    for locked, there in (("0" * 64, False), (_sha256(file), True)):
        builder = DependencyBuilder(OSUtils())
        taken = only_locked(builder, f"klang-packable==1.0 \\\n    --hash=sha256:{locked}\n")
        with nullcontext() if there else pytest.raises(SystemExit, match="is not a file of"):
            builder._install_wheels(str(tmp_path), str(target), wheels)
        assert (target / "klang_packable.py").exists() is there
        assert taken == ({"klang_packable-1.0.dist-info": (file.name, locked)} if there else {})


def test_another_file_than_the_locked_one_stops_the_package(tmp_path: Path) -> None:
    made = project(tmp_path, "klang-packable", wheel(tmp_path), "0" * 64)
    with pytest.raises(ChaliceFailed, match="DO NOT MATCH THE HASHES"):
        build("prod-gdx", tmp_path / "out", project=made)


def test_the_locked_file_travels_and_the_bill_tells_of_it(tmp_path: Path) -> None:
    file = wheel(tmp_path)
    made = project(tmp_path, "klang-packable", file, _sha256(file))
    workshop = lay_out(stages.stages()["prod-gdx"], tmp_path / "workshop", project=made)
    workshop.chalice("package", "--stage", "prod-gdx", str(tmp_path / "out"))
    package = tmp_path / "out/deployment.zip"
    with ZipFile(package) as archive:
        names = archive.namelist()
        origin = json.loads(archive.read("klang_packable-1.0.dist-info/wheel.json"))
    assert origin == {"file": file.name, "sha256": _sha256(file), "modules": ["klang_packable"]}
    assert "klang_packable.pyc" in names
    assert not [name for name in names if name.endswith(".pyi") or ".data/" in name]
    (library,) = [
        each
        for each in json.loads(bill.write(package, "prod-gdx").read_text())["components"]
        if each["name"] != "chalice"
    ]
    assert library["hashes"] == [{"alg": "SHA-256", "content": _sha256(file)}]


SOURCE = '''"""What it is."""
from __future__ import annotations

class Told:
    """Only this."""

def counted(number: int) -> int:
    """One more."""
    assert number > 0, "positive"
    def within():
        "a text"
    return number + 1

def failing():
    raise KeyError("here")
'''


@pytest.mark.parametrize(("inside", "told"), [("any/module.py", None), ("luqum/parser.py", "One more.")])
def test_byte_code_travels_alone_without_docstrings_and_with_its_lines(tmp_path: Path, inside: str, told: str) -> None:
    source = tmp_path / "module.py"
    source.write_text(SOURCE, encoding="utf-8")
    assert compiled_alone(source, inside)
    (kept,) = tmp_path.iterdir()
    content = kept.read_bytes()
    assert (kept.name, content[4:8]) == ("module.pyc", b"\x01\0\0\0")  # PEP 552: by hash, never compared
    module: dict[str, Any] = {"__name__": "module"}
    exec(marshal.loads(content[16:]), module)  # noqa: S102, S302 - our own byte code, made a line above
    assert module["counted"].__doc__ == told
    assert module["counted"](1) == 2
    with pytest.raises(AssertionError, match="positive"):
        module["counted"](0)
    with pytest.raises(KeyError) as raised:
        module["failing"]()
    last = raised.traceback[-1].frame.code
    assert (str(last.raw.co_filename), raised.traceback[-1].lineno + 1) == (inside, 15)


def test_what_does_not_compile_travels_as_source(tmp_path: Path) -> None:
    source = tmp_path / "template.py"
    source.write_text("def {{ name }}(): ...", encoding="utf-8")
    assert not compiled_alone(source, "template.py")
    assert [each.name for each in tmp_path.iterdir()] == ["template.py"]

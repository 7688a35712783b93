"""The bill of materials: what is in the zip and nothing else, valid by CycloneDX's own schema, the same every time."""

from __future__ import annotations

import hashlib
import json
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from infra.supply import bill
from infra.supply.bill import NoBill, Source

FROM = Source("c" * 40, datetime(2026, 11, 30, 9, tzinfo=UTC))
SHA = hashlib.sha256(b"a wheel").hexdigest()
JWT = """\
Metadata-Version: 2.4
Name: PyJWT
Version: 2.15.1
Summary: tokens
License-Expression: MIT
Requires-Dist: cryptography>=3.4; extra == "crypto"
Requires-Dist: sphinx; extra == "docs"
"""
CRYPTOGRAPHY = """\
Metadata-Version: 2.4
Name: cryptography
Version: 50.0.2
License-Expression: Apache-2.0 OR BSD-3-Clause
"""
OLD = """\
Metadata-Version: 2.1
Name: old_one
Version: 1
Classifier: License :: OSI Approved :: BSD License
"""


def wheel(name: str, *modules: str) -> str:
    return json.dumps({"file": f"{name}-py3-none-any.whl", "sha256": SHA, "modules": modules})


FILES = {
    "app.py": "",
    "chalicelib/__init__.py": "",
    "chalice/app.py": "__version__: str = '1.34.0'\n",
    "jwt/api.pyc": "",
    "pyjwt-2.15.1.dist-info/METADATA": JWT,
    "pyjwt-2.15.1.dist-info/wheel.json": wheel("pyjwt-2.15.1", "jwt"),
    "cryptography/x.so": "",
    "cryptography-50.0.2.dist-info/METADATA": CRYPTOGRAPHY,
    "cryptography-50.0.2.dist-info/wheel.json": wheel("cryptography-50.0.2", "cryptography"),
    "cryptography-50.0.2.dist-info/sboms/rust.cyclonedx.json": "{}",
    "old_one.pyc": "",
    "old_one-1.dist-info/METADATA": OLD,
    "old_one-1.dist-info/wheel.json": wheel("old_one-1", "old_one"),
}


def zipped(folder: Path, files: dict[str, str]) -> Path:
    path = folder / "deployment.zip"
    with ZipFile(path, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return path


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return zipped(tmp_path_factory.mktemp("zip"), FILES)


@pytest.fixture(scope="module")
def told(package: Path) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(bill.bill(package, FROM, "prod-gdx"))
    return document


def test_it_is_valid_by_cyclonedx_own_schema(package: Path) -> None:
    validator = JsonStrictValidator(SchemaVersion.V1_6)
    text = bill.bill(package, FROM, "prod-gdx")
    assert validator.validate_str(text) is None
    assert validator.validate_str(text.replace('"application"', '"a program"')) is not None


def test_our_own_code_is_told_by_its_commit_and_the_zip_by_its_hash(told: dict[str, Any], package: Path) -> None:
    main = told["metadata"]["component"]
    assert (main["name"], main["type"], main["version"]) == ("klang", "application", "c" * 40)
    assert main["hashes"] == [{"alg": "SHA-256", "content": hashlib.sha256(package.read_bytes()).hexdigest()}]
    assert main["properties"] == [{"name": "klang:stage", "value": "prod-gdx"}]
    assert told["metadata"]["timestamp"] == "2026-11-30T09:00:00+00:00"
    assert (told["bomFormat"], told["specVersion"]) == ("CycloneDX", "1.6")


def test_each_library_is_told_by_name_version_licence_and_wheel(told: dict[str, Any]) -> None:
    libraries = {each["name"]: each for each in told["components"]}
    assert set(libraries) == {"chalice", "cryptography", "old-one", "pyjwt"}
    jwt = libraries["pyjwt"]
    assert (jwt["version"], jwt["purl"]) == ("2.15.1", "pkg:pypi/pyjwt@2.15.1")
    assert jwt["hashes"] == [{"alg": "SHA-256", "content": SHA}]
    assert jwt["licenses"] == [{"license": {"id": "MIT"}}]
    assert {each["name"]: each["value"] for each in jwt["properties"]} == {
        "klang:modules": "jwt",
        "klang:wheel": "pyjwt-2.15.1-py3-none-any.whl",
    }
    assert libraries["cryptography"]["licenses"] == [{"expression": "Apache-2.0 OR BSD-3-Clause"}]
    (inner,) = libraries["cryptography"]["externalReferences"]
    assert (inner["type"], inner["url"]) == ("bom", "cryptography-50.0.2.dist-info/sboms/rust.cyclonedx.json")
    assert libraries["old-one"]["licenses"] == [{"license": {"name": "LicenseRef-BSD"}}]
    assert libraries["chalice"]["version"] == "1.34.0"


def test_who_asks_for_whom_is_told_of_what_is_there(told: dict[str, Any]) -> None:
    asks = {each["ref"]: each.get("dependsOn", []) for each in told["dependencies"]}
    assert asks["klang"] == ["pkg:pypi/chalice@1.34.0", "pkg:pypi/old-one@1", "pkg:pypi/pyjwt@2.15.1"]
    assert asks["pkg:pypi/pyjwt@2.15.1"] == ["pkg:pypi/cryptography@50.0.2"]


def test_the_same_zip_of_the_same_commit_gives_the_same_bill(package: Path) -> None:
    first = bill.bill(package, FROM, "prod-gdx")
    assert bill.bill(package, FROM, "prod-gdx") == first
    assert json.loads(bill.bill(package, FROM))["serialNumber"] != json.loads(first)["serialNumber"]


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"stowaway/__init__.pyc": ""}, "brought by no library: stowaway"),
        ({"old_one-1.dist-info/wheel.json": wheel("old_one-1")}, "brought by no library: old_one"),
        ({"new-1.dist-info/METADATA": OLD}, "new-1.dist-info does not say"),
        ({"old_one-1.dist-info/METADATA": "Name: old_one\n"}, "old_one-1.dist-info does not say"),
        ({"chalice/app.py": ""}, "chalice/app.py does not say its version"),
    ],
)
def test_a_zip_that_cannot_be_told_completely_gets_no_bill(changed: dict[str, str], why: str, tmp_path: Path) -> None:
    with pytest.raises(NoBill, match=why):
        bill.bill(zipped(tmp_path, {**FILES, **changed}), FROM)


def test_any_zip_can_be_told_and_a_bad_one_says_why(
    package: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert bill.main([str(package)]) == 0
    assert "version" not in json.loads(capsys.readouterr().out)["metadata"]["component"]
    assert bill.main([str(zipped(tmp_path, {**FILES, "stowaway.py": ""}))]) == 1
    assert "stowaway" in capsys.readouterr().err


def test_the_commit_is_the_checkouts_and_says_when_files_differ(tmp_path: Path) -> None:
    assert bill.source(tmp_path).commit == ""
    git = ["git", "-C", str(tmp_path), "-c", "user.name=a", "-c", "user.email=a@example.go.th"]
    (tmp_path / "a").write_text("1")
    for command in (["init", "-q"], ["add", "a"], ["commit", "-qm", "one", "--date=2026-11-30T09:00:00+00:00"]):
        subprocess.run([*git, *command], check=True)
    clean = bill.source(tmp_path)
    assert len(clean.commit) == 40
    (tmp_path / "a").write_text("2")
    assert bill.source(tmp_path).commit == f"{clean.commit}-dirty"

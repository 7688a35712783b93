"""Packages: what is in them, what must not be, and what stops one from being made."""

from __future__ import annotations

import ast
import json
import struct
import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import pytest
from packaging.requirements import Requirement

from infra import stages
from infra.functions import HANDLERS
from infra.package import __main__ as command
from infra.package.build import ZIP_LIMIT, BadPackage, Package, UnknownStage, build, check
from infra.package.chalice_cli import loaded_part
from infra.package.python import HOW_TO_GET_ONE, NoPython, find
from infra.package.tools import RUNTIME, prepared_python
from infra.package.workshop import lay_out, packaged
from infra.stages import PLATFORMS, PROJECT
from infra.supply.lock import read
from tests.infra import use_libraries
from tests.infra.test_only_with import imported

pytestmark = pytest.mark.xdist_group("packaging")

OTHERS = {
    "gdx": ("biz", "opendata", "citizen"),
    "biz": ("gdx", "opendata", "citizen"),
    "citizen": ("gdx", "biz", "opendata"),
    "opendata": ("gdx", "biz", "citizen"),
}
JUDGE = "import jsonschema; jsonschema.Draft202012Validator({'type': 'object'}).validate({})"
RESOLVE_ALL = "import pkgutil, sys; [pkgutil.resolve_name(name) for name in sys.argv[1:]]"


@pytest.fixture(scope="module")
def packages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Package]:
    """The real app, packaged for each platform; the open-data catalogue's package is the largest of all."""
    return {name: build(f"prod-{name}", tmp_path_factory.mktemp(name)) for name in OTHERS}


def _resources(package: Package) -> dict[str, dict[str, object]]:
    resources: dict[str, dict[str, object]] = json.loads(package.template.read_text("utf-8"))["Resources"]
    return resources


def _names(package: Package) -> list[str]:
    with ZipFile(package.archive) as archive:
        return archive.namelist()


def _run(package: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Runs Lambda's Python with an unzipped package and nothing else of ours."""
    return subprocess.run(
        [str(prepared_python(RUNTIME)), "-P", *arguments],
        env={"PYTHONPATH": str(package), "PYTHONDONTWRITEBYTECODE": "1", "AWS_XRAY_SDK_ENABLED": "false"},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.slow
@pytest.mark.parametrize("platform", OTHERS)
def test_a_platform_has_only_its_own_routes(packages: dict[str, Package], platform: str) -> None:
    document = json.loads(packages[platform].template.read_text("utf-8"))
    paths = document["Resources"]["RestAPI"]["Properties"]["DefinitionBody"]["paths"]
    assert [path for path in paths if path.startswith(f"/{platform}/v1/")]
    assert not [path for path in paths for other in OTHERS[platform] if path.startswith(f"/{other}/")]
    assert "/health" in paths


@pytest.mark.slow
@pytest.mark.parametrize("platform", OTHERS)
def test_a_platform_has_only_its_own_functions(packages: dict[str, Package], platform: str) -> None:
    functions = {
        str(resource["Properties"]["FunctionName"])  # type: ignore[index]  # the template is plain JSON
        for resource in _resources(packages[platform]).values()
        if resource["Type"] == "AWS::Serverless::Function"
    }
    own = {f"klang-prod-{platform}"} | {f"klang-prod-{platform}-{name}" for name in HANDLERS[platform]}
    assert functions == own


@pytest.mark.slow
@pytest.mark.parametrize("platform", OTHERS)
def test_a_platforms_roles_reach_its_own_table_only(packages: dict[str, Package], platform: str) -> None:
    roles = json.dumps(
        [entry for entry in _resources(packages[platform]).values() if entry["Type"] == "AWS::IAM::Role"]
    )
    assert f"table/klang-prod-{platform}" in roles
    assert not [other for other in OTHERS[platform] if f"klang-prod-{other}" in roles]


@pytest.mark.slow
def test_the_gateways_own_answers_and_limits_are_in_the_template(packages: dict[str, Package]) -> None:
    api = json.loads(packages["gdx"].template.read_text("utf-8"))["Resources"]["RestAPI"]["Properties"]
    answers = api["DefinitionBody"]["x-amazon-apigateway-gateway-responses"]
    assert answers["MISSING_AUTHENTICATION_TOKEN"]["statusCode"] == 404
    template = answers["DEFAULT_5XX"]["responseTemplates"]["application/json"]
    assert '"status": $context.status' in template
    assert api["MethodSettings"][0]["ThrottlingRateLimit"] == 500


@pytest.mark.slow
def test_a_package_holds_the_app_and_nothing_around_it(packages: dict[str, Package]) -> None:
    names = _names(packages["gdx"])
    assert {"app.py", "chalice/app.py", "chalicelib/settings.py", "pydantic/__init__.pyc"} <= set(names)
    unwanted = (
        "infra/",
        "tests/",
        "demo/",
        "bench/",
        "docs/",
        ".chalice/",
        "boto3/",
        "s3transfer/",
        "duckdb/",
        "moto/",
    )
    assert not [name for name in names if name.startswith(unwanted)]
    assert not [name for name in names if name.endswith((".pyi", "/RECORD")) or "/tests/" in name or "oidc" in name]
    assert len(names) == len(set(names))


@pytest.mark.slow
@pytest.mark.parametrize("platform", OTHERS)
def test_a_bill_tells_of_every_library_in_the_package(packages: dict[str, Package], platform: str) -> None:
    told = json.loads(packages[platform].bill.read_text("utf-8"))
    there = {name.partition("/")[0] for name in _names(packages[platform]) if name.endswith(".dist-info/METADATA")}
    libraries = [each for each in told["components"] if each["name"] != "chalice"]
    assert len(libraries) == len(there)
    lock = read((PROJECT / "requirements.lock").read_text("utf-8"))
    for each in libraries:
        assert each["version"] == lock[each["name"]].version
        assert each["hashes"][0]["content"] in lock[each["name"]].hashes
        assert each["licenses"], each["name"]


@pytest.mark.slow
@pytest.mark.parametrize("platform", ["gdx", "biz", "citizen"])
def test_a_package_stays_small_and_knows_its_own_services(packages: dict[str, Package], platform: str) -> None:
    assert packages[platform].unzipped < 40_000_000
    names = set(_names(packages[platform]))
    services = {name.split("/")[2] for name in names if name.startswith("botocore/data/") and name.count("/") > 2}
    own = {"dynamodb", "kms", "s3", "sqs", "xray"} | (set() if platform == "gdx" else {"sesv2", "sns"})
    assert services == own
    assert "chalicelib/shared/route_table.json" in names


@pytest.mark.slow
@pytest.mark.parametrize("platform", OTHERS)
def test_a_platform_carries_no_other_room(packages: dict[str, Package], platform: str) -> None:
    names = _names(packages[platform])
    assert f"chalicelib/{platform}/routes.py" in names
    assert not [name for name in names for other in OTHERS[platform] if name.startswith(f"chalicelib/{other}/")]


@pytest.mark.slow
@pytest.mark.parametrize("platform", OTHERS)
def test_all_that_a_platforms_code_imports_comes_out_of_its_package(
    packages: dict[str, Package], platform: str, tmp_path: Path
) -> None:
    """Also what is imported inside a function, which a package that lacks it would find out late."""
    with ZipFile(packages[platform].archive) as archive:
        archive.extractall(tmp_path)
    names = [name for name in imported(platform) if not name.startswith(("__future__.", "boto3"))]
    done = _run(tmp_path, "-c", RESOLVE_ALL, *names)
    assert done.returncode == 0, done.stderr
    if "jsonschema.Draft202012Validator" in names:
        assert _run(tmp_path, "-c", JUDGE).returncode == 0


@pytest.mark.slow
def test_what_libraries_load_late_is_in_the_package_too(packages: dict[str, Package], tmp_path: Path) -> None:
    with ZipFile(packages["opendata"].archive) as archive:
        archive.extractall(tmp_path / "package")
    done = _run(tmp_path / "package", str(Path(use_libraries.__file__)), str(tmp_path))
    assert (done.returncode, done.stdout) == (0, ""), done.stderr


@pytest.mark.slow
def test_libraries_travel_as_byte_code_and_our_own_code_with_its_source(packages: dict[str, Package]) -> None:
    names = set(_names(packages["opendata"]))
    sources = [name for name in names if name.endswith(".py") and not name.startswith(("chalice/", "chalicelib/"))]
    assert sources == ["app.py"]
    assert "chalicelib/shared/tlog_verifier.py" in names  # handed out as it is


@pytest.mark.slow
def test_byte_code_travels_and_is_never_compared_with_times(packages: dict[str, Package]) -> None:
    with ZipFile(packages["gdx"].archive) as archive:
        names = archive.namelist()
        compiled = [name for name in names if name.endswith(".pyc")]
        assert [name for name in compiled if name.startswith("chalicelib/shared/__pycache__/")]
        assert [name for name in compiled if name == "pydantic/main.pyc"]
        flags = {int.from_bytes(archive.read(name)[4:8], "little") for name in compiled}
    assert flags == {0b01}  # PEP 552: hash-based, not checked


@pytest.mark.slow
def test_a_package_fits_lambda(packages: dict[str, Package]) -> None:
    for package in packages.values():
        check(package)
        assert package.zipped < ZIP_LIMIT


def test_a_stage_of_one_platform_is_laid_out_without_the_other_rooms(tmp_path: Path) -> None:
    known = stages.stages()
    for name, rooms in (("prod-biz", ["biz"]), ("dev", sorted(PLATFORMS))):
        folder = lay_out(known[name], tmp_path / name).folder / "chalicelib"
        assert [each for each in sorted(PLATFORMS) if (folder / each).exists()] == rooms
        assert (folder / "shared").exists()


def test_a_shared_object_keeps_what_is_loaded_and_nothing_behind() -> None:
    header = struct.pack("<16sHHIQQQIHHHHHH", b"\x7fELF\x02\x01", 3, 62, 1, 0, 64, 999, 0, 64, 56, 1, 64, 9, 8)
    segment = struct.pack("<IIQQQQQQ", 1, 5, 0, 0, 0, 130, 130, 4096)
    kept = loaded_part(header + segment + b"mapped...." + b"symbols")
    assert kept[120:] == b"mapped...."  # to the segment's end
    assert struct.unpack_from("<Q", kept, 40) == (0,) and struct.unpack_from("<HH", kept, 60) == (0, 0)
    assert (kept[:40], kept[48:60]) == (header[:40], header[48:60])
    assert loaded_part(kept) == kept
    assert loaded_part(b"GROUP ( libc.so.6 )") == b"GROUP ( libc.so.6 )"


def test_a_package_over_the_limit_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadPackage, match="too large"):
        check(Package(tmp_path, ZIP_LIMIT + 1, ZIP_LIMIT + 1))


def test_a_template_that_cfn_lint_refuses_is_refused(tmp_path: Path) -> None:
    broken = {"Resources": {"Table": {"Type": "AWS::DynamoDB::Table", "Properties": {"KeySchema": 1}}}}
    (tmp_path / "sam.json").write_text(json.dumps(broken))
    with pytest.raises(BadPackage, match="cfn-lint"):
        check(Package(tmp_path, 1, 1))


def test_event_functions_of_the_app_and_of_the_table_are_the_same() -> None:
    tree = ast.parse((PROJECT / "app.py").read_text("utf-8"))
    functions = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and node.decorator_list}
    assert functions == {name for platform in PLATFORMS for name in HANDLERS[platform]}


def test_only_open_data_carries_the_analytic_engine() -> None:
    asked = [Requirement(each) for each in ("chalice==1.34.0", "pyjwt[crypto]==2.15.1", "duckdb==2.0.1")]
    pins = ["chalice==1.34.0", "click==8.5.1", "cryptography==50.0.2", "duckdb==2.0.1", "pyjwt[crypto]==2.15.1"]
    vias = ["-r requirements.txt", "chalice", "pyjwt", "-r requirements.txt", "-r requirements.txt"]
    locked = read("".join(f"{pin}\n    # via {via}\n" for pin, via in zip(pins, vias, strict=True)))
    assert packaged(asked, locked, ["gdx"]) == f"{pins[2]}\n{pins[4]}\n"
    assert packaged(asked, locked, ["gdx", "opendata"]) == f"{pins[2]}\n{pins[3]}\n{pins[4]}\n"


def test_an_unknown_stage_is_refused_with_the_ones_there_are(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(UnknownStage, match="prod-gdx"):
        build("nope", tmp_path)
    assert command.main(["nope", "--out", str(tmp_path)]) == 1
    assert "there are: dev, uat-gdx" in capsys.readouterr().err


def test_without_a_python_of_lambdas_version_the_reason_is_plain(tmp_path: Path) -> None:
    if f"{sys.version_info.major}.{sys.version_info.minor}" in ("3.12", "3.13"):
        assert find({"PATH": ""}).path == sys.executable
        return
    with pytest.raises(NoPython) as refused:
        find({"PATH": str(tmp_path), "HOME": str(tmp_path)})
    assert str(refused.value) == HOW_TO_GET_ONE


def test_a_named_python_must_work(tmp_path: Path) -> None:
    broken = tmp_path / "python3.12"
    broken.write_text("#!/bin/sh\nexit 127\n")
    broken.chmod(0o755)
    with pytest.raises(NoPython, match="no working Python"):
        find({"KLANG_LAMBDA_PYTHON": str(broken)})


def test_a_python_that_does_not_run_is_passed_over(tmp_path: Path) -> None:
    shim = tmp_path / "bin/python3.12"
    shim.parent.mkdir()
    shim.write_text("#!/bin/sh\necho 'pyenv: python3.12: command not found'; exit 127\n")
    real = tmp_path / ".pyenv/versions/3.12.1/bin/python"
    real.parent.mkdir(parents=True)
    real.write_text("#!/bin/sh\necho 3.12\n")
    for script in (shim, real):
        script.chmod(0o755)
    found = find({"PATH": str(shim.parent), "HOME": str(tmp_path)})
    assert found.path in (str(real), sys.executable)
    assert found.version == "3.12" or sys.version_info[:2] == (3, 13)


def test_the_committed_configuration_names_every_policy() -> None:
    config = json.loads((PROJECT / ".chalice/config.json").read_text("utf-8"))
    entries = [each for stage in config["stages"].values() for each in (stage, *stage["lambda_functions"].values())]
    named = {entry["iam_policy_file"] for entry in entries if "iam_policy_file" in entry}
    assert named == {name for name in stages.files() if name != "config.json"}

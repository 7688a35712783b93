"""The `chalice` command with six mends, run as a script by the Python that Lambda will run.

1. A missing wheel is an error. Chalice prints a warning, exits 0 and ships a zip without the package.
2. Packages carry byte code. Lambda cannot write any, so without it every cold start compiles everything
   (1174 ms instead of 534 ms for our dependencies). Unchecked, because a zip does not keep the times that
   Python would compare. Of the dependencies the byte code travels alone, beside no source: that is a tenth of a zip,
   and a traceback names their files and lines without it. Our own sources go along.
3. The dependencies are packed once per list of requirements into `KLANG_PACKAGE_CACHE` and only the app is added to
   a copy; Chalice would download and compress them for every stage again.
4. The API's definition carries what `gateway.json` adds (the gateway's own answers), which Chalice has no setting
   for; the definition as API Gateway gets it is kept as `api.json`.
5. botocore travels with the models of the services that the stage may call (`aws.json`), without their manuals. With
   all 400 of them a client takes 170 ms to make, with these 20.
6. Only files of the lock are packed. pip compares what it fetches first with the hashes, but Chalice asks again for
   some wheels without them, and builds others itself. Which file each library came from is kept beside its
   metadata (`wheel.json`), for the bill of materials.
7. Libraries travel without their docstrings (`READ_DOCSTRINGS` keeps those that are a program), and botocore without
   what writes its manual: that is a thirtieth of a start. Assertions stay.

What no function reads is left out: type stubs, tests, command-line scripts, records of installed files, the parts of
libraries that nobody here imports, and the tables of symbols in shared objects (docs/decisions/0057-small-packages.md).
"""

import ast
import csv
import fcntl
import gzip
import hashlib
import importlib.util
import io
import json
import marshal
import os
import re
import shutil
import struct
import sys
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

from chalice.awsclient import TypedAWSClient
from chalice.cli import main
from chalice.constants import MISSING_DEPENDENCIES_TEMPLATE
from chalice.deploy.packager import DependencyBuilder, LambdaDeploymentPackager, MissingDependencyError, Package
from chalice.deploy.swagger import SwaggerGenerator

UNREAD_FILES = re.compile(r"\.(pyi|pyx|pxd|c|h)$|(^|/)(py\.typed|RECORD|INSTALLER|REQUESTED|direct_url\.json)$")
UNREAD_FOLDERS = re.compile(r"^(bin|include|share|man|[^/]+\.data)(/|$)|(^|/)(tests?|benchmarks|__pycache__)(/|$)")
UNUSED_PARTS = re.compile(
    r"""(?x) ^(
      aws_lambda_powertools/event_handler                   # routes and a Swagger page: Chalice has the routes
    | aws_lambda_powertools/utilities/(auth_alpha|batch|circuit_breaker|data_classes|data_masking|feature_flags
        |idempotency|kafka|parameters|parser|streaming|validation)
    | cffi | pycparser                                      # cryptography needs _cffi_backend alone, which stays
    | adbc_driver_duckdb | duckdb/experimental              # other people's ways to ask DuckDB
    | botocore/docs/(?!(__init__|docstring|utils)\.py$)\w+(\.py)?  # writes a manual; `NO_MANUAL` stands for it
    | fsspec/implementations/(?!__init__|local|memory)\w+\.py$  # file systems elsewhere; DuckDB looks for `memory`
    | pydantic/v1                                           # classes as of 2021
    | pydantic/mypy\.py$ | urllib3/contrib/emscripten       # a type checker's part, a browser's part
    | dateutil/(zoneinfo|rrule\.py$|easter\.py$)            # botocore reads instants, and knows UTC
    | aws_xray_sdk/ext/(?!botocore|resources|__init__|util|boto_utils)\w+(\.py)?  # frameworks that nobody uses here
    | pyparsing | rdflib/plugins/sparql | rdflib/(contrib|extras|tools)  # SPARQL, which nobody may ask us
    )(/|$)"""
)
"""Parts of libraries by their path. `tests/infra/test_package.py` imports from a package all that our code imports."""

READ_DOCSTRINGS = re.compile(r"^(luqum|ply)/")
"""Libraries whose docstrings are a grammar (David Beazley's PLY reads it from there)."""

NO_MANUAL = """\
class ClientMethodDocstring(str):
    def __new__(cls, *args, **kwargs):
        return str.__new__(cls)

PaginatorDocstring = WaiterDocstring = ClientMethodDocstring
"""
"""`botocore/docs/docstring.py` as it travels: the text that `help()` would show of a client's methods is empty."""

FORMAT = 7
"""Raised when the cached zip would come out differently from the same requirements."""


def package(self: LambdaDeploymentPackager, project_dir: str, python_version: str) -> str:
    """Replaces `LambdaDeploymentPackager.create_deployment_package`: cached dependencies + the app as it is now."""
    target = Path(self.deployment_package_filename(project_dir, python_version))
    if target.exists():
        return str(target)
    target.parent.mkdir(parents=True, exist_ok=True)
    unfinished = target.with_suffix(".part")
    shutil.copyfile(_dependencies(self, project_dir, python_version), unfinished)
    with ZipFile(unfinished, "a", ZIP_DEFLATED, compresslevel=9) as zipped:
        self._add_app_files(zipped, project_dir)
        self._add_vendor_files(zipped, str(Path(project_dir) / "vendor"))
    unfinished.rename(target)
    return str(target)


def _dependencies(packager: LambdaDeploymentPackager, project_dir: str, python_version: str) -> Path:
    requirements = Path(packager._get_requirements_filename(project_dir))
    text = requirements.read_text("utf-8") if requirements.exists() else ""
    models = Path("aws.json").read_text("utf-8")
    named = f"{FORMAT}|{python_version}|{packager._architecture}|{text}|{models}"
    folder = Path(os.environ["KLANG_PACKAGE_CACHE"])
    folder.mkdir(parents=True, exist_ok=True)
    ready = folder / f"dependencies-{hashlib.sha256(named.encode()).hexdigest()[:16]}.zip"
    with _one_at_a_time(ready):
        if not ready.exists():
            with TemporaryDirectory() as site_packages:
                _build(packager, python_version, requirements, Path(site_packages))
                _zip(Path(site_packages), ready)
    return ready


def _build(packager: LambdaDeploymentPackager, version: str, requirements: Path, site_packages: Path) -> None:
    abi = packager._RUNTIME_TO_ABI[version]
    if abi != f"cp{sys.version_info.major}{sys.version_info.minor}":
        sys.exit(f"this is Python {sys.version.split()[0]}, but the package is for {version}")
    try:
        taken = only_locked(packager._dependency_builder, requirements.read_text("utf-8"))
        packager._dependency_builder.build_site_packages(abi, str(requirements), str(site_packages))
    except MissingDependencyError as error:
        names = sorted(missing.identifier for missing in error.missing)
        sys.exit(MISSING_DEPENDENCIES_TEMPLATE % "\n".join(names))
    records = _records(site_packages)
    for path in sorted(site_packages.rglob("*"), reverse=True):
        inside = path.relative_to(site_packages).as_posix()
        if path.is_file() and any(each.search(inside) for each in (UNREAD_FILES, UNREAD_FOLDERS, UNUSED_PARTS)):
            path.unlink()
        elif path.is_file() and path.suffix == ".so":
            path.write_bytes(loaded_part(path.read_bytes()))
    if (models := site_packages / "botocore/data").exists():  # a project may do without AWS
        slim(models, json.loads(Path("aws.json").read_text("utf-8"))["services"])
    if (manual := site_packages / "botocore/docs").exists():
        (manual / "__init__.py").write_text("", encoding="utf-8")
        (manual / "docstring.py").write_text(NO_MANUAL, encoding="utf-8")
    _tell_origins(records, taken)
    sources = sorted(site_packages.rglob("*.py"))
    with ProcessPoolExecutor() as pool:
        compiled = pool.map(compiled_alone, sources, [path.relative_to(site_packages).as_posix() for path in sources])
    if not all(compiled):
        print("some files of the dependencies do not compile; they travel as source", file=sys.stderr)


def compiled_alone(source: Path, inside: str) -> bool:
    """Puts byte code in a source's place, where Python finds it without one; False where it does not compile.

    The byte code tells the path `inside` the package, and is never compared with the source (PEP 552).
    """
    text = source.read_bytes()
    try:
        tree = ast.parse(text)
        code = compile(
            tree if READ_DOCSTRINGS.match(inside) else without_docstrings(tree), inside, "exec", dont_inherit=True
        )
    except (SyntaxError, ValueError):
        return False
    head = importlib.util.MAGIC_NUMBER + (0b01).to_bytes(4, "little") + importlib.util.source_hash(text)
    source.with_suffix(".pyc").write_bytes(head + marshal.dumps(code))
    source.unlink()
    return True


def without_docstrings(module: ast.Module) -> ast.Module:
    """The same program without its docstrings; every line keeps its number."""
    for node in ast.walk(module):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            match node.body:
                case [ast.Expr(ast.Constant(str())) as text, *rest]:
                    node.body = rest or [ast.copy_location(ast.Pass(), text)]
    return module


def only_locked(builder: DependencyBuilder, requirements: str) -> dict[str, tuple[str, str]]:
    """Mend 6; the wheels that are taken, by the name of their metadata's folder: file and SHA-256, filled as they are.

    Raises:
        SystemExit: when a wheel is none of the lock's files.
    """
    locked = set(re.findall(r"--hash=sha256:([0-9a-f]{64})", requirements))
    taken: dict[str, tuple[str, str]] = {}
    install = builder._install_wheels

    def installing(src_dir: str, dst_dir: str, wheels: set[Package]) -> None:
        for wheel in wheels:
            content = Path(src_dir, wheel.filename).read_bytes()
            digest = hashlib.sha256(content).hexdigest()
            if digest not in locked:
                sys.exit(f"{wheel.filename} is not a file of requirements.lock (SHA-256 {digest})")
            with ZipFile(io.BytesIO(content)) as archive:
                inside = {name.partition("/")[0] for name in archive.namelist()}
            (metadata,) = [name for name in inside if name.endswith(".dist-info")]
            taken[metadata] = wheel.filename, digest
        install(src_dir, dst_dir, wheels)

    builder._install_wheels = installing  # type: ignore[method-assign]  # the mend itself
    return taken


def _records(site_packages: Path) -> dict[Path, list[str]]:
    """The files of each library by its metadata's folder, as its RECORD tells them (PyPA, "Recording installed...")."""
    moved = re.compile(r"^[^/]+\.data/(purelib|platlib)/")
    records = {}
    for record in site_packages.glob("*.dist-info/RECORD"):
        with record.open(encoding="utf-8", newline="") as lines:
            records[record.parent] = [moved.sub("", row[0]) for row in csv.reader(lines) if row]
    return records


def _tell_origins(records: Mapping[Path, list[str]], taken: Mapping[str, tuple[str, str]]) -> None:
    """Writes `wheel.json` beside each library's metadata: its wheel, and the top-level modules that travel of it."""
    for folder, names in records.items():
        there = {name.partition("/")[0] for name in names if (folder.parent / name).is_file()} - {folder.name}
        file, sha256 = taken[folder.name]
        told = {"file": file, "sha256": sha256, "modules": sorted(name.removesuffix(".py") for name in there)}
        (folder / "wheel.json").write_text(json.dumps(told), encoding="utf-8")


def slim(data: Path, services: Iterable[str]) -> None:
    """Leaves of botocore's `data` folder the newest models of these services, unpacked and without their manuals.

    Every operation and shape stays, and so does every rule by which an address is found: requests are the same bytes
    (`tests/infra/test_botocore.py`). The list of addresses keeps its partition `aws` and these services.

    Raises:
        FileNotFoundError: botocore knows no such service.
    """
    kept = set(services)
    if not data.exists():
        return  # the project that is packaged has no botocore
    if unknown := sorted(kept - {path.name for path in data.iterdir()}):
        raise FileNotFoundError(f"botocore has no model of {', '.join(unknown)}")
    for folder in [path for path in data.iterdir() if path.is_dir()]:
        newest = max(path.name for path in folder.iterdir()) if folder.name in kept else ""
        for version in list(folder.iterdir()):
            if version.name != newest:
                shutil.rmtree(version)
        if not newest:
            folder.rmdir()
    for path in list(data.rglob("*.json*")):
        packed = path.read_bytes()
        path.unlink()
        if not path.name.startswith("examples-"):
            model = json.loads(gzip.decompress(packed) if path.suffix == ".gz" else packed)
            plain = path.with_name(path.name.removesuffix(".gz"))
            plain.write_text(json.dumps(_without_manual(model), separators=(",", ":")), encoding="utf-8")
    endpoints = data / "endpoints.json"
    known = json.loads(endpoints.read_text("utf-8"))
    known["partitions"] = [each for each in known["partitions"] if each["partition"] == "aws"]
    for partition in known["partitions"]:
        partition["services"] = {name: rule for name, rule in partition["services"].items() if name in kept}
    endpoints.write_text(json.dumps(known, separators=(",", ":")), encoding="utf-8")


def _without_manual(model: Any) -> Any:
    """A model with its texts for people empty: botocore asks for them. A member of that name is no text and stays."""
    if isinstance(model, dict):
        return {
            name: ""
            if name in ("documentation", "documentationUrl") and isinstance(part, str)
            else _without_manual(part)
            for name, part in model.items()
        }
    return [_without_manual(part) for part in model] if isinstance(model, list) else model


def loaded_part(library: bytes) -> bytes:
    """A shared object (64-bit ELF, little-endian) without what no loader maps: symbols for debuggers stand at its end.

    What `strip` does, but the same on every machine, with or without that tool. Other bytes come back as they are.
    """
    if not library.startswith(b"\x7fELF\x02\x01"):
        return library
    (table,) = struct.unpack_from("<Q", library, 32)  # e_phoff; e_phentsize is 56
    (count,) = struct.unpack_from("<H", library, 56)  # e_phnum
    end = table + 56 * count
    for segment in range(table, end, 56):
        offset, size = struct.unpack_from("<Q16xQ", library, segment + 8)  # p_offset, p_filesz
        end = max(end, offset + size)
    kept = bytearray(library[:end])
    struct.pack_into("<Q", kept, 40, 0)  # e_shoff: the table of sections stood behind
    struct.pack_into("<HH", kept, 60, 0, 0)  # e_shnum, e_shstrndx
    return bytes(kept)


def _zip(site_packages: Path, ready: Path) -> None:
    unfinished = ready.with_suffix(".part")
    with ZipFile(unfinished, "w", ZIP_DEFLATED, compresslevel=9) as zipped:
        for path in sorted(site_packages.rglob("*")):
            inside = path.relative_to(site_packages).as_posix()
            if path.is_file() and not inside.startswith("chalice/"):
                zipped.write(path, inside)
    unfinished.rename(ready)


def _complete_definitions() -> None:
    """Mend 4."""
    generate = SwaggerGenerator.generate_swagger
    create, update = TypedAWSClient.import_rest_api, TypedAWSClient.update_api_from_swagger
    additions = json.loads(Path("gateway.json").read_text("utf-8"))

    def generating(self: SwaggerGenerator, *args: Any, **kwargs: Any) -> dict[str, Any]:
        return {**generate(self, *args, **kwargs), **additions}

    def kept(document: dict[str, Any]) -> dict[str, Any]:
        Path("api.json").write_text(json.dumps(document), encoding="utf-8")
        return document

    def creating(self: TypedAWSClient, swagger_document: dict[str, Any], endpoint_type: str) -> str:
        return create(self, kept(swagger_document), endpoint_type)

    def updating(self: TypedAWSClient, rest_api_id: str, swagger_document: dict[str, Any]) -> None:
        update(self, rest_api_id, kept(swagger_document))

    SwaggerGenerator.generate_swagger = generating  # type: ignore[method-assign]  # the mend itself
    TypedAWSClient.import_rest_api = creating  # type: ignore[method-assign]  # as above
    TypedAWSClient.update_api_from_swagger = updating  # type: ignore[method-assign]  # as above


@contextmanager
def _one_at_a_time(ready: Path) -> Iterator[None]:
    with ready.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


if __name__ == "__main__":
    LambdaDeploymentPackager.create_deployment_package = package  # type: ignore[method-assign]  # the mend itself
    _complete_definitions()
    sys.argv[0] = "chalice"
    sys.exit(main())

"""The `chalice` command with four mends, run as a script by the Python that Lambda will run.

1. A missing wheel is an error. Chalice prints a warning, exits 0 and ships a zip without the package.
2. Packages carry byte code. Lambda cannot write any, so without it every cold start compiles everything
   (1174 ms instead of 534 ms for our dependencies). Unchecked, because a zip does not keep the times that
   Python would compare.
3. The dependencies are packed once per list of requirements into `KLANG_PACKAGE_CACHE` and only the app is added to
   a copy; Chalice would download and compress them for every stage again.
4. The API's definition carries what `gateway.json` adds (the gateway's own answers), which Chalice has no setting
   for; the definition as API Gateway gets it is kept as `api.json`.

What no function reads is left out: type stubs, tests, command-line scripts, records of installed files.
"""

import compileall
import fcntl
import hashlib
import json
import os
import py_compile
import re
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

from chalice.awsclient import TypedAWSClient
from chalice.cli import main
from chalice.constants import MISSING_DEPENDENCIES_TEMPLATE
from chalice.deploy.packager import LambdaDeploymentPackager, MissingDependencyError
from chalice.deploy.swagger import SwaggerGenerator

BUILT_INTO_LAMBDA = ("boto3", "botocore", "s3transfer")
UNREAD_FILES = re.compile(r"\.(pyi|pyx|pxd|c|h)$|(^|/)(py\.typed|RECORD|INSTALLER|REQUESTED|direct_url\.json)$")
UNREAD_FOLDERS = re.compile(r"^(bin|include|share|man)(/|$)|(^|/)(tests?|__pycache__)(/|$)")
FORMAT = 1
"""Raised when the cached zip would come out differently from the same requirements."""


def package(self: LambdaDeploymentPackager, project_dir: str, python_version: str) -> str:
    """Replaces `LambdaDeploymentPackager.create_deployment_package`: cached dependencies + the app as it is now."""
    target = Path(self.deployment_package_filename(project_dir, python_version))
    if target.exists():
        return str(target)
    target.parent.mkdir(parents=True, exist_ok=True)
    unfinished = target.with_suffix(".part")
    shutil.copyfile(_dependencies(self, project_dir, python_version), unfinished)
    with ZipFile(unfinished, "a", ZIP_DEFLATED) as zipped:
        self._add_app_files(zipped, project_dir)
        self._add_vendor_files(zipped, str(Path(project_dir) / "vendor"))
    unfinished.rename(target)
    return str(target)


def _dependencies(packager: LambdaDeploymentPackager, project_dir: str, python_version: str) -> Path:
    requirements = Path(packager._get_requirements_filename(project_dir))
    text = requirements.read_text("utf-8") if requirements.exists() else ""
    named = f"{FORMAT}|{python_version}|{packager._architecture}|{text}"
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
        packager._dependency_builder.build_site_packages(abi, str(requirements), str(site_packages))
    except MissingDependencyError as error:
        names = sorted(missing.identifier for missing in error.missing)
        sys.exit(MISSING_DEPENDENCIES_TEMPLATE % "\n".join(names))
    for path in sorted(site_packages.rglob("*"), reverse=True):
        inside = path.relative_to(site_packages).as_posix()
        if path.is_file() and (UNREAD_FILES.search(inside) or UNREAD_FOLDERS.search(inside)):
            path.unlink()
        elif path.is_dir() and path.parent == site_packages and path.name in BUILT_INTO_LAMBDA:
            shutil.rmtree(path)
    # Parallel workers start this file again (spawn): hence the __main__ guard below.
    compiled = compileall.compile_dir(
        site_packages,
        quiet=2,
        workers=0,
        stripdir=str(site_packages),
        invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH,
    )
    if not compiled:
        print("some files of the dependencies do not compile; they travel as source", file=sys.stderr)


def _zip(site_packages: Path, ready: Path) -> None:
    unfinished = ready.with_suffix(".part")
    with ZipFile(unfinished, "w", ZIP_DEFLATED) as zipped:
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

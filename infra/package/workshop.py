"""A workshop: the folder in which Chalice builds one stage, holding nothing but what that stage is made of.

`app.py`, `chalicelib/` and generated configuration are laid out anew each time, so that nothing of `infra/`, the
tests or a developer's left-overs can slip into a package, and so that a rehearsal can bring stages of its own
without touching `.chalice/`. What is deployed where (`.chalice/deployed/`) stays with whoever owns it: Chalice made a
second API when that file was lost.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from infra import stages
from infra.package.gateway_responses import swagger_extension
from infra.package.tools import CACHE, PACKAGING, PROJECT, prepared_python
from infra.stages import PLATFORMS, Environment, Stage
from infra.supply import lock
from infra.supply.lock import Locked, requirements

NOT_PACKAGED = ("chalice",)
"""Chalice adds its own two runtime files and would drag its command line along."""

NOT_CALLED = frozenset({"ec2", "logs"})
"""Services that Lambda calls with the function's role; no function calls them itself. (The X-Ray SDK makes a client,
though its segments go to Lambda's own daemon.)"""

MODELS = {"ses": "sesv2"}
"""botocore's names of services where IAM has others."""

_OPENDATA = (
    "defusedxml", "duckdb", "ijson", "fsspec", "luqum", "markdown-it-py", "multipart", "openpyxl", "pygal", "rdflib",
    "python-calamine", "tantivy",
)  # fmt: skip
ONLY_WITH: Mapping[str, frozenset[str]] = {
    "google-re2": frozenset({"biz"}),
    "jsonschema": frozenset({"biz", "gdx"}),
    "orjson": frozenset({"gdx"}),
    "nh3": frozenset({"biz", "opendata"}),
    "pypdf": frozenset({"biz"}),
    **dict.fromkeys(("pydyf", "uharfbuzz"), frozenset({"biz"})),
    **dict.fromkeys(_OPENDATA, frozenset({"opendata"})),
}
"""What one platform alone imports; heavy wheels are most of a package, so the others' cold starts go without."""

CLI = Path(__file__).with_name("chalice_cli.py")


class ChaliceFailed(Exception):
    """The Chalice command ended with an error; its output is the message."""


@dataclass(frozen=True)
class Workshop:
    """A laid-out folder and the interpreter that builds in it."""

    folder: Path
    python: Path

    def chalice(self, *arguments: str, environment: Mapping[str, str | None] | None = None) -> str:
        """Runs one Chalice command here and returns what it printed.

        Args:
            arguments: e.g. `"deploy", "--stage", "prod-gdx"`.
            environment: more variables, e.g. AWS_ENDPOINT_URL of a rehearsal; None takes one away.

        Raises:
            ChaliceFailed: it did not exit 0.
        """
        variables = {
            **{name: value for name, value in os.environ.items() if name not in stages.stage_variables()},
            "AWS_DEFAULT_REGION": stages.REGION,
            "KLANG_PACKAGE_CACHE": str(CACHE / "dependencies"),
            "PYTHONDONTWRITEBYTECODE": "1",
            **(environment or {}),
        }
        done = subprocess.run(
            # -P keeps this script's own folder from shadowing modules of the standard library.
            [str(self.python), "-P", str(CLI), *arguments],
            cwd=self.folder,
            env={name: value for name, value in variables.items() if value is not None},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        if done.returncode:
            raise ChaliceFailed(f"chalice {' '.join(arguments)} ended with {done.returncode}:\n{done.stdout}")
        return done.stdout

    @property
    def api_definition(self) -> Path:
        """The API's definition as the last deploy sent it to API Gateway."""
        return self.folder / "api.json"

    def archive(self, code_sha256: str) -> Path:
        """The zip that was deployed, found by the hash that Lambda reports for it.

        Raises:
            FileNotFoundError: no zip of this workshop has that hash.
        """
        for path in (self.folder / ".chalice/deployments").glob("*.zip"):
            if base64.b64encode(hashlib.sha256(path.read_bytes()).digest()).decode() == code_sha256:
                return path
        raise FileNotFoundError(f"no zip with SHA-256 {code_sha256} in {self.folder}")


def lay_out(
    stage: Stage,
    folder: Path,
    environments: Iterable[Environment] = stages.ENVIRONMENTS,
    project: Path = PROJECT,
    deployed: Path | None = None,
) -> Workshop:
    """Lays a stage out in `folder`, which is emptied first.

    Args:
        stage: the stage to build.
        folder: where; its own `.chalice/deployed` survives when `deployed` is None.
        environments: the table that the configuration is generated from.
        project: where `app.py`, `chalicelib/`, `requirements.txt` and its lock are.
        deployed: the folder that keeps Chalice's record of what is deployed.
    """
    python = prepared_python(PACKAGING)
    for entry in folder.iterdir() if folder.exists() else ():
        if entry.name != ".chalice":
            shutil.rmtree(entry) if entry.is_dir() else entry.unlink()
    (folder / ".chalice").mkdir(parents=True, exist_ok=True)
    shutil.copy(project / "app.py", folder)
    if (project / "chalicelib").exists():
        # a room that a stage does not open is not there: `openings` and `wiring` import rooms only to open them
        closed = [f"chalicelib/{platform}" for platform in PLATFORMS if platform not in stage.platforms]
        shutil.copytree(project / "chalicelib", folder / "chalicelib", ignore=_leaving_out(project, closed))
        _compile(python, folder)
        if (folder / "chalicelib/shared/route_table.py").exists():
            _write_route_table(python, folder, stage)
    libraries = packaged(requirements(project / "requirements.txt"), _lock(project), stage.platforms)
    (folder / "requirements.txt").write_text(libraries, encoding="utf-8")
    stages.write(folder / ".chalice", environments)
    gateway = {"x-amazon-apigateway-gateway-responses": swagger_extension()}
    (folder / "gateway.json").write_text(json.dumps(gateway), encoding="utf-8")
    services = called_services(stage.policy(function) for function in stage.functions)
    (folder / "aws.json").write_text(json.dumps({"services": services}), encoding="utf-8")
    record = folder / ".chalice/deployed"
    if deployed is not None and not record.exists():
        deployed.mkdir(parents=True, exist_ok=True)
        record.symlink_to(deployed.resolve(), target_is_directory=True)
    return Workshop(folder, python)


def _leaving_out(project: Path, closed: Iterable[str]) -> Callable[[str, list[str]], set[str]]:
    """For `shutil.copytree`: these folders of the project, by their full path, and byte code of other Pythons."""
    left_out = {project / path for path in closed}

    def ignored(folder: str, names: list[str]) -> set[str]:
        return {name for name in names if name == "__pycache__" or Path(folder, name) in left_out}

    return ignored


def _lock(project: Path) -> Mapping[str, Locked]:
    return lock.read((project / "requirements.lock").read_text("utf-8"))


def packaged(asked: Iterable[Requirement], locked: Mapping[str, Locked], platforms: Iterable[str]) -> str:
    """The lines of the lock that a package for these platforms carries: what it imports, and what that needs.

    Raises:
        KeyError: something is asked for that is not locked.
    """
    opened = set(platforms)
    names = [canonicalize_name(each.name) for each in asked]
    kept = [name for name in names if name not in NOT_PACKAGED and opened & ONLY_WITH.get(name, opened)]
    return lock.narrowed(locked, kept)


def called_services(policies: Iterable[Mapping[str, Any]]) -> list[str]:
    """The services by botocore's names that policies let functions call: what may not be called needs no model."""
    named = {action.split(":")[0] for policy in policies for rule in policy["Statement"] for action in rule["Action"]}
    return sorted(MODELS.get(name, name) for name in named - NOT_CALLED)


def _write_route_table(python: Path, folder: Path, stage: Stage) -> None:
    """Opens the stage's whole house once, as it is deployed, and keeps which noun hangs which route."""
    write = "import app; from chalicelib.shared.route_table import write; write(app.house.rooms.values())"
    own = {
        **stage.variables(),
        "AWS_DEFAULT_REGION": stages.REGION,
        "AWS_XRAY_SDK_ENABLED": "false",
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    subprocess.run([str(python), "-c", write], cwd=folder, env={**os.environ, **own}, check=True)


def _compile(python: Path, folder: Path) -> None:
    """Byte code for our own modules too, with paths as they are in Lambda and never compared with times."""
    compile_all = ["-m", "compileall", "-q", "--invalidation-mode", "unchecked-hash", "-s", str(folder)]
    subprocess.run([str(python), *compile_all, str(folder / "chalicelib")], check=True)

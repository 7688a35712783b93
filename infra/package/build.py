"""Builds the CloudFormation package of a stage and checks it: the atomic road to the cloud."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from zipfile import ZipFile

from infra import stages
from infra.package import alias, terraform
from infra.package.template import merge_template
from infra.package.tools import PROJECT
from infra.package.workshop import lay_out
from infra.stages import Environment
from infra.supply import bill

ZIP_LIMIT = 50 * 1024 * 1024
"""Lambda's limit of a zip that is uploaded directly."""

UNZIPPED_LIMIT = 250 * 1024 * 1024
"""Lambda's limit of an unzipped function with its layers."""


class UnknownStage(Exception):
    """There is no such stage; Chalice itself would take any name and make an empty one."""


class BadPackage(Exception):
    """The package came out, but Lambda or CloudFormation would refuse it."""


@dataclass(frozen=True)
class Package:
    """A finished package.

    Attributes:
        folder: where `sam.json`, `deployment.zip` and `sbom.cdx.json` are.
        zipped: bytes of the zip.
        unzipped: bytes of what is in it.
    """

    folder: Path
    zipped: int
    unzipped: int

    @property
    def template(self) -> Path:
        """The CloudFormation (SAM) template."""
        return self.folder / "sam.json"

    @property
    def archive(self) -> Path:
        """What Lambda runs."""
        return self.folder / "deployment.zip"

    @property
    def bill(self) -> Path:
        """What is in it (CycloneDX)."""
        return self.archive.with_name(bill.NAME)


def build(
    name: str,
    out: Path,
    environments: Iterable[Environment] = stages.ENVIRONMENTS,
    project: Path = PROJECT,
) -> Package:
    """Packages a stage into `out`.

    Raises:
        UnknownStage: not in the table of stages.
        NoPython: no interpreter of Lambda's version.
        ChaliceFailed: Chalice could not package it, e.g. a dependency has no wheel for Lambda.
        BadPackage: too large, or cfn-lint objects.
        BadAlias: more is to be kept warm than may be.
        NoBill: something in it belongs to nobody.
    """
    known = stages.stages(environments)
    if name not in known:
        raise UnknownStage(f"no stage {name}; there are: {', '.join(known)}")
    workshop = lay_out(known[name], out / "workshop", environments, project)
    merge = workshop.folder / "merge.json"
    merge.write_text(json.dumps(merge_template(known[name])), encoding="utf-8")
    result = out / "package"
    shutil.rmtree(result, ignore_errors=True)
    workshop.chalice("package", "--stage", name, "--merge-template", merge.name, str(result.resolve()))
    shutil.rmtree(workshop.folder)
    if alias.wanted(known[name]):
        alias.lead_through(result / "sam.json")
    with ZipFile(result / "deployment.zip") as archive:
        unzipped = sum(entry.file_size for entry in archive.infolist())
    package = Package(result, (result / "deployment.zip").stat().st_size, unzipped)
    check(package)
    bill.write(package.archive, name)
    return package


def build_terraform(
    name: str,
    out: Path,
    environments: Iterable[Environment] = stages.ENVIRONMENTS,
    project: Path = PROJECT,
) -> Path:
    """Packages a stage for Terraform; returns the folder for `terraform apply`.

    Raises:
        UnknownStage, NoPython, ChaliceFailed: as `build`.
        BadTerraform: a reference leads nowhere.
        NoBill: something in the zip belongs to nobody.
    """
    known = stages.stages(environments)
    if name not in known:
        raise UnknownStage(f"no stage {name}; there are: {', '.join(known)}")
    workshop = lay_out(known[name], out / "workshop", environments, project)
    terraform.without_logs(workshop.folder / ".chalice/config.json", name)
    result = out / "terraform"
    shutil.rmtree(result, ignore_errors=True)
    workshop.chalice("package", "--stage", name, "--pkg-format", "terraform", str(result.resolve()))
    shutil.rmtree(workshop.folder)
    terraform.write(known[name], result)
    bill.write(result / "deployment.zip", name)
    return result


def check(package: Package) -> None:
    """Refuses what the cloud would refuse.

    Raises:
        BadPackage: says what is wrong.
    """
    if package.zipped > ZIP_LIMIT or package.unzipped > UNZIPPED_LIMIT:
        raise BadPackage(f"too large for Lambda: {package.zipped} bytes zipped, {package.unzipped} unzipped")
    lint = subprocess.run(
        [str(Path(sys.executable).with_name("cfn-lint")), "--regions", stages.REGION, "--", str(package.template)],
        capture_output=True,
        text=True,
        check=False,
    )
    if lint.returncode:
        raise BadPackage(f"cfn-lint: {lint.stdout}{lint.stderr}")

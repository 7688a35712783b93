"""The bill of materials of a package, in CycloneDX 1.6 (ECMA-424), read from what really is in its zip.

Each library is known by its own metadata, and by the wheel that `infra.package.chalice_cli` took it from. A zip with
something in it that belongs to nobody gets no bill: a list that may be wanting is worse than none.

`python -m infra.supply.bill ARCHIVE [--commit ID]` prints that of any zip, e.g. of one that Lambda runs.
"""

from __future__ import annotations

import argparse
import ast
import hashlib
import json
import subprocess
import sys
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from zipfile import ZipFile

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.contrib.this.builders import this_component
from cyclonedx.model import ExternalReference, ExternalReferenceType, HashAlgorithm, HashType, Property, XsUri
from cyclonedx.model.bom import Bom, BomMetaData
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL
from packaging.metadata import RawMetadata, parse_email
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from infra.package.tools import PROJECT
from infra.supply.licences import licence

NAME = "sbom.cdx.json"
"""Its file beside a package; the ending is CycloneDX's own."""

OURS = frozenset({"app", "chalicelib", "chalice"})
"""Parts of a zip that no wheel brings: our own code, and the two files that Chalice adds of itself."""

_LICENCES = LicenseFactory()


class NoBill(Exception):
    """The zip cannot be told completely; the message says what is in the way."""


@dataclass(frozen=True)
class Source:
    """Where our own code in a package comes from.

    Attributes:
        commit: its id, ending in `-dirty` where files were changed since; "" when it is not known.
        at: of the commit, or now.
    """

    commit: str
    at: datetime


@dataclass(frozen=True)
class _Library:
    name: str
    metadata: RawMetadata
    wheel: Mapping[str, object]
    boms: tuple[str, ...]


def source(project: Path = PROJECT) -> Source:
    """The commit of a checkout; none outside of a repository."""
    told = []
    for command in (["describe", "--always", "--dirty", "--abbrev=40", "--exclude=*"], ["show", "-s", "--format=%cI"]):
        done = subprocess.run(["git", *command], cwd=project, capture_output=True, text=True, check=False)  # noqa: S607 -- no git: no commit
        told.append(done.stdout.strip())
    commit, at = told
    return Source(commit, datetime.fromisoformat(at)) if commit and at else Source("", datetime.now(UTC))


def bill(archive: Path, made_from: Source, stage: str = "") -> str:
    """The bill of a zip, as JSON. The same zip of the same commit gives the same bill.

    Raises:
        NoBill: something in the zip belongs to no library, or a library does not say what it is.
    """
    content = archive.read_bytes()
    digest = hashlib.sha256(content).hexdigest()
    with ZipFile(archive) as opened:
        names = opened.namelist()
        libraries = _libraries(opened, names)
        components = {each.name: _component(each) for each in libraries}
        if "chalice/app.py" in names:
            components["chalice"] = _chalice(opened.read("chalice/app.py").decode())
    _all_told(names, libraries)
    main = Component(
        name="klang",
        type=ComponentType.APPLICATION,
        bom_ref="klang",
        version=made_from.commit or None,
        licenses=[_LICENCES.make_from_string("MIT")],
        hashes=[HashType(alg=HashAlgorithm.SHA_256, content=digest)],
        properties=[Property(name="klang:stage", value=stage)] if stage else [],
    )
    metadata = BomMetaData(component=main, timestamp=made_from.at)
    metadata.tools.components.add(this_component())
    made = Bom(
        components=components.values(),
        metadata=metadata,
        serial_number=uuid.uuid5(uuid.NAMESPACE_OID, f"{digest} {made_from.commit} {stage}"),
    )
    asked = {each.name: _asked(each.metadata, components) for each in libraries}
    for name, others in asked.items():
        made.register_dependency(components[name], [components[other] for other in others])
    inner = {other for others in asked.values() for other in others}
    made.register_dependency(main, [component for name, component in components.items() if name not in inner])
    return JsonV1Dot6(made).output_as_string(indent=2)


def write(archive: Path, stage: str, made_from: Source | None = None) -> Path:
    """Writes the bill beside a zip and returns where.

    Raises:
        NoBill: see `bill`.
    """
    path = archive.with_name(NAME)
    path.write_text(bill(archive, made_from or source(), stage) + "\n", encoding="utf-8")
    return path


def _libraries(archive: ZipFile, names: Iterable[str]) -> list[_Library]:
    found, held = [], set(names)
    for name in sorted(held):
        folder, _, file = name.partition("/")
        if not folder.endswith(".dist-info") or file != "METADATA":
            continue
        metadata, _ = parse_email(archive.read(name))
        if f"{folder}/wheel.json" not in held or not {"name", "version"} <= metadata.keys():
            raise NoBill(f"{folder} does not say what it is and which wheel it comes from")
        wheel = json.loads(archive.read(f"{folder}/wheel.json"))
        boms = tuple(each for each in sorted(held) if each.startswith(f"{folder}/sboms/"))
        found.append(_Library(canonicalize_name(metadata["name"]), metadata, wheel, boms))
    return found


def _component(library: _Library) -> Component:
    """Its own bills (PEP 770), where it has some, tell what is compiled into it."""
    purl = PackageURL("pypi", name=library.name, version=library.metadata["version"])
    modules = library.wheel["modules"]
    told = licence(library.metadata)
    return Component(
        name=library.name,
        version=library.metadata["version"],
        bom_ref=purl.to_string(),
        purl=purl,
        description=library.metadata.get("summary"),
        licenses=[_LICENCES.make_from_string(told)] if told else [],
        hashes=[HashType(alg=HashAlgorithm.SHA_256, content=str(library.wheel["sha256"]))],
        external_references=[
            ExternalReference(type=ExternalReferenceType.BOM, url=XsUri(each)) for each in library.boms
        ],
        properties=[
            Property(name="klang:wheel", value=str(library.wheel["file"])),
            Property(name="klang:modules", value=" ".join(modules) if isinstance(modules, list) else ""),
        ],
    )


def _chalice(text: str) -> Component:
    assigned = [each for each in ast.parse(text).body if isinstance(each, ast.Assign | ast.AnnAssign)]
    told = [each.value for each in assigned if ast.unparse(each).startswith("__version__")]
    versions = [each.value for each in told if isinstance(each, ast.Constant)]
    if len(versions) != 1:
        raise NoBill("chalice/app.py does not say its version")
    version = str(versions[0])
    purl = PackageURL("pypi", name="chalice", version=version)
    return Component(
        name="chalice",
        version=version,
        bom_ref=purl.to_string(),
        purl=purl,
        licenses=[_LICENCES.make_from_string("Apache-2.0")],
        properties=[Property(name="klang:modules", value="chalice")],
    )


def _all_told(names: Iterable[str], libraries: Iterable[_Library]) -> None:
    """Raises NoBill for a part of the zip that nobody brings."""
    known = set(OURS)
    for library in libraries:
        modules = library.wheel["modules"]
        known |= set(modules) if isinstance(modules, list) else set()
    tops = {name.partition("/")[0] for name in names}
    parts = {top.removesuffix(".pyc").removesuffix(".py") for top in tops if not top.endswith(".dist-info")}
    if strange := sorted(parts - known):
        raise NoBill(f"in the package, and brought by no library: {', '.join(strange)}")


def _asked(metadata: RawMetadata, there: Iterable[str]) -> list[str]:
    """What a library asks for and is there; an extra counts as asked for when what it brings is there."""
    held = set(there)
    names = {canonicalize_name(Requirement(each).name) for each in metadata.get("requires_dist", ())}
    return sorted(names & held - {canonicalize_name(metadata["name"])})


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line; 1 where a zip gets no bill."""
    parser = argparse.ArgumentParser(prog="python -m infra.supply.bill", description="Tell what is in a package.")
    parser.add_argument("archive", type=Path, help="deployment.zip, or what Lambda runs")
    parser.add_argument("--commit", default="", help="where its own code comes from, if you know")
    options = parser.parse_args(arguments)
    try:
        print(bill(options.archive, Source(options.commit, datetime.now(UTC))))
    except NoBill as reason:
        print(reason, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

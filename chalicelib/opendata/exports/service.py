"""Tables as files, made when they are first asked for and kept for a while.

What a file is made of never changes (a table lies under its content), so one that was made serves everybody until the
bucket's lifecycle rule takes it away; then it is made again. A small one is made while its reader waits, a large one by
a job.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from chalicelib.shared.identity import NOBODY, Caller
from chalicelib.shared.journal import Once
from chalicelib.shared.objects import Objects

from ..contents import Contents
from ..jobs.model import Job, Result
from ..jobs.service import Jobs
from ..model import Table
from ..packages import Packages
from ..rules import Rejected
from ..store import Store
from ..tables.source import Address, Source, Sources, no_table
from .describing import data_package
from .forms import DELIMITED, FORMS, WITH_BOM, Form
from .making import made

Json = dict[str, Any]

AT_ONCE = 1_500_000
"""Cells of a table that is written while its reader waits: a second or two, also as XML."""
KIND = "export"
"""Of the jobs."""


class Exports:
    """Hands tables out as files."""

    def __init__(
        self,
        store: Store,
        sources: Sources,
        packages: Packages,
        objects: Objects,
        contents: Contents,
        jobs: Jobs,
        *,
        site: str,
        clock: Callable[[], datetime],
    ) -> None:
        self._store = store
        self._sources = sources
        self._packages = packages
        self._objects = objects
        self._contents = contents
        self._jobs = jobs
        self._site = site
        self._clock = clock

    def ready(self, source: Source, form: Form) -> str | None:
        """A short-lived address of the table in this form; None where it must first be made by a job, which then is on
        its way.
        """
        key = _key(source.table, form)
        if self._objects.head(key) is None:
            if source.table.rows * len(source.table.columns) > AT_ONCE:
                self._ask(source, form)
                return None
            self._make(source.file.sha256, source.table, form)
        return self._objects.download_url(key, file_name=_file_name(source, form))

    def do(self, job: Job) -> Result:
        """The worker of the jobs: makes what is asked for, if it is still not there."""
        address = Address(job.given["resource"], str(job.given["table"]), job.given["version"])
        package = self._store.package_of_resource(address.resource)
        if package is None:
            raise no_table()
        source, form = self._sources.of(package, "", address, member=True), form_of(job.given["form"])
        key = _key(source.table, form)
        if self._objects.head(key) is None:
            self._make(source.file.sha256, source.table, form)
        return Result(key, form.media_type, _file_name(source, form), {"rows": source.table.rows})

    def _ask(self, source: Source, form: Form) -> None:
        wanted = {
            "resource": source.resource.id,
            "table": source.table.number,
            "version": source.file.number,
            "form": form.key,
        }
        # whoever else asks within the hour waits for the same job
        hour = self._clock().strftime("%Y-%m-%dT%H")
        once = Once.of_event(f"{_key(source.table, form)}/{hour}", KIND)
        self._jobs.ask(NOBODY, once, KIND, wanted, about={source.resource.package_id: source.dataset_version})

    def _make(self, sha256: str, table: Table, form: Form) -> None:
        key = _key(table, form)
        self._contents.expect(sha256, [key])  # it goes with the last dataset that holds these bytes
        with tempfile.TemporaryDirectory(prefix="klang-export-") as scratch:
            file = made(self._objects, table, form, Path(scratch))
            self._objects.store(key, file, media_type=form.media_type, only_if_new=True)

    def data_package(self, caller: Caller, id_or_name: object) -> tuple[Json, str]:
        """The Data Package of a dataset, and its revision.

        Raises:
            NotFound, Rejected.
        """
        package, _ = self._packages.find(caller, id_or_name)
        urls: dict[str, str] = {}
        for resource in package.resources:
            file = resource.file
            if file is None:
                urls |= {resource.id: resource.url} if resource.url else {}
                continue
            for table in file.tables:
                which = "" if table.number == 1 else f"&table={table.number}"
                urls[f"{resource.id}/{table.number}"] = (
                    f"{self._site}/opendata/v1/resources/{resource.id}/exports/data.csv?version={file.number}{which}"
                )
            urls[resource.id] = f"{self._site}/dataset/{package.id}/resource/{resource.id}/download/{file.file_name}"
        return data_package(package, f"{self._site}/dataset/{package.dataset.name}", urls), package.changed


def form_of(name: str) -> Form:
    """The form with this key (`Form.key`), e.g. `csv-safe.csv`.

    Raises:
        KeyError: there is none.
    """
    words = name.partition(".")[0].split("-")
    form = FORMS[words[0]]
    return replace(form, safe="safe" in words, bom="bom" in words, numbered="numbered" in words)


def wanted_form(name: str, *, safe: bool = False, bom: bool = False, numbered: bool = False) -> Form:
    """The form that a caller names.

    Raises:
        Rejected: there is none, or it cannot be had so.
    """
    form = FORMS.get(name)
    if form is None:
        raise Rejected({"format": [f"Value must be one of {sorted(FORMS)}"]})
    if safe and name not in DELIMITED:
        raise Rejected({"safe": ["Only csv and tsv are read by spreadsheets, which is what this is for"]})
    if bom and name not in WITH_BOM:
        raise Rejected({"bom": [f"Only {', '.join(sorted(WITH_BOM))} can begin with a byte order mark"]})
    return replace(form, safe=safe, bom=bom, numbered=numbered)


def _key(table: Table, form: Form) -> str:
    if form.name == "parquet":
        return table.parquet  # it is the table
    return f"exports/{table.folder.removeprefix('tables/')}/{form.key}"


def _file_name(source: Source, form: Form) -> str:
    stem = Path(source.file.file_name).stem
    sheet = f"-{source.table.name or source.table.number}" if source.table.number > 1 else ""
    version = "" if source.current else f"-v{source.file.number}"
    plain = "".join(letter for letter in f"{stem}{sheet}{version}" if letter not in '/\\"')
    return f"{plain}.{form.ending}"

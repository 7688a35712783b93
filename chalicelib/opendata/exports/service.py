"""Tables as files, made when they are first asked for and kept for a while.

What a file is made of never changes (a table lies under its content), so one that was made serves everybody until the
bucket's lifecycle rule takes it away; then it is made again. A small one is made while its reader waits, a large one by
a job. Of a table that is written row by row, and of a choice of rows, files are made for who asks.
"""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from chalicelib.shared.dataclass import dataclass
from chalicelib.shared.errors import WrongState
from chalicelib.shared.identity import Caller
from chalicelib.shared.journal import Once
from chalicelib.shared.objects import Objects

from ..contents import Contents
from ..jobs.model import Job, Result
from ..jobs.service import Jobs
from ..packages import Packages
from ..rules import Rejected
from ..store import Store
from ..tables.engine import question
from ..tables.engine.reading import Tables
from ..tables.source import Address, Source, Sources, no_table
from .describing import data_package
from .forms import DELIMITED, FORMS, WITH_BOM, Form
from .making import made

Json = dict[str, Any]

AT_ONCE = 1_500_000
"""Cells of a table that is written while its reader waits: a second or two, also as XML."""
BODY = 4_000_000
"""Bytes of a file that is the answer itself; Lambda gives 6 MiB, and API Gateway has them in base64."""
KIND = "export"
"""Of the jobs."""


@dataclass(frozen=True)
class Asker:
    """Who wants a file, and from which network address where nobody is known."""

    caller: Caller
    address: str = ""


@dataclass(frozen=True)
class Made:
    """A file: where it is, or its bytes where it was made for this answer alone."""

    file_name: str
    url: str = ""
    content: bytes | None = None


class Exports:
    """Hands tables out as files."""

    def __init__(
        self,
        store: Store,
        sources: Sources,
        packages: Packages,
        objects: Objects,
        tables: Tables,
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
        self._tables = tables
        self._contents = contents
        self._jobs = jobs
        self._site = site
        self._clock = clock

    def get(self, asker: Asker, source: Source, form: Form, given: Mapping[str, Any] | None = None) -> Made | None:
        """A table, or the rows of it that are asked for, in a form; None while a job is making it: ask again.

        Args:
            given: a question in the words of `datastore_search`.

        Raises:
            NotFound: the table is gone.
            Rejected: the question is none.
            TooMany: this asker waits for too many files already.
            WrongState: the job failed.
        """
        name = _file_name(source, form)
        key = None if given else _key(source, form)
        if key is not None and self._objects.head(key) is not None:
            return Made(name, self._objects.download_url(key, file_name=name))
        if given:
            question.parse(dict(given), source.table)
        if source.table.rows * max(1, len(source.table.columns)) > AT_ONCE:
            return self._by_job(asker, source, form, given or {})
        with tempfile.TemporaryDirectory(prefix="klang-export-") as scratch:
            file = made(self._objects, self._tables, source, form, Path(scratch), given or {})
            if key is not None:
                self._keep(source, key, file, form)
                return Made(name, self._objects.download_url(key, file_name=name))
            if file.stat().st_size <= BODY:
                return Made(name, content=file.read_bytes())
        return self._by_job(asker, source, form, given or {})

    def _by_job(self, asker: Asker, source: Source, form: Form, given: Mapping[str, Any]) -> Made | None:
        wanted: Json = {
            "resource": source.resource.id,
            "table": source.table.number,
            "version": None if source.live else source.file.number,
            "form": form.key,
            "given": dict(given),
        }
        told = json.dumps([wanted, _now(source)], sort_keys=True, ensure_ascii=False).encode()
        # whoever asks again within the hour waits for the same job
        hour, who = self._clock().strftime("%Y-%m-%dT%H"), "" if asker.caller.kind == "public" else asker.caller.label
        once = Once.of_event(f"{hashlib.sha256(told).hexdigest()}/{hour}/{who}", KIND)
        about: dict[str, int] = {source.resource.package_id: source.dataset_version}
        job = self._jobs.ask(asker.caller, once, KIND, wanted, about=about, address=asker.address)
        if job.problem is not None:
            raise WrongState(f"จัดทำไฟล์ไม่สำเร็จ: {job.problem.th}", f"The file could not be made: {job.problem.en}")
        if job.result is None:
            return None
        return Made(job.result.file_name, self._jobs.address(job.result))

    def do(self, job: Job) -> Result:
        """The worker of the jobs: makes what is asked for, if it is still not there."""
        wanted = job.given
        address = Address(wanted["resource"], str(wanted["table"]), wanted["version"])
        package = self._store.package_of_resource(address.resource)
        if package is None:
            raise no_table()
        # who asked was allowed to read it
        source, form = self._sources.of(package, "", address, member=True), form_of(wanted["form"])
        given = wanted["given"]
        whole = None if given else _key(source, form)
        key = whole or job.place(form.ending)
        if whole is None or self._objects.head(whole) is None:
            with tempfile.TemporaryDirectory(prefix="klang-export-") as scratch:
                file = made(self._objects, self._tables, source, form, Path(scratch), given)
                if whole is not None:
                    self._keep(source, whole, file, form)
                else:
                    self._objects.store(key, file, media_type=form.media_type)
        return Result(key, form.media_type, _file_name(source, form), {"version": source.file.number})

    def _keep(self, source: Source, key: str, file: Path, form: Form) -> None:
        self._contents.expect(source.file.sha256, [key])  # it goes with the last dataset that holds these bytes
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


def form_of(key: str) -> Form:
    """The form with this key (`Form.key`), e.g. `csv-safe.csv`."""
    name, *marks = key.partition(".")[0].split("-")
    return replace(FORMS[name], safe="safe" in marks, bom="bom" in marks, numbered="numbered" in marks)


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


def _key(source: Source, form: Form) -> str | None:
    """Where the whole table lies in this form; None for one that is written row by row: it is another one soon."""
    if source.live is not None:
        return None
    if form.name == "parquet":
        return source.table.parquet  # it is the table
    return f"exports/{source.table.folder.removeprefix('tables/')}/{form.key}"


def _now(source: Source) -> list[str]:
    """What tells the rows of a table that is written from those that it had before."""
    return [] if source.live is None else [each.key for each in source.live.deltas]


def _file_name(source: Source, form: Form) -> str:
    stem = Path(source.file.file_name).stem
    sheet = f"-{source.table.name or source.table.number}" if source.table.number > 1 else ""
    version = "" if source.current else f"-v{source.file.number}"
    plain = "".join(letter for letter in f"{stem}{sheet}{version}" if letter not in '/\\"')
    return f"{plain}.{form.ending}"

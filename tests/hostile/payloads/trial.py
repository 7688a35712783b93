"""Tries hostile files where they come in, each in a process of its own, and tells how it went and what it cost.

    python -m tests.hostile.payloads.trial

A fork for each file: what it cost is what the kernel counted for it, whatever else the machine does. Each may use five
seconds of processor time and is killed beyond it.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from chalicelib.biz.documents.examination import examine
from chalicelib.gdx.contract import faults_of
from chalicelib.opendata.harvest.remote import Broken
from chalicelib.opendata.standard.excel import read as read_workbook
from chalicelib.opendata.standard.workbook import Unreadable as NoWorkbook
from chalicelib.opendata.tables.ingest import table
from chalicelib.opendata.tables.ingest.model import Unreadable
from chalicelib.shared.errors import Malformed
from chalicelib.shared.json_text import parse_json
from tests.hostile.payloads.files import FILES, TAKEN, HostileFile
from tests.opendata.harvest.test_readers import read as read_source

CPU = 5
"""Seconds that a file may take."""


def document(file: HostileFile, content: bytes) -> str:
    return examine(file.kind, content).reason or TAKEN


def a_table(file: HostileFile, content: bytes) -> str:
    with tempfile.TemporaryDirectory() as folder:
        source, scratch = Path(folder, "outer", "source"), Path(folder, "outer", "scratch")
        scratch.mkdir(parents=True)
        source.write_bytes(content)
        try:
            table.build(source, scratch)
        except Unreadable as reason:
            return reason.en
        outside = {each for each in Path(folder).rglob("*") if scratch not in each.parents}
        if outside != {scratch, source, source.parent}:
            return "wrote outside of its folder"
        return TAKEN


def workbook(_: HostileFile, content: bytes) -> str:
    try:
        read_workbook(content)
    except NoWorkbook as reason:
        return reason.en
    return TAKEN


def source(file: HostileFile, content: bytes) -> str:
    kind = file.kind if file.kind in ("ckan", "data_json") else "dcat"
    try:
        read_source(kind, content, "" if kind == file.kind else file.kind)  # type: ignore[arg-type]  # one of the kinds
    except Broken as reason:
        return reason.reason
    return TAKEN


def description(_: HostileFile, content: bytes) -> str:
    try:
        found = faults_of(parse_json(content))
    except Malformed as reason:
        return reason.en
    return "; ".join(fault.en for fault in found) or TAKEN


ENTRANCES: dict[str, Callable[[HostileFile, bytes], str]] = {
    "document": document,
    "table": a_table,
    "workbook": workbook,
    "source": source,
    "description": description,
}


def tried(file: HostileFile) -> tuple[str, float, int]:
    """Its fate, the seconds of processor time and the most memory (bytes) that it took beyond what stood before."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    content = file.make()
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        resource.setrlimit(resource.RLIMIT_CPU, (CPU, CPU))
        try:
            told = ENTRANCES[file.entrance](file, content)
        except BaseException as error:  # whatever escapes is what the report is about
            told = f"escaped: {type(error).__name__}"
        os.write(writing, told.encode()[:4_000])
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        told = pipe.read().decode("utf-8", "replace")
    _, status, used = os.wait4(child, 0)
    unit = 1 if sys.platform == "darwin" else 1024
    fate = told if os.WIFEXITED(status) else f"killed by signal {os.WTERMSIG(status)}"
    return fate, used.ru_utime + used.ru_stime, max(used.ru_maxrss - before, 0) * unit


def main() -> None:
    """Tries all files and tells it as JSON: entrance, name, fate, CPU, memory."""
    told = [(file.entrance, file.name, *tried(file)) for file in FILES]
    sys.stdout.write(json.dumps(told))


if __name__ == "__main__":
    main()

"""When a dump is due, what the files are called, and how a dataset is told in one line."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Literal

from chalicelib.shared.dataclass import dataclass
from chalicelib.shared.workdays import BANGKOK

STARTS = timedelta(hours=3)
"""After midnight in Bangkok: agencies' own nightly jobs have written by then, and people do not search yet."""
KEPT_DAYS = 7
"""Dumps that are told of. Older objects expire by the bucket's lifecycle (30 days)."""

Kind = Literal["jsonl", "csv", "nq", "parquet"]


@dataclass(frozen=True)
class Form:
    """One format: its file's name, media type, and the beginning of the names of the parts that it is made of."""

    kind: Kind
    ending: str
    media_type: str
    part: str


FORMS: Sequence[Form] = (
    Form("jsonl", "jsonl.gz", "application/gzip", "jsonl"),
    Form("csv", "csv.gz", "application/gzip", "csv"),
    Form("nq", "nq.gz", "application/gzip", "nq"),
    Form("parquet", "parquet", "application/vnd.apache.parquet", "rows"),
)
COLUMNS: Mapping[str, str] = {
    "id": "VARCHAR", "name": "VARCHAR", "title": "VARCHAR", "organization": "VARCHAR", "organization_title": "VARCHAR",
    "notes": "VARCHAR", "tags": "VARCHAR[]", "groups": "VARCHAR[]", "data_type": "VARCHAR", "data_category": "VARCHAR",
    "objective": "VARCHAR[]", "update_frequency_unit": "VARCHAR", "update_frequency_interval": "VARCHAR",
    "geo_coverage": "VARCHAR", "data_source": "VARCHAR", "license_id": "VARCHAR", "license_title": "VARCHAR",
    "maintainer": "VARCHAR", "maintainer_email": "VARCHAR", "high_value_dataset": "VARCHAR", "version": "VARCHAR",
    "metadata_created": "TIMESTAMP", "metadata_modified": "TIMESTAMP", "num_resources": "BIGINT",
    "formats": "VARCHAR[]", "resource_urls": "VARCHAR[]", "url": "VARCHAR",
}  # fmt: skip
"""Columns of the CSV and the Parquet file with their types in the latter; times are UTC."""

_NAME = re.compile(r"catalogue(?:-([0-9]{4}-[0-9]{2}-[0-9]{2}))?\.(jsonl\.gz|csv\.gz|nq\.gz|parquet)")
_FORMULA = re.compile(r"\s*[=+\-@\t\r]")
_BETWEEN = "; "


def day_due(now: datetime) -> str:
    """The day (in Bangkok) whose dump must be there or in the making."""
    return (now.astimezone(BANGKOK) - STARTS).date().isoformat()


def file_name(form: Form, day: str) -> str:
    """The name under which a file is saved."""
    return f"catalogue-{day}.{form.ending}"


def read_name(name: str) -> tuple[str | None, Form] | None:
    """Day (None: the latest) and format that a name asks for; None for a name that is none of ours."""
    found = _NAME.fullmatch(name)
    return None if found is None else (found[1], next(form for form in FORMS if form.ending == found[2]))


def row(view: Mapping[str, Any], site: str) -> dict[str, Any]:
    """One line for a package as CKAN shows it."""
    organization = view["organization"]
    objective = view.get("objective")
    told = {
        **view,
        "organization": organization["name"],
        "organization_title": organization["title"],
        "tags": [tag["name"] for tag in view["tags"]],
        "groups": [group["name"] for group in view["groups"]],
        "objective": objective if isinstance(objective, list) else [objective] if objective else [],
        "formats": list(dict.fromkeys(each["format"] for each in view["resources"] if each["format"])),
        "resource_urls": [each["url"] for each in view["resources"]],
        "url": f"{site}/dataset/{view['name']}",
    }
    return {name: told.get(name) for name in COLUMNS}


def cell(value: Any) -> str:
    """A value in a cell of the CSV file. What a spreadsheet would take for a formula begins with an apostrophe."""
    text = _BETWEEN.join(map(str, value)) if isinstance(value, list) else "" if value is None else str(value)
    return f"'{text}" if _FORMULA.match(text) else text


def csv_lines(rows: Sequence[Mapping[str, Any]]) -> str:
    """Lines of the CSV file (RFC 4180)."""
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\r\n")
    writer.writerows([cell(each[name]) for name in COLUMNS] for each in rows)
    return written.getvalue()


def csv_header() -> str:
    """The first line, after the mark by which spreadsheets know UTF-8."""
    return "\ufeff" + ",".join(COLUMNS) + "\r\n"

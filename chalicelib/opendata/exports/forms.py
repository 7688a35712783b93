"""The forms in which a table can be taken away."""

from __future__ import annotations

from collections.abc import Mapping

from chalicelib.shared.dataclass import dataclass


@dataclass(frozen=True)
class Form:
    """One form of a table.

    Attributes:
        name: as CKAN's `/datastore/dump` calls it, where it knows it.
        ending: of the file's name.
        media_type: registered, where it is.
        safe: cells that a spreadsheet would run as a formula have an apostrophe before them.
        bom: a byte order mark stands first, so that spreadsheets see UTF-8.
        numbered: the rows' numbers (`_id`) are the first column, as in CKAN's dumps.
    """

    name: str
    ending: str
    media_type: str
    safe: bool = False
    bom: bool = False
    numbered: bool = False

    @property
    def key(self) -> str:
        """Part of the name of the object that holds it."""
        marks = [mark for mark in ("numbered", "safe", "bom") if getattr(self, mark)]
        return f"{'-'.join([self.name, *marks])}.{self.ending}"


FORMS: Mapping[str, Form] = {
    form.name: form
    for form in (
        Form("csv", "csv", "text/csv; charset=utf-8; header=present"),  # RFC 7111
        Form("tsv", "tsv", "text/tab-separated-values; charset=utf-8"),
        Form("json", "json", "application/json"),
        Form("jsonl", "jsonl", "application/jsonl"),
        Form("xml", "xml", "application/xml; charset=utf-8"),
        Form("parquet", "parquet", "application/vnd.apache.parquet"),
    )
}
DELIMITED = frozenset({"csv", "tsv"})
WITH_BOM = frozenset({"csv", "tsv", "json", "xml"})
"""Where a byte order mark may stand; JSON Lines and Parquet know none."""

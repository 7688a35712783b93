"""Shows what Klang makes of a file, before it is uploaded: `python -m scripts.ingest FILE [option=value ...]`.

The file is read in the same cage and by the same rules as an upload. Options are those of
docs/how-to/prepare-a-file.md, their values as JSON or plain words: `header=3`, `encoding=tis-620`.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from chalicelib.opendata.tables.ingest import caged
from chalicelib.opendata.tables.ingest.model import Built, BuiltTable, Unreadable
from chalicelib.opendata.tables.ingest.options import Options, parse
from chalicelib.shared.errors import Invalid

ROWS = 5
WIDE = 40


def main(arguments: Sequence[str]) -> int:
    """Prints the report and the first rows; answers 1 when the file cannot be read, 2 when it was called wrongly."""
    if not arguments:
        print(__doc__)
        return 2
    source = Path(arguments[0])
    if not source.is_file():
        print(f"no such file: {source}")
        return 2
    try:
        options = _options(arguments[1:])
    except Invalid as wrong:
        for fault in wrong.faults:
            print(f"{fault.th}\n{fault.en}")
        return 2
    with tempfile.TemporaryDirectory(prefix="klang-ingest-") as scratch:
        try:
            built = caged.build(source.resolve(), Path(scratch), options, file_name=source.name)
        except Unreadable as reason:
            print(f"{reason.th}\n{reason.en}")
            return 1
        _show(built)
    return 0


def _options(words: Sequence[str]) -> Options:
    given: dict[str, Any] = {}
    for word in words:
        name, _, value = word.partition("=")
        try:
            given[name] = json.loads(value)
        except ValueError:
            given[name] = value
    return parse(given)


def _show(built: Built) -> None:
    facts = {key: value for key, value in built.report.items() if key not in ("notes", "tables")}
    print(json.dumps(facts, ensure_ascii=False))
    for each in built.report["notes"]:
        print(f"* {each['th']}\n  {each['en']}")
    for number, table in enumerate(built.tables, start=1):
        _show_table(number, table)


def _show_table(number: int, table: BuiltTable) -> None:
    print(f"\n--- {number} {table.name} · {table.rows:,} rows")
    for column in table.columns:
        print(f"  {column['id']}: {_described(column)}")
    for record in table.preview["records"][:ROWS]:
        print("  | " + " | ".join(_short(value) for value in record))


def _described(column: Mapping[str, Any]) -> str:
    more = [f"{key} {column[key]}" for key in ("era", "twin_of", "original_of", "means") if key in column]
    return ", ".join([column["type"], f"{column['filled']:,} filled", *more])


def _short(value: Any) -> str:
    text = "" if value is None else str(value)
    return text if len(text) <= WIDE else text[: WIDE - 1] + "…"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

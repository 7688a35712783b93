"""How to use a dataset from a shell, from Python and from R."""

from __future__ import annotations

from chalicelib.shared.dataclass import dataclass

from ..model import File, Package, Resource
from .files import Shown
from .links import Links

SEPARATORS = {"\t": "\\t", ";": ";", "|": "|"}
"""Delimiters other than the comma, as they are written in a string of code."""
PYTHON = {"utf-16-le": "utf-16", "utf-16-be": "utf-16"}
R = {"utf-8": "UTF-8", "utf-16-le": "UTF-16LE", "utf-16-be": "UTF-16BE", "cp874": "CP874"}
"""How the two call the encodings of `tables.ingest.encoding`."""


@dataclass(frozen=True)
class Snippet:
    """A piece of code to copy."""

    name: str
    code: str


def snippets(package: Package, first: tuple[Resource, Shown] | None, links: Links) -> list[Snippet]:
    """How to get at the first table of a dataset, or at the list of its files where it has none.

    Every address in them is ours and percent-encoded, so nothing that somebody typed becomes code.
    """
    if first is None or first[0].file is None:
        return _of_files(links.action("package_show", id=package.dataset.name))
    resource, shown = first
    rows = links.action("datastore_search", resource_id=resource.id, limit="5")
    return _of_table(shown.url, rows, first[0].file)


def _of_files(address: str) -> list[Snippet]:
    python = f'''import json, urllib.request

with urllib.request.urlopen("{address}") as answer:
    dataset = json.load(answer)["result"]
for file in dataset["resources"]:
    print(file["format"], file["url"])'''
    r = f'''dataset <- jsonlite::fromJSON("{address}")$result
dataset$resources[, c("format", "url")]'''
    return [Snippet("curl", f'curl -s "{address}"'), Snippet("Python", python), Snippet("R", r)]


def _of_table(address: str, rows: str, file: File) -> list[Snippet]:
    encoding, bom = str(file.report.get("encoding") or "utf-8"), bool(file.report.get("bom"))
    separator = SEPARATORS.get(str(file.report.get("delimiter")), "")
    python = [f'encoding="{PYTHON.get(encoding, encoding)}{"-sig" if bom and encoding == "utf-8" else ""}"']
    r = [f'fileEncoding = "{R.get(encoding, encoding)}{"-BOM" if bom and encoding == "utf-8" else ""}"']
    if separator:
        python.append(f'sep="{separator}"')
        r.append(f'sep = "{separator}"')
    return [
        Snippet("curl", f'curl -L -O "{address}"\ncurl -s "{rows}"'),
        Snippet(
            "Python",
            f'import pandas as pd\n\ntable = pd.read_csv("{address}", {", ".join(python)})\nprint(table.head())',
        ),
        Snippet("R", f'table <- read.csv("{address}", {", ".join(r)})\nhead(table)'),
    ]

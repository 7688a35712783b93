"""The code that people copy: it parses, it names the file's own encoding, and no text of a publisher is in it."""

from __future__ import annotations

import ast
from dataclasses import replace

import pytest

from chalicelib.opendata.page.files import shown
from chalicelib.opendata.page.links import Links
from chalicelib.opendata.page.snippets import snippets
from chalicelib.opendata.page.words import Words
from tests.opendata.test_quality import FILE, a_package, a_resource

LINKS = Links("https://data.klang.test", None)
HOSTILE = '"; rm -rf ~ #$(x)`x`\\ \n'


@pytest.mark.parametrize(
    ("report", "python", "r"),
    [
        ({"encoding": "utf-8"}, 'encoding="utf-8"', 'fileEncoding = "UTF-8"'),
        ({"encoding": "utf-8", "bom": True}, 'encoding="utf-8-sig"', 'fileEncoding = "UTF-8-BOM"'),
        ({"encoding": "cp874", "delimiter": ","}, 'encoding="cp874"', 'fileEncoding = "CP874"'),
        (
            {"encoding": "utf-8", "delimiter": "\t"},
            'encoding="utf-8", sep="\\t"',
            'fileEncoding = "UTF-8", sep = "\\t"',
        ),
        ({"encoding": "utf-16-le", "bom": True}, 'encoding="utf-16"', 'fileEncoding = "UTF-16LE"'),
        ({}, 'encoding="utf-8"', 'fileEncoding = "UTF-8"'),
    ],
)
def test_a_table_is_read_in_its_own_encoding(report: dict[str, object], python: str, r: str) -> None:
    resource = a_resource(file=replace(FILE, file_name=f"จังหวัด {HOSTILE}.csv", report=report))
    package = a_package(resource)
    made = {
        each.name: each.code
        for each in snippets(package, (resource, shown(package, resource, LINKS, Words("th"))), LINKS)
    }
    ast.parse(made["Python"])
    assert f", {python})" in made["Python"] and f", {r})" in made["R"]
    for code in made.values():
        assert code.isascii() and "rm -rf" not in code and "$(" not in code and "`" not in code


def test_without_a_table_the_files_are_listed() -> None:
    made = {each.name: each.code for each in snippets(a_package(), None, LINKS)}
    ast.parse(made["Python"])
    assert all("https://data.klang.test/api/3/action/package_show?id=food" in code for code in made.values())

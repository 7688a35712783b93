"""data.json: the catalogue file of Project Open Data (DCAT-US 1.1), in one document."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chalicelib.shared.errors import Malformed
from chalicelib.shared.json_text import parse_json

from ..model import Page, Record, Source
from ..remote import Answer, Broken


class DataJson:
    """Reads the whole file."""

    accept = "application/json"

    def address(self, source: Source, place: str, since: str) -> str:
        """See `Reader`; there is one page, and no way to ask for changes."""
        return source.url

    def read(self, source: Source, place: str, answer: Answer) -> Page:
        """See `Reader`."""
        try:
            catalogue = parse_json(answer.body.removeprefix(b"\xef\xbb\xbf"))
        except Malformed:
            raise Broken("json") from None
        datasets = catalogue.get("dataset") if isinstance(catalogue, Mapping) else None
        if not isinstance(datasets, list):
            raise Broken("shape")
        return Page(tuple(_record(each) for each in datasets), None)


def _record(dataset: Any) -> Record:
    if not isinstance(dataset, Mapping):
        return Record("", {}, "no_dataset")
    contact, publisher = _mapping(dataset, "contactPoint"), _mapping(dataset, "publisher")
    content = {
        "title": dataset.get("title"),
        "notes": dataset.get("description"),
        "tags": [tag for tag in _list(dataset, "keyword") if isinstance(tag, str)],
        "maintainer": contact.get("fn"),
        "maintainer_email": str(contact.get("hasEmail") or "").removeprefix("mailto:"),
        "license": dataset.get("license") or "",
        "frequency": dataset.get("accrualPeriodicity") or "",
        "url": dataset.get("landingPage"),
        "data_source": publisher.get("name"),
        "organization": {"title": str(publisher.get("name") or "")},
        "groups": [],
        "resources": [_distribution(each) for each in _list(dataset, "distribution") if isinstance(each, Mapping)],
    }
    skip = "" if dataset.get("accessLevel", "public") == "public" else "not_public"
    identifier = dataset.get("identifier")
    return Record(identifier if isinstance(identifier, str) else "", content, skip)


def _distribution(given: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "name": given.get("title"),
        "description": given.get("description"),
        "format": given.get("format") or given.get("mediaType"),
        "mimetype": given.get("mediaType"),
        "url": given.get("downloadURL") or given.get("accessURL"),
    }


def _mapping(given: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = given.get(name)
    return value if isinstance(value, Mapping) else {}


def _list(given: Mapping[str, Any], name: str) -> list[Any]:
    value = given.get(name)
    return value if isinstance(value, list) else []

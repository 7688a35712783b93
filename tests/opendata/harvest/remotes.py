"""Catalogues elsewhere, played: a CKAN, a DCAT file and a data.json, with the faults that such have."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

from chalicelib.shared.egress import HttpAnswer, Unreachable

CKAN = "https://catalog.agency.example"
JSON = {"content-type": "application/json"}

THAI: Mapping[str, Any] = {
    "data_type": "ข้อมูลระเบียน",
    "maintainer": "กองข้อมูล",
    "maintainer_email": "data@agency.example",
    "notes": "ระดับน้ำรายวัน",
    "objective": ["เพื่อการให้บริการประชาชน"],
    "update_frequency_unit": "วัน",
    "update_frequency_interval": "1",
    "geo_coverage": "จังหวัด",
    "data_source": "สถานีวัดน้ำ",
    "data_format": ["CSV"],
    "data_category": "ข้อมูลสาธารณะ",
    "license_id": "Open Data Common",
}


def package(id: str, name: str | None = None, *, rank: int = 0, resources: int = 1, **changes: Any) -> dict[str, Any]:
    """A dataset as an agency's CKAN shows it; `rank` is what changes when it is edited."""
    name = name or f"dataset-{id}"
    return {
        **THAI,
        "id": id,
        "name": name,
        "title": f"ระดับน้ำ {id} {rank}",
        "state": "active",
        "private": False,
        "type": "dataset",
        "metadata_modified": f"2026-01-01T00:00:{rank % 60:02d}.000000",
        "metadata_created": "2026-01-01T00:00:00.000000",
        "tracking_summary": {"total": 7, "recent": 1},
        "organization": {"name": "water", "title": "กรมน้ำ"},
        "groups": [{"name": "environment", "title": "สิ่งแวดล้อม"}],
        "tags": [{"name": "น้ำ", "display_name": "น้ำ"}, {"name": "flood"}],
        "extras": [{"key": "project", "value": "น้ำ"}],
        "resources": [
            {
                "id": f"{id}-r{number}",
                "name": f"ปี {number}",
                "url": f"https://files.agency.example/{id}/{number}.csv",
                "format": "csv",
                "task_created": "2026-01-01 00:00:00",
                "ignore_hash": "True",
            }
            for number in range(resources)
        ],
        **changes,
    }


@dataclass
class Ckan:
    """A CKAN: `package_search` over `packages`, in pages of at most `cap`.

    Attributes:
        faults: answers that are given first, one for each request; an exception is raised.
        count: what it says to have, where it lies.
        before: called before each answer with the number of the request: the world changes while one reads.
        asked: the addresses that were asked for.
    """

    packages: dict[str, dict[str, Any]] = field(default_factory=dict)
    cap: int = 1000
    faults: list[HttpAnswer | Exception] = field(default_factory=list)
    count: int | None = None
    before: Callable[[int], None] = lambda number: None
    asked: list[str] = field(default_factory=list)

    def put(self, *packages: Mapping[str, Any]) -> None:
        """Adds or replaces datasets."""
        for each in packages:
            self.packages[each["id"]] = dict(each)

    def __call__(self, method: str, url: str, headers: Mapping[str, str], body: bytes | None) -> HttpAnswer:
        self.asked.append(url)
        self.before(len(self.asked))
        if self.faults:
            fault = self.faults.pop(0)
            if isinstance(fault, Exception):
                raise fault
            return fault
        parts = urlsplit(url)
        assert method == "GET" and parts.path == "/api/3/action/package_search", url
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        assert query["sort"] == "id asc"
        found = [each for _, each in sorted(self.packages.items()) if _matches(each, query.get("fq", ""))]
        start, rows = int(query["start"]), min(int(query["rows"]), self.cap)
        result = {
            "count": len(found) if self.count is None else self.count,
            "results": found[start : start + rows],
            "facets": {},
            "search_facets": {},
        }
        return HttpAnswer(200, JSON, json.dumps({"success": True, "help": "", "result": result}).encode())


def _matches(package: Mapping[str, Any], fq: str) -> bool:
    since = re.search(r"metadata_modified:\[(\S+?)Z TO \*\]", fq)
    if since and package["metadata_modified"] < since[1]:
        return False
    names = re.findall(r"organization:([a-z0-9_-]+)", fq)
    if names and package["organization"]["name"] not in names:
        return False
    return not any(group["name"] in re.findall(r"-groups:([a-z0-9_-]+)", fq) for group in package["groups"])


def away() -> Unreachable:
    """Nobody answers."""
    return Unreachable("ConnectTimeoutError")


def answer(text: str | bytes, media_type: str = "application/json", status: int = 200, **headers: str) -> HttpAnswer:
    """An answer."""
    body = text.encode() if isinstance(text, str) else text
    return HttpAnswer(status, {"content-type": media_type, **headers}, body)

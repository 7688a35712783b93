"""Loads real catalogue records through a CKAN client over HTTP and compares what comes back.

    python -m bench.load_catalogue FOLDER                    a portal in memory, behind a real HTTP server
    python -m bench.load_catalogue FOLDER --on stack         the laptop's stack: DynamoDB and S3 of an emulator
    python -m bench.load_catalogue FOLDER --on URL --token T any site that speaks CKAN's Action API

Every record is sent by ckanapi's `package_create`, then all are read again by `package_search`, page by page, and each
is compared with what was sent. Ids, times and what the site adds are its own; everything that was sent must be there.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from ckanapi import CKANAPIError, RemoteCKAN, ValidationError

from bench.catalogue_records import Package, records

OWNER = "loaded-catalogue"
PAGE = 500


@dataclass
class Report:
    """How a load went.

    Attributes:
        seconds: of loading, and of reading all of it again.
        refused: messages of the site, with how often each came.
        different: name of a dataset and what of it did not come back.
    """

    sent: int = 0
    equal: int = 0
    missing: int = 0
    seconds: tuple[float, float] = (0.0, 0.0)
    refused: Counter[str] = field(default_factory=Counter)
    different: dict[str, list[str]] = field(default_factory=dict)

    def __str__(self) -> str:
        loading, reading = self.seconds
        lines = [
            f"sent      {self.sent} in {loading:.1f} s ({self.sent / max(loading, 1e-9):.0f} a second)",
            f"refused   {self.refused.total()}",
            f"read back in {reading:.1f} s",
            f"equal     {self.equal}",
            f"missing   {self.missing}",
            f"different {len(self.different)}",
        ]
        lines += [f"  refused {count}: {message}" for message, count in self.refused.most_common(10)]
        lines += [f"  {name}: {', '.join(what)}" for name, what in islice(self.different.items(), 10)]
        return "\n".join(lines)


def load(site: RemoteCKAN, packages: list[Package], *, threads: int = 1) -> Report:
    """Loads packages, which must be new there, and compares what comes back."""
    report = Report(sent=len(packages))
    begun = time.perf_counter()
    with ThreadPoolExecutor(threads) as pool:
        for refused in pool.map(lambda package: _sent(site, package), packages):
            report.refused.update([refused] if refused else [])
    loaded = time.perf_counter()
    there = {package["name"]: package for package in _all(site)}
    report.seconds = (loaded - begun, time.perf_counter() - loaded)
    for package in packages:
        found = there.get(package["name"])
        if found is None:
            report.missing += 1
        elif what := differences(package, found):
            report.different[package["name"]] = what
        else:
            report.equal += 1
    return report


def differences(sent: Package, found: Package) -> list[str]:
    """The names of what was sent and did not come back as it was."""
    different = [
        name
        for name, value in sent.items()
        if name not in ("tags", "resources", "owner_org") and found.get(name) != value
    ]
    if sorted(each["name"] for each in sent["tags"]) != sorted(each["name"] for each in found["tags"]):
        different.append("tags")
    resources = found["resources"]
    if len(resources) != len(sent["resources"]):
        return [*different, "resources"]
    for place, (one, other) in enumerate(zip(sent["resources"], resources, strict=True)):
        different += [f"resources/{place}/{name}" for name, value in one.items() if other.get(name) != value]
    return different


def _sent(site: RemoteCKAN, package: Package) -> str:
    try:
        site.call_action("package_create", package)
    except ValidationError as refused:
        return json.dumps(refused.error_dict, ensure_ascii=False, sort_keys=True)[:300]
    except CKANAPIError as failed:
        return f"{type(failed).__name__} {str(failed)[:300]}"
    return ""


def _all(site: RemoteCKAN) -> Iterator[Package]:
    start = 0
    while True:
        asked = {"fq": f"organization:{OWNER}", "rows": PAGE, "start": start, "sort": "id asc"}
        page = site.call_action("package_search", asked)["results"]
        if not page:
            return
        yield from page
        start += len(page)


@contextmanager
def opened(where: str, token: str | None) -> Iterator[RemoteCKAN]:
    """The site, with the organisation that the records are loaded into."""
    if where == "memory":
        from bench.partitions import PartitionedTable
        from tests.opendata.people import operator
        from tests.opendata.portal import Portal
        from tests.support.served import served

        with tempfile.TemporaryDirectory() as folder:
            portal = Portal(Path(folder), PartitionedTable())
            with served(portal.client) as address:
                yield _ready(address, operator(portal))
    elif where == "stack":
        from demo.world import HttpTransport, World
        from infra.local.stack import Stack

        with Stack(platforms=("opendata",)) as stack:
            yield _ready(stack.address, World(HttpTransport(stack.address)).person("operator-dga").token)
    else:
        yield _ready(where, token)


def _ready(address: str, token: str | None) -> RemoteCKAN:
    site = RemoteCKAN(address, apikey=token, user_agent="klang-bench")
    site.call_action("organization_create", {"name": OWNER, "title": "รายการที่นำเข้า"})
    return site


def main(arguments: list[str]) -> int:
    """Loads, compares, tells; 1 where anything is not as it was sent."""
    parser = argparse.ArgumentParser(
        prog="bench.load_catalogue", description=__doc__.splitlines()[0] if __doc__ else ""
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--on", default="memory", help="memory, stack, or the address of a site")
    parser.add_argument("--token", help="of somebody who may create an organization there")
    parser.add_argument("--limit", type=int, help="records to take; all of them if not given")
    parser.add_argument("--every", type=int, default=1, help="take every nth record")
    parser.add_argument("--threads", type=int, default=1)
    asked: Any = parser.parse_args(arguments)
    packages = list(islice(records(asked.folder, OWNER), 0, None, asked.every))[: asked.limit]
    with opened(asked.on, asked.token) as site:
        report = load(site, packages, threads=asked.threads)
    sys.stdout.write(f"{report}\n")
    return 0 if report.equal == report.sent else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""Runs queries caged, and measures them from a process that has no other children: `measured.py PARQUET < queries`."""

from __future__ import annotations

import json
import resource
import sys
import time
from pathlib import Path

from chalicelib.opendata.tables.sql.sandbox import FromBucket, Sandbox
from tests.opendata.sql.tables import order
from tests.support.memory_objects import MemoryObjects

SECONDS = 2.0
"""In which a query is ended here; a memory that grows without bound would be far beyond its limit by then."""


def main(path: Path) -> None:
    objects = MemoryObjects()
    objects.put("t.parquet", path.read_bytes(), media_type="application/vnd.apache.parquet")
    sandbox = Sandbox(FromBucket(objects), path.parent / "queries")
    answers = []
    for sql in json.load(sys.stdin):
        began = time.monotonic()
        answer = sandbox.run(order(sql, seconds=SECONDS))
        seconds = time.monotonic() - began
        answers.append({"refused": (answer.refused or {}).get("kind"), "rows": len(answer.rows), "seconds": seconds})
    most = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024
    json.dump({"answers": answers, "most": most}, sys.stdout)


if __name__ == "__main__":
    main(Path(sys.argv[1]))

"""The functions of `app.py` beside the one behind the API: what each of them is given."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

EVENT_TIMEOUT = 30
"""A sixth of the queues' visibility timeout (180 s), as AWS advises, so a retry never overtakes a run."""


DISK = 512
"""MB in /tmp that Lambda gives by itself."""


@dataclass(frozen=True)
class Handler:
    """A function of `app.py`: memory in MB, timeout in seconds, a ceiling of parallel runs or none, MB in /tmp.

    `queue`: whose messages Lambda carries to it; what has none runs by the clock, or is called for its answer.

    Chalice knows no size of /tmp: `infra.package` sets it where it is not Lambda's own.
    """

    memory: int
    timeout: int
    concurrency: int | None = None
    disk: int = DISK
    queue: str | None = None


HANDLERS: Mapping[str, Mapping[str, Handler]] = {
    "gdx": {
        "gdx_exchanges": Handler(memory=512, timeout=EVENT_TIMEOUT, queue="gdx-exchanges"),
        "gdx_events": Handler(memory=512, timeout=EVENT_TIMEOUT, queue="gdx-events"),
        "gdx_sweep": Handler(memory=512, timeout=50, concurrency=1),
        "gdx_seal": Handler(memory=512, timeout=50, concurrency=1),
    },
    "opendata": {
        # a file of 2 GB lies on its disk several times; the queue hides a message for 5400 s
        "opendata_uploads": Handler(memory=3008, timeout=900, disk=10_240, queue="opendata-uploads"),
        "opendata_events": Handler(memory=512, timeout=EVENT_TIMEOUT, queue="opendata-events"),
        "opendata_harvest": Handler(memory=1024, timeout=EVENT_TIMEOUT, queue="opendata-harvest"),
        # their queues hide a message for 2520 and 1800 s
        "opendata_jobs": Handler(memory=3008, timeout=420, queue="opendata-jobs"),
        "opendata_links": Handler(memory=1024, timeout=300, disk=2_560, queue="opendata-links"),
        "opendata_sql": Handler(memory=3008, timeout=360, concurrency=20, disk=4096),
        "opendata_sweep": Handler(memory=512, timeout=50, concurrency=1),
        "opendata_publish": Handler(memory=3008, timeout=50, concurrency=1),
    },
    "biz": {
        "biz_events": Handler(memory=512, timeout=EVENT_TIMEOUT, queue="biz-events"),
        # a file of 50 MB, and its look in 768 MB apart
        "biz_uploads": Handler(memory=1536, timeout=EVENT_TIMEOUT, queue="biz-uploads"),
        "biz_feedback": Handler(memory=512, timeout=EVENT_TIMEOUT, queue="biz-feedback"),
        "biz_deliveries": Handler(memory=512, timeout=EVENT_TIMEOUT, queue="biz-deliveries"),
        "biz_sweep": Handler(memory=512, timeout=50, concurrency=1),
    },
    "citizen": {
        "citizen_events": Handler(memory=512, timeout=EVENT_TIMEOUT, queue="citizen-events"),
        "citizen_sweep": Handler(memory=512, timeout=50, concurrency=1),
    },
}
"""Functions beside the API, by platform. What runs each minute runs alone and ends before the next begins."""


def polled(platform: str) -> tuple[str, ...]:
    """The queues whose messages Lambda carries to a platform's functions."""
    return tuple(entry.queue for entry in HANDLERS[platform].values() if entry.queue is not None)


def disk(function: str) -> int:
    """MB in /tmp of a function of `app.py`."""
    return next((entries[function].disk for entries in HANDLERS.values() if function in entries), DISK)

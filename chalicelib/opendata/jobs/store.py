"""How jobs lie in the table.

    JOB#{id}         / HEAD      the job, and its event
    JOBBY#{asker}    / {slot}    a place of an asker that an unfinished job takes
    JOBOF#{dataset}  / {id}      jobs that read a dataset: they go when it is purged

All expire by themselves some days after they were asked for.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from chalicelib.shared.storage import Create, Item, Key, Remove

from .model import Job, Problem, Result


def head_key(id: str) -> Key:
    """Where a job lies."""
    return Key(f"JOB#{id}", "HEAD")


def slot_key(by: str, slot: int) -> Key:
    """Where a place of an asker lies."""
    return Key(f"JOBBY#{by}", str(slot))


def about_key(dataset: str, id: str) -> Key:
    """Where it is written that a job reads a dataset."""
    return Key(f"JOBOF#{dataset}", id)


def data_of(job: Job) -> dict[str, Any]:
    """A job as JSON types."""
    return asdict(job)


def job_of(data: Mapping[str, Any]) -> Job:
    """The job of a row."""
    result, problem = data["result"], data["problem"]
    return Job(
        **{
            **data,
            "about": tuple(data["about"]),
            "result": None if result is None else Result(**result),
            "problem": None if problem is None else Problem(**problem),
        }
    )


def created(job: Job, expires: int) -> list[Create]:
    """The rows of a new job but for its place."""
    rows = [Create(Item(head_key(job.id), data_of(job), expires=expires))]
    return rows + [Create(Item(about_key(each, job.id), {}, expires=expires)) for each in job.about]


def freed(job: Job, slot: Item | None) -> list[Remove]:
    """The end of a job's hold on its place, where it still has it."""
    held = slot is not None and slot.data["job"] == job.id
    return [Remove(slot_key(job.by, job.slot), slot.version)] if slot is not None and held else []

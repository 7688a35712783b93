"""Which versions everybody is told of: those that stood in public at some time.

A version that came and went while its dataset was private stays its office's affair, also after the dataset became
public: who may see the dataset today learns of it only that it was there.
"""

from __future__ import annotations

from ..model import Dataset, File, Resource

MOST = 50
"""Public times that are remembered; of a dataset that came and went more often, the oldest are forgotten, and with them
that its versions of that time were public."""

Times = tuple[tuple[str, str], ...]
"""From when until when (ISO 8601; "" while it lasts) a dataset was public, the oldest first."""


def times_after(before: Dataset | None, *, public: bool, at: str) -> Times:
    """The public times of a dataset that is written now."""
    times = () if before is None else times_of(before)
    lasts = bool(times) and times[-1][1] == ""
    if public and not lasts:
        times = (*times, (at, ""))
    elif lasts and not public:
        times = (*times[:-1], (times[-1][0], at))
    return times[-MOST:]


def times_of(dataset: Dataset) -> Times:
    """The public times of a dataset as it was read; of one that was written before they were kept, what is sure."""
    if dataset.public and not dataset.public_times:
        return ((dataset.modified, ""),)
    return dataset.public_times


def is_own(resource: Resource, file: File) -> bool:
    """Whether a file version is of this resource, and not of an earlier one that had the same id."""
    return file.at >= resource.created


def is_told(dataset: Dataset, file: File, until: str) -> bool:
    """Whether a version was public at some time.

    Args:
        until: when the next version came (ISO 8601); "" while it is the current one.
    """
    return any((not end or file.at < end) and (not until or begin < until) for begin, end in times_of(dataset))


def may_read(dataset: Dataset, resource: Resource, file: File, until: str, *, member: bool) -> bool:
    """Whether a version may be read by somebody who may see the dataset.

    The current version of what somebody may see is never kept from them.

    Args:
        until: as in `is_told`.
        member: whether it is somebody of the dataset's organisation.
    """
    if resource.file is not None and resource.file.number == file.number:
        return True
    return is_own(resource, file) and (member or is_told(dataset, file, until))

"""Who is told of which version: what came and went in private stays private."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from chalicelib.opendata.model import Dataset, DatasetId, File, GroupId
from chalicelib.opendata.versions.telling import MOST, Times, is_told, times_after

DATASET = Dataset(DatasetId("d"), "d", GroupId("o"), True, {}, "p", "2026-01-01", "2026-01-01")


def file(at: str) -> File:
    return File(1, "a.csv", "text/csv", 1, "a" * 64, "files/a", at)


def test_public_times_open_close_and_stay() -> None:
    times: Times = ()
    dataset: Dataset | None = None
    for at, public, expected in (
        ("1", False, ()),
        ("2", True, (("2", ""),)),
        ("3", True, (("2", ""),)),
        ("4", False, (("2", "4"),)),
        ("5", False, (("2", "4"),)),
        ("6", True, (("2", "4"), ("6", ""))),
    ):
        times = times_after(dataset, public=public, at=at)
        assert times == expected
        dataset = replace(DATASET, private=not public, public_times=times)


def test_of_a_dataset_that_comes_and_goes_the_latest_times_are_kept() -> None:
    dataset = DATASET
    for turn in range(3 * MOST):
        public = turn % 2 == 0
        times = times_after(dataset, public=public, at=f"{turn:04d}")
        dataset = replace(DATASET, private=not public, public_times=times)
    assert len(dataset.public_times) == MOST
    assert dataset.public_times[-1] == (f"{3 * MOST - 2:04d}", f"{3 * MOST - 1:04d}")


@pytest.mark.parametrize(
    ("times", "at", "until", "told"),
    [
        ((), "3", "", False),
        ((("5", ""),), "3", "4", False),  # came and went before
        ((("5", ""),), "3", "", True),  # stood there when it became public
        ((("5", ""),), "3", "6", True),
        ((("5", ""),), "3", "5", False),
        ((("5", ""),), "7", "8", True),
        ((("2", "4"),), "5", "", False),  # came afterwards
        ((("2", "4"),), "4", "", False),
        ((("2", "4"),), "3", "", True),
        ((("2", "4"), ("8", "")), "5", "7", False),
        ((("2", "4"), ("8", "")), "5", "9", True),
    ],
)
def test_a_version_is_told_if_it_ever_stood_in_public(times: Any, at: str, until: str, told: bool) -> None:
    assert is_told(replace(DATASET, public_times=times), file(at), until) is told


def test_what_was_public_before_times_were_kept_is_told_of_what_is_sure() -> None:
    dataset = replace(DATASET, private=False, modified="5")
    assert is_told(dataset, file("3"), "")
    assert not is_told(dataset, file("3"), "4")

"""The chain of versions: whatever is changed, left out or put in is found from the published list alone."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.opendata.model import DatasetId, File, Resource, ResourceId, Table
from chalicelib.opendata.versions.chain import (
    Broken,
    Listed,
    canonical,
    check,
    columns_digest,
    digest,
    facts,
    joined,
    link,
)

COLUMNS = ({"id": "ปี", "type": "int8", "era": "BE", "filled": 3}, {"id": "จำนวน", "type": "numeric", "filled": 2})
TABLE = Table(1, "", "tables/1/aa/aa/1", COLUMNS, 3, 400, "c" * 64)


def file(number: int, letter: str = "a") -> File:
    return File(
        number=number,
        file_name="สถิติ.csv",
        media_type="text/csv",
        size=90,
        sha256=letter * 64,
        original=f"files/sha256/{letter}",
        at=f"2026-11-{number:02d}T00:00:00.000000+00:00",
        tables=(TABLE,),
        options={"delimiter": ";"},
    )


def chain(numbers: list[int]) -> list[Listed]:
    resource = Resource(ResourceId("r-1"), DatasetId("d-1"), {}, "2026-11-01", "2026-11-01")
    found = []
    for number in numbers:
        resource, made = joined(resource, file(number, "abcdef"[number % 6]))
        resource = replace(resource, file=made)
        told = facts("r-1", made)
        found.append(Listed(number, told, digest(told), made.previous, made.chain))
    return found


def test_a_hash_is_what_the_format_says() -> None:
    # computed with `printf 'klang-version-1\n\n%s\n' {64 times 0} | sha256sum`
    assert link("", "0" * 64) == "a5f812f17692a14939fc6d5abcc075754682de873609fcf0948d0ec4d05b2d64"
    assert canonical({"ข": 1, "a": ["น้ำ", None, True]}) == '{"a":["น้ำ",null,true],"ข":1}'.encode()


def test_the_first_has_nothing_before_it_and_each_other_the_one_before() -> None:
    versions = chain([1, 2, 4])
    assert versions[0].previous == ""
    assert [each.previous for each in versions[1:]] == [each.hash for each in versions[:-1]]
    assert check(versions) == versions[-1].hash
    assert check(versions[1:], before=versions[0].hash) == versions[-1].hash
    assert check([]) == ""


def test_a_version_that_is_not_told_holds_the_chain_all_the_same() -> None:
    versions = chain([1, 2, 3])
    versions[1] = replace(versions[1], statement=None)
    assert check(versions) == versions[2].hash
    with pytest.raises(Broken):
        check([versions[0], replace(versions[1], digest="0" * 64), versions[2]])


@pytest.mark.parametrize(
    "change",
    [
        {"at": "2026-11-02T00:00:00.000001+00:00"},
        {"sha256": "e" * 64},
        {"size": 91},
        {"file_name": "สถิติ .csv"},
        {"kind": "compaction"},
        {"options": {"delimiter": ","}},
        {"tables": (replace(TABLE, digest="d" * 64),)},
        {"tables": (replace(TABLE, rows=4),)},
        {"tables": (replace(TABLE, columns=({**COLUMNS[0], "type": "text"}, COLUMNS[1])),)},
        {"tables": (replace(TABLE, columns=COLUMNS[::-1]),)},
        {"tables": ()},
    ],
)
def test_whatever_is_changed_of_a_version_is_found(change: dict[str, object]) -> None:
    versions = chain([1, 2, 3])
    told = facts("r-1", replace(file(2, "c"), **change))  # type: ignore[arg-type]  # fields by name
    with pytest.raises(Broken) as found:
        check([versions[0], replace(versions[1], statement=told), versions[2]])
    assert found.value.number == 2
    # whoever also makes the hash anew breaks the next one
    forged = replace(versions[1], statement=told, digest=digest(told), hash=link(versions[1].previous, digest(told)))
    with pytest.raises(Broken) as found:
        check([versions[0], forged, versions[2]])
    assert found.value.number == 3


def test_a_version_that_was_left_out_put_in_or_moved_is_found() -> None:
    first, second, third = chain([1, 2, 3])
    other = chain([1, 2, 3, 5])[3]
    for versions in ([first, third], [second, third], [second, first, third], [first, second, second, third]):
        with pytest.raises(Broken):
            check(versions)
    with pytest.raises(Broken):
        check([first, replace(other, number=2), third])
    with pytest.raises(Broken):
        check([first, replace(second, statement=first.statement, digest=first.digest), third])


def test_labels_are_said_of_a_column_and_types_are_the_column() -> None:
    labelled = ({**COLUMNS[0], "info": {"label": "ปีงบประมาณ"}, "means": "year_be"}, COLUMNS[1])
    assert columns_digest(labelled) == columns_digest(COLUMNS)
    assert columns_digest(({**COLUMNS[0], "era": "CE"}, COLUMNS[1])) != columns_digest(COLUMNS)


def test_fractions_among_options_are_text() -> None:
    assert facts("r", replace(file(1), options={"share": 0.5, "sheets": (1, 2)}))["options"] == {
        "share": "0.5",
        "sheets": [1, 2],
    }


@given(st.lists(st.integers(1, 400), min_size=1, max_size=8, unique=True).map(sorted), st.data())
def test_no_part_of_a_list_can_be_missing_but_its_end(numbers: list[int], data: st.DataObject) -> None:
    resource = Resource(ResourceId("r-1"), DatasetId("d-1"), {}, "", "")
    versions = []
    for number in numbers:
        resource, made = joined(resource, replace(file(1), number=number))
        told = facts("r-1", made)
        versions.append(Listed(number, told, digest(told), made.previous, made.chain))
    assert check(versions) == resource.linked
    gap = data.draw(st.integers(0, len(versions) - 1))
    without = versions[:gap] + versions[gap + 1 :]
    if gap < len(versions) - 1:
        with pytest.raises(Broken):
            check(without)
    else:  # the end is known from the signed roots
        assert check(without) != resource.linked

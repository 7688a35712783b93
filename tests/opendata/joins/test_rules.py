"""By which columns tables meet, and the SQL that brings them together, run on real rows."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.opendata.joins import rules, sql
from chalicelib.opendata.joins.model import Entry, Match
from chalicelib.opendata.model import Table
from chalicelib.opendata.recognition.look import quoted
from tests.opendata.recognition.tables import SQL, Small

Rows = list[list[Any]]


def described(small: Small, resource: str) -> tuple[Table, list[Entry]]:
    table = Table(1, "", f"tables/{resource}", tuple(small.known()), 0, 0)
    return table, rules.entries("dataset", resource, table, small.recognised())


def joined(mine: tuple[dict[str, str], Rows], theirs: tuple[dict[str, str], Rows]) -> tuple[Match, str, Rows] | None:
    """The match of two tables, its SQL, and what that answers."""
    one, other = Small(*mine), Small(*theirs)
    table, entries = described(one, "one")
    other_table, others = described(other, "other")
    for match in rules.matches(entries, others):
        whole = Match(match.resource, match.dataset, match.table, match.meetings)
        ready = sql.ready(whole, "one", "other", table.shown, other_table.shown)
        if ready is None:
            return None
        query, told = ready
        shape = ", ".join(f"{quoted(each['id'])} {SQL[each['type']]}" for each in other.columns)
        one.connection.execute(f"CREATE TABLE other ({shape})")
        marks = ", ".join("?" * len(other.columns))
        one.connection.executemany(f"INSERT INTO other VALUES ({marks})", other.connection.table("small").fetchall())  # noqa: S608 - marks only
        one.connection.execute("CREATE VIEW one AS FROM small")
        return told, query, sorted(map(list, one.connection.execute(query).fetchall()), key=str)
    return None


def test_names_meet_codes_by_the_pairs_that_are_there() -> None:
    found = joined(
        ({"จังหวัด": "text", "n": "int8"}, [["จ.ตราด", 1], ["กทม.", 2], ["เชียงใหม่", 3]]),
        ({"รหัสจังหวัด": "int8", "ประชากร": "int8"}, [[23, 100], [10, 200], [83, 300]]),
    )
    assert found is not None
    match, query, rows = found
    assert match.share == pytest.approx(2 / 3, abs=0.001) and match.meetings[0].exact
    assert "'จ.ตราด', '23'" in query and "เชียงใหม่" not in query
    assert rows == [["กทม.", 2, 200], ["จ.ตราด", 1, 100]]


def test_what_is_written_alike_is_joined_plainly() -> None:
    table = ({"จังหวัด": "text", "n": "int8"}, [["ตราด", 1], ["ภูเก็ต", 2], ["เชียงใหม่", 3]])
    found = joined(table, table)
    assert found is not None and "WITH" not in found[1] and len(found[2]) == 3 and found[0].share == 1


def test_years_of_two_eras_meet_and_places_go_with_them() -> None:
    found = joined(
        ({"จังหวัด": "text", "ปี พ.ศ.": "int8", "n": "int8"}, [["ตราด", 2566, 1], ["ตราด", 2567, 2], ["ภูเก็ต", 2566, 3]]),
        (
            {"province": "text", "year": "int8", "m": "int8"},
            [["Trat", 2023, 10], ["Phuket", 2023, 30], ["Trat", 2025, 9]],
        ),
    )
    assert found is not None
    match, query, rows = found
    assert [meeting.mine.key for meeting in match.meetings] == ["province", "year"]
    assert 'a."ปี พ.ศ." - 543 = b."year"' in query
    assert [row[:4] for row in rows] == [["ตราด", 2566, 1, 10], ["ภูเก็ต", 2566, 3, 30]]


def test_districts_of_one_name_do_not_meet_across_provinces() -> None:
    found = joined(
        (
            {"จังหวัด": "text", "อำเภอ": "text", "n": "int8"},
            [["ตราด", "เมือง", 1], ["ภูเก็ต", "เมือง", 2], ["ตราด", "แหลมงอบ", 3]],
        ),
        ({"จังหวัด": "text", "อำเภอ": "text", "m": "int8"}, [["ภูเก็ต", "เมือง", 20], ["ตราด", "แหลมงอบ", 30]]),
    )
    assert found is not None
    assert found[0].meetings[0].mine.key == "amphoe"
    assert found[2] == [["ตราด", "แหลมงอบ", 3, "ตราด", 30], ["ภูเก็ต", "เมือง", 2, "ภูเก็ต", 20]]


def test_tables_of_different_places_do_not_meet_by_the_year_alone() -> None:
    one = ({"จังหวัด": "text", "ปี": "int8"}, [["ตราด", 2566], ["ภูเก็ต", 2566]])
    other = ({"รหัสจังหวัด": "int8", "ปี": "int8"}, [[50, 2566], [57, 2566]])
    assert joined(one, other) is None
    assert joined(({"ปี": "int8"}, [[2566]]), ({"ปี": "int8"}, [[2566]])) is not None


def test_a_query_stays_short_and_quotes_whatever_columns_are_called() -> None:
    rows: Rows = [[f"จ.{name}"] for name in ("ตราด", "ภูเก็ต", "เชียงใหม่")]
    found = joined(
        ({'a"b; DROP': "text"}, rows), ({"จังหวัด": "text", "a": "int8"}, [["ตราด", 1], ["ภูเก็ต", 2], ["น่าน", 3]])
    )
    assert found is not None and len(found[1].encode()) <= sql.LONGEST and len(found[2]) == 2


def test_what_tells_of_people_is_never_an_entry() -> None:
    people = Small({"เลขประจำตัว": "text", "ชื่อ-สกุล": "text"}, [["3100600445635", "สมชาย ใจดี"]])
    assert described(people, "one")[1] == []

"""A year passes, with three versions of a table: whoever asks for last year gets last year's rows, the citation's
address opens, and its proof holds offline.

Over real HTTP on the laptop stack, with DynamoDB, the queues and S3 of the emulator.
"""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote, urlsplit

import pytest

from demo.world import HttpTransport, World
from infra.local.stack import Stack
from tests.journeys.cited import Office, kept, offline
from tests.journeys.passing_time import morning_of, today

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("journey")]

HEADER = "ปี,ประเภท,จำนวน\n"
ROWS = ["2566,ร้านอาหาร,120", "2567,ร้านอาหาร,131", "2568,ร้านอาหาร,140"]
FIRST, SECOND = HEADER + "\n".join(ROWS[:1]) + "\n", HEADER + "\n".join(ROWS[:2]) + "\n"
THIRD = (HEADER + "\n".join(ROWS) + "\n").replace("2566,ร้านอาหาร,120", "2566,ร้านอาหาร,119")


def test_last_years_rows_are_there_a_year_later(stack: Stack, tmp_path: Path) -> None:
    world = World(HttpTransport(stack.address))
    office = Office(world, "food-licences-by-year", "ใบอนุญาตรายปี")
    start = today(world)

    assert office.publish(FIRST.encode()) == 1
    cited = world.public(f"/opendata/v1/resources/{office.resource}/versions/1/citation").json
    assert office.proof_is_due(1)
    morning_of(world, start + timedelta(days=1))
    proof = office.proof(1)
    assert proof["day"] == start.isoformat()
    vkey = world.public("/opendata/v1/roots").json["vkey"]

    # half a year later there are more rows, and after the year one of the old ones is corrected too
    morning_of(world, start + timedelta(days=180))
    assert office.publish(SECOND.encode()) == 2
    morning_of(world, start + timedelta(days=366))
    assert office.publish(THIRD.encode()) == 3

    # what was there on a day of last year, by the DataStore and by SQL
    then = (start + timedelta(days=30)).isoformat()
    assert [(row["ปี"], row["จำนวน"]) for row in office.rows(as_of=then)] == [(2566, 120)]
    later = (start + timedelta(days=200)).isoformat()
    assert [row["จำนวน"] for row in office.rows(as_of=later)] == [120, 131]
    assert [row["จำนวน"] for row in office.rows()] == [119, 131, 140]
    before = (start - timedelta(days=2)).isoformat()  # a day of UTC, which begins at seven in Thailand
    world.public(f"/api/3/action/datastore_search?resource_id={office.resource}&as_of={before}", expect=404)
    sql = quote(f'SELECT sum("จำนวน") AS s FROM "{office.resource}@{then}"')  # noqa: S608 - our own id
    told = world.public(f"/api/3/action/datastore_search_sql?sql={sql}").json["result"]
    assert [int(row["s"]) for row in told["records"]] == [120]
    now = quote(f'SELECT sum("จำนวน") AS s FROM "{office.resource}"')  # noqa: S608 - our own id
    told = world.public(f"/api/3/action/datastore_search_sql?sql={now}").json["result"]
    assert [int(row["s"]) for row in told["records"]] == [390]

    # the address in the text of the citation opens, for people and for machines, with what was cited
    found = re.search(r"https?://\S+/version/\d+", cited["th"])
    assert found is not None and found[0] == cited["url"]
    path = urlsplit(found[0]).path
    page = world.public(f"{path}?lang=th", accept="text/html").body.decode()
    assert ">120<" in page and ">119<" not in page
    machine = world.public(path).json
    assert machine["version"]["statement"] == proof["statement"]
    again = machine["citation"]
    assert again["url"] == cited["url"]
    assert again["th"].split("(สืบค้น")[0] == cited["th"].split("(สืบค้น")[0]
    assert again["th"] != cited["th"]  # it was looked up on another day

    # its proof of a year ago still holds, and the root only grew since
    place = kept(tmp_path, "proof.json", proof)
    code, said = offline(tmp_path, "proof", place, "--vkey", vkey, "--file", kept(tmp_path, "f.csv", FIRST.encode()))
    assert (code, f"on {start.isoformat()}" in said) == (0, True), said
    assert office.proof(1) == proof
    morning_of(world, start + timedelta(days=368))
    last = office.proof(3)
    assert last["day"] == (start + timedelta(days=366)).isoformat()
    days = world.public("/opendata/v1/roots").json["items"]
    mine = [(start + timedelta(days=gone)).isoformat() for gone in (366, 180, 0)]
    # the platform publishes figures of its own, which have versions too
    assert [each["day"] for each in days if each["day"] in mine] == mine
    leaves = [
        kept(tmp_path, f"{each['day']}.json", world.public(f"/opendata/v1/roots/{each['day']}/leaves").json)
        for each in reversed(days)
    ]
    root = kept(tmp_path, "root.json", world.public(f"/opendata/v1/roots/{days[0]['day']}").json)
    code, said = offline(tmp_path, "root", root, *leaves, "--vkey", vkey)
    assert code == 0, said
    code, said = offline(tmp_path, "root", root, *leaves[1:], "--vkey", vkey)
    assert (code, said) == (1, "BAD: these are not the leaves of this root\n")

    # what became of the table in the year, between any two versions
    difference = world.public(f"/opendata/v1/resources/{office.resource}/diff?from=1&to=3").json
    (table,) = difference["tables"]
    assert (table["added"], table["removed"], table["changed"]) == (2, 0, 1)
    assert [(row["kind"], row["key"]["ปี"]) for row in difference["rows"]] == [
        ("changed", 2566),
        ("added", 2567),
        ("added", 2568),
    ]

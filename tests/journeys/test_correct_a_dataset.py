"""An office publishes a wrong figure, somebody cites it, the office corrects it: the difference is exactly that row,
the old citation still gives the old figure, and one signed root proves both.

Over real HTTP on the laptop stack, with DynamoDB, the queues and S3 of the emulator.
"""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

import pytest

from demo.story_opendata import act
from demo.world import HttpTransport, World
from infra.local.stack import Stack
from tests.journeys.cited import Office, kept, offline
from tests.journeys.passing_time import moved

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("journey")]

WRONG = (
    "ตำบล,ปี,จำนวนร้านอาหาร\n"
    "แหลมงอบ,2568,48\nน้ำเชี่ยว,2568,31\nบางปิด,2568,129\nคลองใหญ่,2568,22\nเกาะช้าง,2568,204\nเกาะช้างใต้,2568,87\n"
)
RIGHT = WRONG.replace("บางปิด,2568,129", "บางปิด,2568,19")


def test_a_wrong_figure_is_corrected_and_stays_citable(stack: Stack, tmp_path: Path) -> None:
    world = World(HttpTransport(stack.address))
    office = Office(world, "restaurants-by-tambon", "จำนวนร้านอาหารรายตำบล")
    somchai = world.person("somchai")

    # a wrong figure goes out; a reader queries it, cites it and wants to hear of changes
    assert office.publish(WRONG.encode("cp874")) == 1
    assert [row["จำนวนร้านอาหาร"] for row in office.rows() if row["ตำบล"] == "บางปิด"] == [129]
    first = f"/opendata/v1/resources/{office.resource}/versions/1"
    cited = world.public(f"{first}/citation").json
    assert "เวอร์ชัน 1" in cited["th"]
    assert cited["url"] in cited["th"]
    act(somchai, "follow_dataset", {"id": office.dataset})
    assert world.transport.send("GET", f"{first}/proof", {}, None).status == 409

    # the office corrects it
    moved(world, seconds=3600)
    assert office.publish(RIGHT.encode("cp874")) == 2
    assert [row["จำนวนร้านอาหาร"] for row in office.rows() if row["ตำบล"] == "บางปิด"] == [19]

    # the difference is exactly that row, in the list and value by value
    def compared() -> object:
        return office.versions()[0]["change"]

    change = world.until("the comparison", compared)
    (table,) = change["tables"]
    assert {name: table[name] for name in ("added", "removed", "changed", "unchanged")} == {
        "added": 0,
        "removed": 0,
        "changed": 1,
        "unchanged": 5,
    }
    difference = world.public(f"/opendata/v1/resources/{office.resource}/diff?from=1&to=2").json
    (row,) = difference["rows"]
    assert (row["key"], row["before"], row["after"]) == (
        {"ตำบล": "บางปิด"},
        {"จำนวนร้านอาหาร": 129},
        {"จำนวนร้านอาหาร": 19},
    )

    # what was cited is where it was: page, rows and the file as it was uploaded, under its own name
    path = urlsplit(cited["url"]).path
    page = world.public(f"{path}?lang=th", accept="text/html").body.decode()
    assert ">129<" in page and ">19<" not in page and "มีเวอร์ชันใหม่กว่าแล้ว" in page
    newer = world.public(f"{path[:-1]}2?lang=th", accept="text/html").body.decode()
    assert ">129<" in newer and ">19<" in newer and "แก้ไข 1 แถว" in newer
    assert [row["จำนวนร้านอาหาร"] for row in office.rows(version="1") if row["ตำบล"] == "บางปิด"] == [129]
    told = world.public(path).json
    assert (told["version"]["number"], told["version"]["told"]) == (1, True)
    sent = world.transport.send("GET", f"{path}/download/x.csv", {}, None)
    assert sent.status == 302
    assert "filename" in sent.headers["location"].lower()

    # whoever follows hears of it, and so does whoever follows the catalogue
    def heard() -> object:
        answer = world.person("somchai").get("/api/3/action/dashboard_activity_list").json["result"]
        return [
            each for each in answer if each["activity_type"] == "changed resource" or "changed" in each["activity_type"]
        ]

    world.until("the follower to hear", heard)
    changes = world.public("/opendata/v1/changes?limit=500").json["items"]
    assert [each["resource"] for each in changes if each["activity"] == "changed resource"].count(office.resource) >= 2

    # after midnight one signed root proves both, without a network and with nothing but the log's key
    moved(world, seconds=86_400)
    proofs = {number: office.proof(number) for number in (1, 2)}
    assert proofs[1]["entry"] == proofs[2]["entry"]
    assert [each["number"] for each in proofs[1]["chain"]] == [2]
    vkey = world.public("/opendata/v1/roots").json["vkey"]
    for number, content in ((1, WRONG), (2, RIGHT)):
        proof = kept(tmp_path, f"{number}.json", proofs[number])
        file = kept(tmp_path, f"{number}.csv", content.encode("cp874"))
        code, said = offline(tmp_path, "proof", proof, "--vkey", vkey, "--file", file)
        assert (code, said.startswith(f"good: version {number} of {office.resource}")) == (0, True), said
    pages = kept(tmp_path, "list.json", world.public(f"/opendata/v1/resources/{office.resource}/versions").json)
    assert offline(tmp_path, "list", pages)[0] == 0

    # and nobody can pass the corrected file off as what was there before
    other = kept(tmp_path, "other.csv", RIGHT.encode("cp874"))
    code, said = offline(tmp_path, "proof", str(tmp_path / "1.json"), "--vkey", vkey, "--file", other)
    assert (code, said) == (1, "BAD: this is not the file of this version\n")
    forged = proofs[1] | {"statement": proofs[1]["statement"] | {"sha256": proofs[2]["statement"]["sha256"]}}
    code, said = offline(tmp_path, "proof", kept(tmp_path, "forged.json", forged), "--vkey", vkey)
    assert code == 1 and "statement was changed" in said

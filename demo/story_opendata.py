"""The licences that were issued become open data: a dataset, a file, a typed table, a question."""

from __future__ import annotations

import csv
import hashlib
import io
from typing import Any
from urllib.parse import quote

from demo.steps import Chapter
from demo.world import Answer, Person, World, check

opendata = Chapter()
AGENCY = "TH/LOCAL/LAEMNGOP"
METADATA = {
    "title": "ใบอนุญาตจัดตั้งสถานที่จำหน่ายอาหาร เทศบาลตำบลแหลมงอบ",
    "notes": "ใบอนุญาตที่ออกแล้ว จากทะเบียนสาธารณะของระบบศูนย์กลางการขออนุญาต",
    "data_type": "ข้อมูลระเบียน",
    "maintainer": "กองสาธารณสุขและสิ่งแวดล้อม",
    "maintainer_email": "health@laemngop.example",
    "tags": [{"name": "ใบอนุญาต"}, {"name": "ร้านอาหาร"}],
    "objective": ["เพื่อการให้บริการประชาชน"],
    "update_frequency_unit": "วัน",
    "update_frequency_interval": "1",
    "geo_coverage": "ตำบล",
    "data_source": "ระบบศูนย์กลางการขออนุญาต",
    "data_format": ["CSV"],
    "data_category": "ข้อมูลสาธารณะ",
    "license_id": "Open Data Common",
}


def act(person: Person, action: str, body: dict[str, Any], expect: int = 200) -> Any:
    """One action of the CKAN API."""
    answer: Answer = person.post(f"/api/3/action/{action}", body, expect=expect)
    return answer.json["result"] if expect == 200 else answer.json


@opendata.step("Open data", "Wipha (publisher)", "makes a CSV of the public register and publishes it as a dataset")
def publish(world: World) -> str:
    register = world.public(f"/biz/v1/licences?agency={quote(AGENCY, safe='')}").json["items"]
    check(world.known["licence"] in [entry["no"] for entry in register], "the licence is not in the public register")
    wipha = world.person("publisher-laemngop")
    act(wipha, "organization_create", {"name": "laemngop", "title": "เทศบาลตำบลแหลมงอบ"})
    draft = {"name": "food-licences-laemngop", "owner_org": "laemngop", "private": False}
    refused = act(wipha, "package_create", draft, expect=409)
    check("notes" in refused["error"], "a dataset without the mandatory metadata must be refused")
    made = act(wipha, "package_create", {**draft, **METADATA})
    world.known["dataset"] = made["id"]
    world.known["csv"] = as_csv(register)
    return f"{made['name']} with the 14 mandatory fields; without them: {len(refused['error']) - 1} fields named"


def as_csv(register: list[dict[str, Any]]) -> bytes:
    """The register as a publisher would export it: CP874 and Buddhist Era, as so many real Thai files are."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["เลขที่ใบอนุญาต", "ประเภท", "วันที่ออก", "วันหมดอายุ", "ค่าธรรมเนียม"])
    for entry in register:
        writer.writerow([entry["no"], "สถานที่จำหน่ายอาหาร", be(entry["issued_on"]), be(entry["valid_until"]), "200"])
    for number in range(1, 41):
        kind = "สถานที่สะสมอาหาร" if number % 4 == 0 else "สถานที่จำหน่ายอาหาร"
        writer.writerow(
            [f"เดิม-{number:04d}", kind, f"{number % 28 + 1:02d}/01/2569", f"{number % 28 + 1:02d}/01/2570", "200"]
        )
    return out.getvalue().encode("cp874")


def be(day: str) -> str:
    """An ISO date as dd/mm/yyyy of the Buddhist Era."""
    year, month, date = day[:10].split("-")
    return f"{date}/{month}/{int(year) + 543}"


@opendata.step("Open data", "Wipha (publisher)", "uploads the file to S3; it becomes a typed table")
def ingest(world: World) -> str:
    wipha = world.person("publisher-laemngop")
    content = world.known["csv"]
    upload = {
        "file_name": "ใบอนุญาต.csv",
        "size": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
        "media_type": "text/csv",
    }
    body = {"package_id": world.known["dataset"], "name": "ใบอนุญาตที่ออก", "format": "CSV", "upload": upload}
    made = act(wipha, "resource_create", body)
    world.known["resource"] = made["id"]
    form = made["upload"]
    status = world.transport.upload(form["url"], form["fields"], "ใบอนุญาต.csv", content)
    check(status in (200, 201, 204), f"S3 refused the file: {status}")

    def active() -> Any:
        shown = world.public(f"/api/3/action/resource_show?id={made['id']}").json["result"]
        return shown if shown["datastore_active"] else None

    world.until("the table", active)
    info = world.public(f"/api/3/action/datastore_info?id={made['id']}").json["result"]
    types = {field["id"]: field["type"] for field in info["fields"]}
    check(types["วันที่ออก"] in ("date", "timestamp"), f"Buddhist dates were not understood: {types}")
    check(types["ค่าธรรมเนียม"] in ("int", "int4", "int8", "numeric"), f"numbers were not understood: {types}")
    return f"{len(content)} bytes of CP874 → {info['meta']['count']} rows, types {', '.join(types.values())}"


@opendata.step("Public", "A developer", "reads the table back with a filter, with no key")
def read_back(world: World) -> str:
    filters = quote(f'{{"เลขที่ใบอนุญาต":"{world.known["licence"]}"}}')
    found = world.public(f"/api/3/action/datastore_search?resource_id={world.known['resource']}&filters={filters}")
    result = found.json["result"]
    check(result["total"] == 1, f"{result['total']} rows instead of the one licence")
    row = result["records"][0]
    check(str(row["วันที่ออก"]).startswith("20"), f"the date is not of the common era: {row['วันที่ออก']}")
    stored = quote('{"ประเภท":"สถานที่สะสมอาหาร"}')
    others = world.public(
        f"/api/3/action/datastore_search?resource_id={world.known['resource']}&filters={stored}&limit=3"
    )
    check(others.json["result"]["total"] == 10, "the second filter finds another number of rows")
    wrong = quote('{"nope":1}')
    refused = world.public(
        f"/api/3/action/datastore_search?resource_id={world.known['resource']}&filters={wrong}", expect=409
    )
    check("filters" in refused.json["error"], "an unknown column must be named")
    return f"{row['เลขที่ใบอนุญาต']} issued {row['วันที่ออก']}; 10 rows of another kind; an unknown column is named"

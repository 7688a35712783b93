"""What an office has, not what a manual asks for: title rows, Thai digits, commas, CP874. It becomes a table that is
asked in SQL, corrected, and still cited as it was.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any
from urllib.parse import quote

from demo.steps import Chapter
from demo.story_opendata import METADATA, act
from demo.world import Person, World, check

tables = Chapter()
NAME = "budget-laemngop"
FILE_NAME = "งบประมาณรายจ่าย.csv"
_WRONG, _RIGHT = '"1,250,000.50"', '"1,520,000.50"'
_LINES = (
    "งบประมาณรายจ่าย เทศบาลตำบลแหลมงอบ,,,,",
    "ที่มา: กองคลัง,,,,",
    ",,,,",
    "ปีงบประมาณ,จังหวัด,รายการ,วงเงิน (บาท),เบิกจ่ายแล้ว",
    '๒๕๖๗,ตราด,ก่อสร้างถนนคอนกรีตเสริมเหล็กสายท่าเรือ,"4,893,038.00",ใช่',
    f"๒๕๖๗,ตราด,ปรับปรุงระบบประปาหมู่บ้าน,{_WRONG},ใช่",
    '๒๕๖๘,ตราด,ซ่อมแซมถนนลาดยาง,"980,000.00",ใช่',
    '๒๕๖๘,ตราด,จัดซื้อเครื่องสูบน้ำ,"315,500.25",ไม่ใช่',
    '๒๕๖๙,ตราด,ขุดลอกคลองน้ำเชี่ยว,"2,040,000.00",ไม่ใช่',
    ",,,,",
    ",,,,",
)


def messy(*, right: bool) -> bytes:
    """The file as the office has it."""
    text = "\r\n".join(_LINES) + "\r\n"
    return (text.replace(_WRONG, _RIGHT) if right else text).encode("cp874")


def send(world: World, wipha: Person, action: str, body: dict[str, Any], content: bytes) -> str:
    """Announces a file and sends it; answers the resource's id when its next version is there."""
    upload = {
        "file_name": FILE_NAME,
        "size": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
        "media_type": "text/csv",
    }
    made = act(wipha, action, {**body, "upload": upload})
    form = made["upload"]
    status = world.transport.upload(form["url"], form["fields"], FILE_NAME, content)
    check(status in (200, 201, 204), f"S3 refused the file: {status}")

    def there() -> bool:
        shown = world.public(f"/api/3/action/resource_show?id={made['id']}").json["result"]
        return bool(shown["datastore_active"] and shown["hash"] == upload["sha256"])

    world.until("the table", there)
    return str(made["id"])


@tables.step(
    "Open data", "Wipha (publisher)", "uploads the budget as the office has it: CP874, title rows, Thai digits"
)
def messy_file(world: World) -> str:
    wipha = world.person("publisher-laemngop")
    metadata = {
        **METADATA,
        "title": "งบประมาณรายจ่าย เทศบาลตำบลแหลมงอบ",
        "notes": "งบประมาณรายจ่ายรายโครงการ",
        "tags": [{"name": "งบประมาณ"}],
        "update_frequency_unit": "ปี",
    }
    act(wipha, "package_create", {"name": NAME, "owner_org": "laemngop", "private": False, **metadata})
    world.known["budget"] = send(
        world, wipha, "resource_create", {"package_id": NAME, "name": "งบประมาณรายจ่าย"}, messy(right=False)
    )
    found = world.public(f"/api/3/action/datastore_search?resource_id={world.known['budget']}").json["result"]
    first = found["records"][0]
    check(found["total"] == 5, f"{found['total']} rows instead of 5")
    check(first["วงเงิน (บาท)"] == 4893038, f"the amount is {first['วงเงิน (บาท)']!r}")
    check(first["เบิกจ่ายแล้ว"] is True, f"yes and no were not understood: {first['เบิกจ่ายแล้ว']!r}")
    years = [value for name, value in first.items() if "ปีงบประมาณ" in name]
    check(2024 in years, f"the year has no twin of the Common Era: {years}")
    types = ", ".join(field["type"] for field in found["fields"])
    return f"5 rows of {len(_LINES)} lines; types {types}"


@tables.step("Public", "A journalist", "finds a word inside the texts and adds up the budget in SQL, with no key")
def ask_in_sql(world: World) -> str:
    table = world.known["budget"]
    roads = world.public(f"/api/3/action/datastore_search?resource_id={table}&q={quote('ถนน')}").json["result"]
    check(roads["total"] == 2, f"{roads['total']} roads instead of 2")
    sql = (
        f'SELECT "ปีงบประมาณ" AS year, count(*) AS projects, sum("วงเงิน (บาท)") AS baht FROM "{table}"'  # noqa: S608 - a question of the story's own
        " GROUP BY 1 ORDER BY 1"
    )
    rows = world.public(f"/api/3/action/datastore_search_sql?sql={quote(sql)}").json["result"]["records"]
    check([row["projects"] for row in rows] == [2, 2, 1], f"the sums are {rows}")
    check(float(rows[0]["baht"]) == 6143038.5, f"the first sum is {rows[0]}")
    asked = json.dumps({"kind": "sql", "given": {"sql": sql, "format": "csv"}}).encode()
    job = world.transport.send("POST", "/opendata/v1/jobs", {"content-type": "application/json"}, asked)
    check(job.status == 202, f"the question as a job answered {job.status}")

    def done() -> bool:
        state = world.public(job.headers["location"]).json["state"]
        check(state != "failed", "the job failed")
        return bool(state == "done")

    world.until("the job", done)
    file = world.public(f"{job.headers['location']}/result", expect=302)
    check("location" in file.headers, "the file of the job cannot be fetched")
    hostile = quote("SELECT * FROM read_csv('/etc/passwd')")
    refused = world.public(f"/api/3/action/datastore_search_sql?sql={hostile}", expect=403)
    check(refused.json["success"] is False, "a file of the server was read")
    sums = ", ".join(f"{row['year']}: {float(row['baht']):,.2f}" for row in rows)
    return f"{roads['total']} roads; baht by year {sums}; the same as a file by a job"


@tables.step("Open data", "Wipha and the journalist", "correct a figure; what was cited before stays what it was")
def correct(world: World) -> str:
    wipha, table = world.person("publisher-laemngop"), world.known["budget"]
    send(world, wipha, "resource_patch", {"id": table}, messy(right=True))
    now, before = (
        world.public(f"/api/3/action/datastore_search?resource_id={address}&limit=2").json["result"]["records"][1]
        for address in (table, f"{table}@1")
    )
    check(now["วงเงิน (บาท)"] == 1520000.5, f"now it is {now}")
    check(before["วงเงิน (บาท)"] == 1250000.5, f"the first version tells {before}")
    versions = world.public(f"/opendata/v1/resources/{table}/versions").json["items"]
    check([each["number"] for each in versions] == [2, 1], f"the versions are {versions}")
    page = world.public(f"/dataset/{NAME}/resource/{table}/version/1?lang=th", accept="text/html")
    check(
        "1,250,000.50" in page.body.decode() or "1250000.5" in page.body.decode(), "the old page shows another figure"
    )
    parquet = world.public(f"/opendata/v1/resources/{table}/exports/data.parquet?version=1", expect=302)
    check("location" in parquet.headers, "the first version cannot be taken away")
    return "version 2 says 1,520,000.50, version 1 still 1,250,000.50"

"""A restaurant of 240 m² in Laem Ngop gets its licence (Public Health Act B.E. 2535 s.38)."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from demo.steps import Chapter
from demo.story_gdx import persona
from demo.world import Json, World, check

biz = Chapter()
SERVICE = "food-establishment-licence"


def _map(words: str) -> bytes:
    """A PDF of one page, with a table that finds its objects (ISO 32000-2 §7.5)."""
    drawn = f"0 0 m 200 300 l S BT /F1 12 Tf 72 720 Td ({words}) Tj ET".encode()
    objects = (
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R "
        b"/Resources << /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >> >>",
        b"<< /Length %d >>\nstream\n" % len(drawn) + drawn + b"\nendstream",
    )
    body, places = b"%PDF-1.7\n", []
    for number, content in enumerate(objects, start=1):
        places.append(len(body))
        body += b"%d 0 obj\n" % number + content + b"\nendobj\n"
    table = b"xref\n0 5\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % place for place in places)
    return body + table + b"trailer\n<< /Size 5 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % len(body)


MAP, BETTER_MAP = _map("a map of the site, drawn by hand"), _map("a map of the site, with its scale")


def case_path(world: World, tail: str = "") -> str:
    """Where the case of the story lies."""
    return f"/biz/v1/applications/{world.known['case']}{tail}"


def send_document(world: World, content: bytes, file_name: str) -> Json:
    """Announces a file, posts it to S3, and waits until it was checked."""
    malee = world.person("malee")
    announced = malee.post(
        case_path(world, "/documents"),
        {
            "code": "site_map",
            "file_name": file_name,
            "media_type": "application/pdf",
            "size": len(content),
            "sha256": hashlib.sha256(content).hexdigest(),
        },
        expect=201,
    ).json
    wrong = world.transport.upload(announced["url"], announced["fields"], file_name, content + b"x")
    check(wrong in (400, 403), f"S3 took a file of another size: {wrong}")
    status = world.transport.upload(announced["url"], announced["fields"], file_name, content)
    check(status in (200, 201, 204), f"S3 refused the document: {status}")
    document_id = announced["document"]["id"]

    def checked() -> Any:
        documents = malee.get(case_path(world)).json["documents"]
        found = next((document for document in documents if document["id"] == document_id), None)
        return found if found and found["status"] != "waiting" else None

    document: Json = world.until("the document's check", checked)
    check(document["status"] == "accepted", f"the document was not accepted: {document}")
    return document


@biz.step("Biz", "Malee", "reads the public manual and asks what the licence needs")
def read_manual(world: World) -> str:
    services = world.public("/biz/v1/services").json["items"]
    check(SERVICE in [service["id"] for service in services], "the service is not offered")
    manual = world.public(f"/biz/v1/services/{SERVICE}/manual").json
    page = world.public(f"/biz/v1/services/{SERVICE}/manual", accept="text/html")
    check(page.status == 200, "the manual does not render")
    view = world.public(f"/biz/v1/services/{SERVICE}").json
    world.known["checklist"] = [item["code"] for item in view["checklist"]]
    sla = view["sla"]
    check(manual, "the manual is empty")
    evidence = len(view["documents"])
    term = f"{sla['days']} {sla['basis']} days (verified: {sla['verified']})"
    return f"decision within {term}; {evidence} kinds of evidence"


@biz.step("Biz", "Malee", "opens an application for her company (the state checks that she is its director)")
def open_application(world: World) -> str:
    malee = world.person("malee")
    applicant = {"kind": "juristic", "juristic_id": persona("malee")["juristic_id"]}
    case = malee.post("/biz/v1/applications", {"service": SERVICE, "applicant": applicant}, expect=201).json
    world.known["case"] = case["id"]
    check(case["state"] == "draft", "a new application is a draft")
    return f"draft {case['id'][:12]}… for the company"


@biz.step("Biz", "Somchai", "tries to open Malee's application, and to apply for her company")
def stranger_is_refused(world: World) -> str:
    somchai = world.person("somchai")
    hidden = somchai.get(case_path(world), expect=404)
    applicant = {"kind": "juristic", "juristic_id": persona("malee")["juristic_id"]}
    refused = somchai.post("/biz/v1/applications", {"service": SERVICE, "applicant": applicant}, expect=403)
    check(hidden.json["detail"], "a refusal explains itself")
    return f"404 ({hidden.json['title']}) and 403 ({refused.json['title']})"


@biz.step("Biz", "Malee", "lets the form fill itself from the state registers, through GDX")
def prefill(world: World) -> str:
    malee = world.person("malee")
    malee.post(case_path(world, "/prefill"))
    case = malee.get(case_path(world)).json
    check(case["answers"]["operator"]["first_name_th"] == "มาลี", "the operator's name was not filled in")
    check(case["answers"]["company"]["name_th"].startswith("บริษัท"), "the company was not filled in")
    sources = case["sources"]
    check(all(source["receipt"] for source in sources.values()), "a value without a receipt")
    return f"{len(sources)} values, each with source, time and receipt"


@biz.step("Biz", "Malee", "answers the rest; overwriting a registered name is refused")
def answer(world: World) -> str:
    malee = world.person("malee")
    etag = malee.get(case_path(world)).etag
    changed = malee.patch(case_path(world, "/answers"), {"operator": {"first_name_th": "มาลัย"}}, etag, expect=422)
    check(changed.json["errors"][0]["pointer"] == "/operator/first_name_th", "the refusal must point at the field")
    answers = {
        "establishment": {
            "name_th": "ครัวกลาง แหลมงอบ",
            "kind": "restaurant",
            "area_m2": 240,
            "seats": 80,
            "food_handlers": 9,
        },
        "premises": {"right": "owner"},
        "contact": {"phone": "0800000001", "by_agent": False},
        "declaration": True,
    }
    malee.patch(case_path(world, "/answers"), answers, etag)
    stale = malee.patch(case_path(world, "/answers"), {"declaration": False}, etag, expect=412)
    check(stale.status == 412, "a stale change must be refused")
    judged = malee.post(case_path(world, "/validate")).json
    check(not judged["complete"], "without its document the application is incomplete")
    quote = malee.get(case_path(world, "/quote")).json
    check(quote["total_baht"] == "200.00", f"the fee of Laem Ngop is 200 baht, not {quote['total_baht']}")
    return (
        f"missing: {len(judged['errors'])} document; fee {quote['total_baht']} baht; locked field 422, stale change 412"
    )


@biz.step("Biz", "Malee", "uploads the map of the site straight to S3; it is checked and leaves quarantine")
def upload(world: World) -> str:
    document = send_document(world, MAP, "แผนที่ร้าน.pdf")
    judged = world.person("malee").post(case_path(world, "/validate")).json
    check(judged["complete"], f"still incomplete: {judged['errors']}")
    return f"{document['file_name']}, {document['size']} bytes, accepted; a file of another size was refused by S3"


@biz.step("Biz", "Malee", "files the application; a repeat of the request changes nothing")
def submit(world: World) -> str:
    malee = world.person("malee")
    key = world.next_key()
    path = case_path(world, "/submit")
    first = malee.post(path, idempotency_key=key).json
    again = malee.post(path, idempotency_key=key)
    check(again.headers.get("idempotent-replayed") == "true", "the repeat was not recognised")
    check(again.json["version"] == first["version"], "the repeat changed something")
    clock = malee.get(case_path(world, "/clock")).json
    check(clock["clock"]["due"], "the legal clock must run")
    due, left = clock["clock"]["due"], clock["clock"]["days_left"]
    return (
        f"received {clock['legal_received_at'][:10]}, decision due {due} ({left} days left); the repeat was recognised"
    )


@biz.step(
    "Biz", "Anong (officer)", "takes the case from the queue and returns it once with one list of what is missing"
)
def return_once(world: World) -> str:
    anong = world.person("officer-anong")
    queue = anong.get("/biz/v1/queue").json["items"]
    check(world.known["case"] in [card["id"] for card in queue], "the case is not in the officers' queue")
    anong.post(case_path(world, "/claim"))
    missing = {
        "items": [
            {
                "document": "site_map",
                "th": "แผนที่ไม่มีมาตราส่วน โปรดแนบฉบับใหม่",
                "en": "The map has no scale; attach a new one.",
            },
            {
                "pointer": "/establishment/seats",
                "th": "โปรดระบุจำนวนที่นั่งรวมระเบียง",
                "en": "Count the terrace's seats too.",
            },
        ]
    }
    returned = anong.post(case_path(world, "/deficiencies"), missing).json
    check(returned["state"] == "returned", "the case was not returned")
    clock = world.person("malee").get(case_path(world, "/clock")).json["clock"]
    check(clock["due"] is None, "the clock must pause while the applicant mends")
    return "2 items listed; the legal clock is paused"


@biz.step("Biz", "Malee", "mends what was listed and files again")
def mend(world: World) -> str:
    malee = world.person("malee")
    etag = malee.get(case_path(world)).etag
    malee.patch(case_path(world, "/answers"), {"establishment": {"seats": 92}}, etag)
    send_document(world, BETTER_MAP, "แผนที่ร้าน ฉบับแก้ไข.pdf")
    filed = malee.post(case_path(world, "/submit")).json
    check(filed["state"] == "checking", "the mended application was not taken")
    second = world.person("officer-anong").post(
        case_path(world, "/deficiencies"),
        {"items": [{"pointer": "/contact/phone", "th": "เบอร์โทรไม่ชัด", "en": "Unclear phone."}]},
        expect=409,
    )
    check(second.status == 409, "a second list is against the Licensing Facilitation Act s.8")
    return f"due {filed['due']}; a second list by the officer is refused: {second.json['title']}"


@biz.step("Biz", "Anong (officer)", "accepts it as complete and reports the inspection of the premises")
def inspect(world: World) -> str:
    anong = world.person("officer-anong")
    anong.post(case_path(world, "/actions/accept"), {})
    findings = [{"code": code, "passed": True} for code in world.known["checklist"]]
    case = anong.post(case_path(world, "/inspections"), {"findings": findings, "summary": "สะอาด ถูกสุขลักษณะ"}).json
    check(case["state"] == "deciding", "the inspection was not taken")
    own = anong.post(case_path(world, "/actions/approve"), {}, expect=403)
    check(own.status == 403, "who inspected may not approve")
    return f"{len(findings)} items passed; approving one's own inspection is refused (four eyes)"


@biz.step("Biz", "Bundit (second officer)", "approves")
def approve(world: World) -> str:
    case = world.person("officer-bundit").post(case_path(world, "/actions/approve"), {}).json
    check(case["state"] == "payment", "the approval was not taken")
    return f"state: {case['state_name']['th']}"


@biz.step("Biz", "Malee", "pays the fee by Thai QR; her bank tells the platform twice")
def pay(world: World) -> str:
    malee = world.person("malee")
    bill = malee.post(case_path(world, "/payments"), expect=201).json
    check(bill["qr"].startswith("000201") and bill["svg"].startswith("<svg"), "no Thai QR")
    check(bill["amount_baht"] == "200.00", "another amount than the fee")
    body = json.dumps({"qr": bill["qr"], "notices": 2}).encode()
    told = world.transport.send("POST", "/local/bank/pay", {"content-type": "application/json"}, body)
    check(told.status == 200, f"the bank's notice was not taken: {told.body!r}")
    forged = world.public("/biz/v1/payments/callbacks/sample-bank", method="POST", expect=401)
    check(forged.status == 401, "an unsigned notice must be refused")
    case = malee.get(case_path(world)).json
    check(case["paid"] and case["state"] == "licensed", f"paid, but the case is {case['state']}")
    world.known["licence"] = case["licence"]
    said = [notice["body"]["status"] for notice in told.json["platform"]]
    return f"QR {bill['qr'][:24]}… of {bill['amount_baht']} baht; the platform said {said}; licence {case['licence']}"


@biz.step("Public", "A guest of the restaurant", "scans the licence's QR and checks it, with no login")
def verify(world: World) -> str:
    papers = world.person("malee").get(case_path(world, "/credentials")).json
    shown = world.public(f"/biz/v1/verify/{papers['verify_token']}").json
    check(shown["status"] == "valid", "the licence does not verify")
    by_number = world.public(f"/biz/v1/verify/{world.known['licence']}").json
    check("operator_first_name" not in by_number["claims"], "the public page names a person")
    token = papers["verify_token"]
    world.public(f"/biz/v1/verify/{token[:-1]}{'y' if token.endswith('x') else 'x'}", expect=404)
    issuer = world.public("/.well-known/jwt-vc-issuer/biz").json
    check(issuer["jwks_uri"].endswith("/biz/v1/jwks.json"), "the issuer's keys cannot be found")
    return f"valid until {shown['valid_until']}; an altered token is 404"


@biz.step("Biz", "Malee", "looks at the whole history of her case: every step chained to the one before")
def history(world: World) -> str:
    items = world.person("malee").get(case_path(world, "/timeline")).json["items"]
    check([item["seq"] for item in items] == list(range(1, len(items) + 1)), "a step is missing in the history")
    check(items[-1]["type"] == "biz.licence.issued", "the history does not end with the licence")
    clock = world.person("malee").get(case_path(world, "/clock")).json
    kinds = [entry["kind"] for entry in clock["ledger"]]
    check(kinds == ["start", "pause", "resume", "stop"], f"the clock's ledger is {kinds}")
    return f"{len(items)} events; clock ledger: {' → '.join(kinds)}"

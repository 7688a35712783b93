"""A whole Biz room in memory, with people, neighbours that remember, and a clock that tests move."""

from __future__ import annotations

import copy
import datetime as dt
import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from chalicelib.biz.bundles.catalogue import shipped as shipped_bundles
from chalicelib.biz.definitions.catalogue import shipped
from chalicelib.biz.documents.cage import Examine
from chalicelib.biz.documents.examination import examine
from chalicelib.biz.model import Officer
from chalicelib.biz.ports import Extract, Letter, Paper, Running, Scanner
from chalicelib.biz.routes import routes
from chalicelib.biz.service import Biz
from chalicelib.shared.callbacks import signature
from chalicelib.shared.cursors import Cursors
from chalicelib.shared.egress import Http, HttpAnswer, Unreachable
from chalicelib.shared.errors import UpstreamFailed, not_found
from chalicelib.shared.ids import new_id
from chalicelib.shared.journal import Journal, Once
from chalicelib.shared.keyring import Keyring
from chalicelib.shared.messengers import Outside
from chalicelib.shared.objects import Objects
from chalicelib.shared.parts import Parts
from chalicelib.shared.storage import Json, Table
from chalicelib.shared.thai import Text
from chalicelib.shared.workdays import Calendar
from tests.support.client import Answer, Client
from tests.support.keys import local_keyring
from tests.support.memory import MemoryTable
from tests.support.memory_objects import MemoryObjects
from tests.support.outbox import Outbox
from tests.support.tokens import Issuers

from .documents.files import a_pdf
from .samples import food

MALEE, SOMCHAI, ANONG, BUNDIT, THANA = (
    "3990100001013", "1990100002021", "3990100003032", "1990100004041", "3990100006066",
)  # fmt: skip
COMPANY, DISSOLVED = "0105569999981", "0235569999998"
AGENCY = "TH/LOCAL/LAEMNGOP"
FOOD = "food-establishment-licence"
BANK_SECRET = "a secret of the sample bank, 32 characters and more"
PDF = a_pdf(b"site map")
START = dt.datetime(2026, 11, 25, 3, 0, tzinfo=dt.UTC)
"""Wednesday 25 November 2026, 10:00 in Thailand."""

_REGISTERS: dict[str, dict[str, Any]] = {
    MALEE: {"first_name_th": "มาลี", "last_name_th": "ศรีสมุทร", "birth_date": "1982-05-17",
            "address": {"house_no": "88/2", "moo": "1", "road": "ตราด-แหลมงอบ", "subdistrict": "แหลมงอบ",
                        "district": "แหลมงอบ", "province": "ตราด", "postal_code": "23120"}},
    ANONG: {"first_name_th": "อนงค์", "last_name_th": "ทองประเสริฐ", "birth_date": "1979-01-20"},
    SOMCHAI: {"first_name_th": "สมชาย", "last_name_th": "ใจดี", "birth_date": "1990-11-02"},
    COMPANY: {
        "name_th": "บริษัท ครัวกลาง จำกัด",
        "status": "active",
        "directors": [{"pid": MALEE, "name": "นางสาวมาลี ศรีสมุทร"}],
        "address": {"house_no": "88", "moo": "1", "road": "ตราด-แหลมงอบ", "subdistrict": "แหลมงอบ",
                    "district": "แหลมงอบ", "province": "ตราด", "postal_code": "23120"},
    },
    DISSOLVED: {"name_th": "บริษัท ตราดทะเลทอง จำกัด", "status": "dissolved", "directors": [{"pid": MALEE, "name": "x"}]},
}  # fmt: skip


class Neighbours:
    """The registers, the inbox and the wallet; each remembers, and fails when told to."""

    def __init__(self, now: Any) -> None:
        self.asked: list[tuple[str, str]] = []
        self.letters: dict[str, tuple[str, Letter]] = {}
        self.papers: dict[str, tuple[str, Paper]] = {}
        self.shown: dict[str, tuple[str, Running]] = {}
        self.read: dict[str, str] = {}
        self.figures: dict[str, str] = {}
        self.publications = 0
        self.deliveries = 0
        self.broken = False
        self.records = copy.deepcopy(_REGISTERS)
        self._now = now

    def ask(
        self, service: str, path: str, body: Json, *, pid: str, purpose: Text, legal_basis: str, reference: str
    ) -> Extract:
        self.asked.append((service, reference))
        found = self.records.get(body.get("pid") or body["juristic_id"])
        if found is None:
            raise not_found("ข้อมูลในทะเบียน", "record")
        return Extract(found, f"receipt-{len(self.asked)}", self._now())

    def deliver(self, pid: str, letter: Letter) -> None:
        if self.broken:
            raise ConnectionError("the inbox is down")
        self.deliveries += 1
        self.letters[letter.id] = (pid, letter)

    def opened(self, pid: str, letters: Sequence[str]) -> dict[str, str]:
        if self.broken:
            raise UpstreamFailed("กล่องข้อความไม่ตอบ", "The inbox does not answer.")
        return {each: at for each, at in self.read.items() if each in letters and self.letters[each][0] == pid}

    def publish(self, name: str, content: str) -> None:
        if self.broken:
            raise UpstreamFailed("ศูนย์ข้อมูลเปิดไม่ตอบ", "The catalogue does not answer.")
        self.publications += 1
        self.figures[name] = content

    def keep(self, pid: str, paper: Paper) -> None:
        if self.broken:
            raise ConnectionError("the wallet is down")
        self.papers[paper.id] = (pid, paper)

    def show(self, pid: str, running: Running) -> None:
        if self.broken:
            raise ConnectionError("the home page is down")
        there = self.shown.get(running.id)
        if there is None or there[1].version < running.version:
            self.shown[running.id] = (pid, running)

    def bodies(self, pid: str) -> list[str]:
        """What a person's inbox says, oldest first."""
        return [letter.body.en for owner, letter in self.letters.values() if owner == pid]


class Post:
    """The queues; `deaf` loses what is sent."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, str]] = []
        self.deaf = False

    def send(self, queue: str, body: str) -> None:
        if self.deaf:
            raise ConnectionError("the queue is down")
        self.sent.append((queue, body))


class NoHttp:
    """The room itself calls nobody."""

    def send(self, *_: Any, **__: Any) -> HttpAnswer:
        raise Unreachable("tests have no network")


class Town:
    """The room, its people and its neighbours."""

    def __init__(
        self,
        *directories: Path,
        table: Table | None = None,
        objects: Objects | None = None,
        keyring: Keyring | None = None,
        examine: Examine = examine,
        scanner: Scanner | None = None,
        http: Http | None = None,
        bundles: Sequence[Path] = (),
        calendar: Calendar | None = None,
    ) -> None:
        self.at = START
        self.memory, self.bucket, self.post = MemoryTable(), MemoryObjects(), Post()
        self.table: Table = table or self.memory
        self.objects: Objects = objects or self.bucket
        self.issuers = Issuers(self.now)
        self.keyring = keyring or local_keyring()
        self.neighbours = Neighbours(self.now)
        self.outbox = Outbox()
        journal = Journal(self.table, self.post, ids=new_id, clock=self.now)
        parts = Parts(
            base_url="https://klang.test",
            table=self.table,
            keyring=self.keyring,
            journal=journal,
            cursors=Cursors(self.keyring),
            tokens=self.issuers.tokens,
            http=http or NoHttp(),
            clock=self.now,
            ids=new_id,
        )
        self.journal = journal
        catalogue = shipped().and_of(*directories)
        self.biz = Biz(
            parts,
            self.objects,
            catalogue=lambda: catalogue,
            registers=self.neighbours,
            mailbox=self.neighbours,
            home=self.neighbours,
            wallet=self.neighbours,
            calendar=lambda: calendar or Calendar.load(),
            outside=Outside(self.outbox, self.outbox),
            figures=self.neighbours,
            examine=examine,
            scanner=scanner,
            offers=shipped_bundles().and_of(catalogue, *bundles),
        )
        self.room = routes(self.biz)
        self.client = Client([self.room])
        for pid, agency, roles in (
            (ANONG, AGENCY, ["intake", "inspector", "approver"]),
            (BUNDIT, AGENCY, ["approver"]),
            (THANA, "TH/CENTRAL/DGA", ["operator"]),
        ):
            self.biz.enlist(Once(new_id(), "", new_id(), claimed=False), pid, agency, roles, "เจ้าหน้าที่")
        self.biz.know_provider(Once(new_id(), "", new_id(), claimed=False), "bank", BANK_SECRET)

    def now(self) -> dt.datetime:
        """The time, as tests moved it."""
        return self.at

    def pass_time(self, **time: float) -> None:
        """Let time pass."""
        self.at += dt.timedelta(**time)

    def token(self, pid: str) -> str:
        """A fresh login of a person."""
        return self.issuers.person(pid)

    def call(self, pid: str | None, method: str, path: str, **given: Any) -> Answer:
        """One request by a person, or by nobody."""
        if pid is not None:
            given["token"] = self.token(pid)
        return self.client.call(method, f"/biz/v1{path}", **given)

    def ok(self, pid: str | None, method: str, path: str, **given: Any) -> Any:
        """One request that must succeed; its JSON."""
        answer = self.call(pid, method, path, **given)
        assert answer.status < 300, answer.text
        return answer.json

    def open(self, pid: str = MALEE, service: str = FOOD, juristic_id: str | None = None) -> str:
        """A fresh draft; its id."""
        applicant = {"kind": "juristic", "juristic_id": juristic_id} if juristic_id else {"kind": "person"}
        made = self.ok(pid, "POST", "/applications", json={"service": service, "applicant": applicant})
        return str(made["id"])

    def patch(self, case: str, answers: Json, pid: str = MALEE) -> Any:
        """Change answers, with the present ETag."""
        etag = self.call(pid, "GET", f"/applications/{case}").headers["etag"]
        path = f"/applications/{case}/answers"
        return self.ok(pid, "PATCH", path, json=answers, headers={"If-Match": etag})

    def send(self, case: str, code: str, content: bytes = PDF, pid: str = MALEE, media: str = "application/pdf") -> str:
        """Announce a file, send it, and let the room check it; its id."""
        body = {
            "code": code,
            "file_name": "แผนที่.pdf",
            "media_type": media,
            "size": len(content),
            "sha256": hashlib.sha256(content).hexdigest(),
        }
        made = self.ok(pid, "POST", f"/applications/{case}/documents", json=body)
        key = made["fields"]["key"]
        self.post_form(made, content)
        self.biz.on_upload(arrival(key))
        return str(made["document"]["id"])

    def post_form(self, made: Any, content: bytes) -> None:
        """What the browser does with an upload form."""
        self.bucket.arrive(made["fields"]["key"], content)

    def draft(self, pid: str = MALEE, juristic_id: str | None = None) -> str:
        """A food draft with everything in it."""
        case = self.open(pid, juristic_id=juristic_id)
        self.ok(pid, "POST", f"/applications/{case}/prefill")
        answers = food()["tests"][0]["answers"]
        del answers["operator"]
        self.patch(case, answers, pid)
        self.send(case, "site_map", pid=pid)
        return case

    def filed(self, pid: str = MALEE) -> str:
        """A food application that was filed."""
        case = self.draft(pid)
        self.ok(pid, "POST", f"/applications/{case}/submit")
        return case

    def act(self, officer: str, case: str, action: str, **body: Any) -> Any:
        """An officer's move."""
        return self.ok(officer, "POST", f"/applications/{case}/actions/{action}", json=body)

    def inspected(self, case: str) -> None:
        """Accept the case and report a good inspection."""
        self.act(ANONG, case, "accept")
        findings = [{"code": item["code"], "passed": True} for item in food()["checklist"]]
        self.ok(ANONG, "POST", f"/applications/{case}/inspections", json={"findings": findings})

    def approved(self) -> str:
        """An approved food application, waiting for the fee."""
        case = self.filed()
        self.inspected(case)
        self.act(BUNDIT, case, "approve")
        return case

    def pay(self, case: str, **changes: Any) -> Answer:
        """The bank tells that the live bill was paid."""
        bill = self.ok(MALEE, "POST", f"/applications/{case}/payments")
        notice = {
            "transaction": "BANK-2026-000001",
            "ref1": bill["ref1"],
            "ref2": bill["ref2"],
            "amount": bill["amount_baht"],
            "paid_at": self.at.isoformat(),
        }
        return self.callback({**notice, **changes})

    def callback(
        self, notice: Any, *, secret: str = BANK_SECRET, provider: str = "bank", at: int | None = None
    ) -> Answer:
        """A callback with its signature."""
        raw = json.dumps(notice).encode()
        signed = signature(secret, int(self.at.timestamp()) if at is None else at, raw)
        headers = {"X-Klang-Signature": signed}
        return self.call(None, "POST", f"/payments/callbacks/{provider}", body=raw, headers=headers)

    def licensed(self) -> tuple[str, str]:
        """A case at its happy end, and its licence number."""
        case = self.approved()
        assert self.pay(case).json == {"status": "booked"}
        return case, str(self.ok(MALEE, "GET", f"/applications/{case}")["licence"])

    def licensed_again(self, number: int) -> tuple[str, str]:
        """One more licence, paid by a transaction of its own."""
        case = self.approved()
        assert self.pay(case, transaction=f"BANK-AGAIN-{number}").json == {"status": "booked"}
        return case, str(self.ok(MALEE, "GET", f"/applications/{case}")["licence"])

    def run_queue(self) -> None:
        """Let the consumers of biz-events and biz-deliveries see everything that was sent so far."""
        consumers = {"biz-events": self.biz.on_event, "biz-deliveries": self.biz.on_delivery}
        while self.post.sent:
            sent, self.post.sent = self.post.sent, []
            for queue, body in sent:
                consumers[queue](body)

    def officer(self, pid: str) -> Officer | None:
        """An officer as recorded."""
        return self.biz.store.officer(self.keyring.pseudonym(pid))


def arrival(*keys: str) -> str:
    """An S3 notification."""
    return json.dumps({"Records": [{"s3": {"object": {"key": key}}} for key in keys]})


def pointers(answer: Answer) -> Sequence[str]:
    """Where the faults of a refusal point."""
    return [error["pointer"] for error in answer.json["errors"]]

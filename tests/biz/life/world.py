"""The town on a table that fails, and how its people insist: a command is sent again until it is answered."""

from __future__ import annotations

import hashlib
import itertools
import logging
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from chalicelib.shared.journal import OPEN, Event
from chalicelib.shared.storage import Item, Key
from tests.biz.documents.files import a_pdf
from tests.biz.town import AGENCY, COMPANY, MALEE, PDF, START, THANA, Town, arrival
from tests.support.client import Answer

from .defects import Spoilt
from .faults import SECRETS, Died, Ears, Fickle
from .model import ELSEWHERE, HEAD, INTAKE
from .services import COMPLETE, shelf

WHY = {"th": "เหตุผล ZEBRA", "en": "ZEBRA for this reason."}
BAD = a_pdf(catalog=b"/OpenAction << /S /JavaScript /JS (app.alert\\(1\\)) >>")
"""A plan that acts by itself: announced like a good one, refused by the look into it."""


@dataclass(frozen=True)
class Command:
    """A request that somebody makes."""

    what: str
    who: str
    method: str
    path: str
    json: Any = None
    headers: dict[str, str] = field(default_factory=dict)


class World:
    """One town per kind of table; `begin` makes it as good as new."""

    def __init__(self, kind: type[Fickle]) -> None:
        self.table = kind()
        self.town = Town(shelf(Path(tempfile.mkdtemp())), table=self.table)
        for pid, agency, roles in (
            (INTAKE, AGENCY, ["intake", "inspector"]),
            (HEAD, AGENCY, ["head"]),
            (ELSEWHERE, "TH/LOCAL/TRAT", ["intake", "inspector", "approver", "head"]),
        ):
            body = {"pid": pid, "agency": agency, "roles": roles, "name": "เจ้าหน้าที่"}
            self.town.ok(THANA, "POST", "/officers", json=body)
        self._ready()

    def _ready(self) -> None:
        """As it is now it shall be at the beginning."""
        if isinstance(self.table, Spoilt):
            self.table.plant(self.town)
        self._rows = self.table.kept()
        self.ears = Ears()
        self._histories: dict[str, list[Event]] = {}
        self._seen: dict[str, object] = {}
        self._keys = itertools.count(1)

    def begin(self) -> None:
        """Everything as on the first morning."""
        town = self.town
        self.table.restore(self._rows)
        town.at = START
        town.post.sent.clear()
        town.post.deaf = town.neighbours.broken = False
        for kept in (town.neighbours.letters, town.neighbours.papers, town.bucket.kept, town.bucket.forms):
            kept.clear()
        self.ears.leaks.clear()
        self.forget()
        logging.getLogger("klang").addHandler(self.ears)

    def end(self) -> None:
        """Nobody listens any more."""
        logging.getLogger("klang").removeHandler(self.ears)

    def pseudonym(self, pid: str) -> str:
        """Under which a person stands in keys and events."""
        return self.town.keyring.pseudonym(pid)

    # --- what people ask for

    def opening(self, who: str, service: str) -> Command:
        """A fresh draft; Malee applies for her company."""
        applicant = {"kind": "juristic", "juristic_id": COMPANY} if who == MALEE else {"kind": "person"}
        return Command("open", who, "POST", "/applications", {"service": service, "applicant": applicant})

    def command(self, what: str, who: str, case: str, *, bent: bool = False) -> Command:
        """A request about an application; `bent` gives it the worse of two contents, where there are two."""
        path, post = f"/applications/{case}", "POST"
        match what:
            case "patch":
                row = self.row(case)
                answers = {"width": None} if bent else COMPLETE
                return Command(what, who, "PATCH", f"{path}/answers", answers, {"If-Match": f'"v{row.version}"'})
            case "announce":
                content = BAD if bent else PDF
                body = {
                    "code": "plan",
                    "file_name": "ZEBRA.pdf",
                    "media_type": "application/pdf",
                    "size": len(content),
                    "sha256": hashlib.sha256(content).hexdigest(),
                }
                return Command(what, who, post, f"{path}/documents", body)
            case "bill":
                return Command(what, who, post, f"{path}/payments")
            case "submit" | "withdraw" | "claim":
                return Command(what, who, post, f"{path}/{what}")
            case "release":
                return Command(what, who, "DELETE", f"{path}/claim")
            case "assign":
                return Command(what, who, "PUT", f"{path}/claim", {"officer": self.pseudonym(INTAKE)})
            case "return" | "again":
                item = {"pointer": "/words"} if bent else {"document": "plan"}
                omission = {"officer_omission": "ZEBRA, I overlooked it."} if what == "again" else {}
                return Command(what, who, post, f"{path}/deficiencies", {"items": [{**item, **WHY}], **omission})
            case "inspect" | "fail":
                findings = [{"code": "stands", "passed": what == "inspect", "note": "ZEBRA"}]
                return Command(what, who, post, f"{path}/inspections", {"findings": findings})
            case "explain":
                return Command(what, who, post, f"{path}/letters", {"reasons": WHY})
            case "note":
                return Command(what, who, post, f"{path}/notes", {"text": "ZEBRA thinks so."})
            case "refuse":
                return Command(what, who, post, f"{path}/actions/refuse", {"reasons": WHY})
        return Command(what, who, post, f"{path}/actions/{what}", {})

    def change(self, what: str, who: str, no: str, until: str | None) -> Command:
        """A request about a licence."""
        more = {"until": until} if until and what == "suspend" else {}
        return Command(what, who, "POST", f"/licences/{no}/{what}", {"reasons": WHY, **more})

    # --- how it is asked

    def ask(self, command: Command, key: str) -> Answer:
        """One request with that Idempotency-Key."""
        headers = {**command.headers, "Idempotency-Key": key}
        return self.town.call(command.who, command.method, command.path, json=command.json, headers=headers)

    def insist(
        self, command: Command, fate: str = "", *, deaf: bool = False, rival: Callable[[], None] | None = None
    ) -> tuple[Answer, str]:
        """Asks until there is an answer, each time with the same key; the answer, and the key.

        Args:
            command: what is asked.
            fate: of the first write.
            deaf: whether the queue takes nothing the first time.
            rival: happens once the first attempt has read.
        """
        key = f"key-{next(self._keys)}"
        self.table.fate, self.table.meanwhile, self.town.post.deaf = fate, rival, deaf
        answer: Answer | None = None
        try:
            answer = self.ask(command, key)
        except Died:
            pass
        finally:
            self.table.fate, self.table.meanwhile, self.town.post.deaf = "", None, False
        if answer is None or answer.status == 503:
            answer = self.ask(command, key)
        assert answer.status < 500, (command, answer.text)
        return answer, key

    def survives(self, act: Callable[[], Any], fate: str = "") -> bool:
        """Does what nobody waits for; False when it died or failed over it."""
        self.table.fate = fate
        try:
            act()
        except (Died, Exception):
            if not fate and not self.town.neighbours.broken:
                raise
            return False
        finally:
            self.table.fate = ""
        return True

    def arrive(self, made: Any, content: bytes) -> str:
        """The browser sends a file by its form; what S3 tells of it."""
        self.town.bucket.arrive(made["fields"]["key"], content)
        return arrival(made["fields"]["key"])

    # --- what is asked of the table itself

    def row(self, case: str) -> Item:
        """A case as it is stored."""
        row = self.table.row(Key(f"CASE#{case}", "META"))
        assert row is not None, "an application that was acknowledged is not there"
        return row

    def history(self, case: str) -> list[Event]:
        """Of a case; rows that were read before are not read again."""
        known = self._histories.setdefault(case, [])
        while (row := self.table.row(Key(f"CASE#{case}", f"EVT#{len(known) + 1:06d}"))) is not None:
            known.append(Event(**row.data))
        return known

    def anew(self, what: str, *state: object) -> bool:
        """Whether something is not as it was when this was last asked of it."""
        before, self._seen[what] = self._seen.get(what), state
        return before != state

    def forget(self) -> None:
        """Look at everything once more."""
        self._seen.clear()
        self._histories.clear()

    def unsent(self) -> list[Item]:
        """Outbox rows with which nobody is done."""
        return [row for row in self.table.rows("OUT#") if OPEN in row.indexes]

    def open_secrets(self) -> list[str]:
        """Where something lies open that names a person, or was sent or logged."""
        sent = [body for _, body in self.town.post.sent if any(secret in body for secret in SECRETS)]
        return [*self.table.leaks, *self.ears.leaks, *sent]

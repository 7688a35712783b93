"""One-time codes: whoever is given one sees a paper once, with what its holder chose, checked at that moment.

The code is made from the attempt's key by the room's secret and kept nowhere: a repeated request is answered the same
code, and the table holds only its hash. Two who use one code at once race for one conditional write; the loser is told
what everybody is told of a code that never was.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Collection
from dataclasses import field
from typing import Any

from chalicelib.shared.dataclass import dataclass
from chalicelib.shared.errors import Fault, Invalid, NotFound, Stale, TooMany, WrongState, not_found
from chalicelib.shared.identity import NOBODY, Caller
from chalicelib.shared.ids import new_id, new_token
from chalicelib.shared.journal import Event, Once, Replayed
from chalicelib.shared.thai import Text
from chalicelib.shared.workdays import BANGKOK

from .. import activity
from ..hall import Hall, Told, person_of
from ..inbox.model import NewMessage
from ..inbox.service import Inbox
from ..model import SELF, Person
from . import papers, rules
from .checking import Checked, Checker
from .model import Share
from .store import Store, changed_share, counted, new_share, share_key

DGA = "TH/CENTRAL/DGA"


@dataclass(frozen=True)
class Made:
    """A new code, shown this once."""

    share: Share
    code: str = field(repr=False)
    claims: tuple[str, ...] = ()


@dataclass(frozen=True)
class SharePaper:
    """A code with what its holder wrote down of it."""

    share: Share
    state: rules.ShareState
    note: str = field(repr=False)
    claims: tuple[str, ...] = ()


class Shares:
    """Makes, takes back and opens codes.

    Args:
        hall: the room's tools.
        store: papers and codes.
        checker: checks a paper when it is seen.
        inbox: where the holder learns that it was.
    """

    def __init__(self, hall: Hall, store: Store, checker: Checker, inbox: Inbox) -> None:
        self._hall = hall
        self._store = store
        self._checker = checker
        self._inbox = inbox
        self._keyring = hall.parts.keyring

    def make(
        self, once: Once, caller: Caller, paper: str, credential: str, claims: Collection[str], minutes: int, note: str
    ) -> Made:
        """Makes a code for one paper.

        Args:
            once: the attempt.
            caller: the holder.
            paper: its id.
            credential: the paper, with all disclosures.
            claims: what it shows besides what its issuer never hid.
            minutes: how long it can be used, at most `MOST_MINUTES`.
            note: the holder's own words for it.

        Raises:
            Invalid: it has no such claim, or nobody could check it.
            TooMany: enough codes were made today.
        """
        chosen, now, person = tuple(sorted(set(claims))), self._hall.now(), person_of(caller)
        shown = papers.shown(credential, chosen)
        if not self._checker.knows(shown):
            raise Invalid(
                "เอกสารนี้ยังให้ผู้อื่นดูด้วยรหัสไม่ได้ เพราะระบบตรวจสอบผู้ออกเอกสารไม่ได้",
                "This paper cannot be shown by a code: its issuer cannot be checked here.",
                [Fault("path:id", "เลือกเอกสารอื่น", "Choose another paper.")],
            )
        code = self._keyring.mac("share-code", once.key.encode())[:22]
        share_id = rules.share_id(code)
        if share_id is None:
            raise AssertionError("a code of ours is one")
        sealed = self._keyring.seal(json.dumps([shown, chosen, note], ensure_ascii=False), _context(share_id))
        until = now + dt.timedelta(minutes=minutes)
        share = Share(id=share_id, person=person, paper=paper, sealed=sealed, made_at=now, until=until)
        told = Told("share.made", {"paper": paper, "claims": list(chosen)}, heard=False)
        events, head = self._hall.happened(share.head, [told], subject=share_id, by=caller.label)
        share = share.model_copy(update={"head": head})
        line = self._line(share, "credential.shared", caller, {"claims": list(chosen)})
        try:
            changes = [new_share(share), counted(person, now), line]
            self._hall.save(once, changes, events, pk=share_key(share_id).pk, answer={"share": share_id})
        except Replayed:
            there = self._store.share(share_id)
            if there is None:
                raise
            _, chosen, _ = self._opened(there)
            return Made(there, code, chosen)
        except TooMany:
            raise TooMany("วันนี้สร้างรหัสครบจำนวนแล้ว", "Enough codes were made today.", retry_after=3600) from None
        return Made(share, code, chosen)

    def page(self, person: Person, cursor: str | None, limit: int) -> tuple[list[SharePaper], str | None]:
        """A person's codes, newest first, and the cursor of the next page.

        Raises:
            Malformed: the cursor is not of this list.
        """
        scope, cursors = ("shares", person), self._hall.parts.cursors
        found = self._store.shares(person, cursors.read(cursor, scope), limit)
        return [self._seen(share) for share in found.items], cursors.make(found.after, scope)

    def revoke(self, caller: Caller, id: str) -> None:
        """Takes a code back; one that was taken back before stays so.

        Raises:
            NotFound: this person has no such code.
            WrongState: it was used.
        """
        person = person_of(caller)
        share = self._store.share(id) if len(id) == 32 and id.isascii() and id.isalnum() else None
        if share is None or share.person != person:
            raise not_found("รหัสนี้", "code")
        if share.state == "used":
            raise WrongState("รหัสนี้ถูกใช้ไปแล้ว", "This code was used already.")
        if share.state == "revoked":
            return
        self._end(share, caller, "revoked", "share.revoked", {})

    def waits(self, code: str) -> Share:
        """A code that can still be used; nothing changes. One or two reads.

        Raises:
            NotFound: it cannot, for whatever reason.
        """
        found = rules.share_id(code)
        share = None if found is None else self._store.share(found)
        if share is None or rules.stands(share, self._hall.now()) != "open":
            raise lost()
        paper = self._store.paper(Person(share.person), share.paper)
        if paper is None or paper.hidden:
            raise lost()
        return share

    def use(self, code: str) -> Checked:
        """Opens a code, once: the paper with the chosen claims, checked now. The holder is told.

        Raises:
            NotFound: it cannot be used (any more).
            UpstreamFailed: the issuer cannot be asked; the code is not used up.
        """
        share = self.waits(code)
        presentation, _, _ = self._opened(share)
        checked = self._checker.check(presentation)
        try:
            self._end(share, NOBODY, "used", "share.used", {"verdict": checked.verdict})
        except Stale:
            raise lost() from None
        return checked

    def heard(self, event: Event) -> None:
        """Tells the holder that a code was used; the inbox knows a repeat by the event's id."""
        share = self._store.share(event.subject)
        if event.type != "citizen.share.used" or share is None or share.used_at is None:
            return
        clock = share.used_at.astimezone(BANGKOK).strftime("%H:%M")
        _, _, note = self._opened(share)
        th, en = (f" ({note})", f" ({note})") if note else ("", "")
        message = NewMessage(
            id=event.id,
            category="data",
            title=Text(th="มีผู้เปิดดูเอกสารที่ท่านให้รหัส", en="Somebody saw the paper for which you gave a code"),
            body=Text(
                th=f"รหัสที่ท่านสร้างไว้{th} ถูกใช้เมื่อเวลา {clock} น. และใช้อีกไม่ได้ หากท่านไม่ได้ให้รหัสแก่ผู้ใด โปรดแจ้งเจ้าหน้าที่",
                en=f"The code that you made{en} was used at {clock} (Thai time) and cannot be used again. If you gave "
                "it to nobody, tell us.",
            ),
            source=DGA,
        )
        self._inbox.tell(Person(share.person), message, sender=SELF)

    def export(self, person: Person) -> list[Any]:
        """A person's codes and what became of them, for a copy of everything."""
        found, after = list[Any](), None
        while True:
            page = self._store.shares(person, after, 100)
            for each in map(self._seen, page.items):
                used = each.share.used_at
                made = each.share.made_at.isoformat()
                state = {"state": each.state, "used_at": None if used is None else used.isoformat()}
                found.append({"made_at": made, "for": each.note, "claims": list(each.claims), **state})
            after = page.after
            if after is None:
                return found

    def _end(self, share: Share, by: Caller, state: str, what: str, data: dict[str, Any]) -> None:
        now = self._hall.now()
        told = Told(what, {"paper": share.paper, **data}, heard=state == "used")
        events, head = self._hall.happened(share.head, [told], subject=share.id, by=by.label)
        after = share.model_copy(update={"state": state, "used_at": now if state == "used" else None, "head": head})
        line = self._line(share, what, by, data)
        attempt = Once(new_id(), "", new_token(), claimed=False)
        self._hall.save(attempt, [changed_share(after), line], events, pk=share_key(share.id).pk)

    def _line(self, share: Share, what: str, by: Caller, detail: dict[str, Any]) -> Any:
        at = self._hall.now().isoformat(timespec="milliseconds")
        told = {"credential": share.paper, "share": share.id, **detail}
        return activity.line(Person(share.person), at=at, id=new_id(), what=what, caller=by, detail=told)

    def _seen(self, share: Share) -> SharePaper:
        _, claims, note = self._opened(share)
        return SharePaper(share, rules.stands(share, self._hall.now()), note, claims)

    def _opened(self, share: Share) -> tuple[str, tuple[str, ...], str]:
        shown, claims, note = json.loads(self._keyring.unseal(share.sealed, _context(share.id)))
        return shown, tuple(claims), note


def lost() -> NotFound:
    """What is said of every code that opens nothing: unknown, used, taken back or run out."""
    return not_found("รหัสนี้ หรือรหัสใช้ไม่ได้แล้ว", "code, or it cannot be used any more")


def _context(id: str) -> str:
    return f"share/{id}"

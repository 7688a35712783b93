"""Opening, confirming, using and ending visits: the officer's hand, and the person's."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import hmac
import logging
from collections.abc import Callable, Sequence
from typing import TypeVar

from chalicelib.shared.errors import Fault, Invalid, Refusal, Stale
from chalicelib.shared.identity import Caller
from chalicelib.shared.ids import new_id, new_token
from chalicelib.shared.journal import Once, Replayed
from chalicelib.shared.web import as_json

from ..cards import Card
from ..hall import Hall
from ..mandates.model import Scope
from ..mandates.ports import ActingTokens
from ..mandates.telling import Tells
from ..mandates.views import ActingToken
from ..model import Person
from . import rules, views
from .disputes import Disputes
from .keeping import Keeping, acting, card_id
from .model import Purpose, Visit
from .ports import Codes
from .store import Store, actor_of
from .telling import Telling, code_fits
from .words import CARD

log = logging.getLogger("klang.assisted")

Shown = TypeVar("Shown")

TOKEN_LIVES = dt.timedelta(minutes=10)
HOUSE = Caller("system", id="TH/CENTRAL/DGA/citizen")


class Assisted:
    """Officers' and people's hands on visits.

    Args:
        hall: the room's tools.
        tokens: makes acting tokens.
        inbox: tells people.
        codes: carries one-time codes.
    """

    def __init__(self, hall: Hall, tokens: ActingTokens, inbox: Tells, codes: Codes) -> None:
        self._hall = hall
        self._tokens = tokens
        self._store = Store(hall.parts.table, hall.parts.keyring)
        self.keeping = Keeping(hall, self._store)
        self.disputes = Disputes(hall, self.keeping)
        hall.hear("citizen.assistance.", Telling(hall, self._store, inbox, codes).heard)
        hall.sweeps.append(self.lapse)

    # --- the officer

    def open(
        self, once: Once, officer: Caller, pid: str, purpose: Purpose, scopes: Sequence[Scope]
    ) -> views.VisitOpened:
        """Opens a visit that waits for the person's confirmation.

        Nothing is looked up: answer and cost are the same whoever has the number, or nobody.

        Raises:
            NotAllowed, Invalid: see `rules.check`.
            TooMany: too many today, of this officer or for this person.
        """
        hall, now = self._hall, self._hall.now()
        person = hall.person(pid)
        rules.check(officer=officer.id, person=person, purpose=purpose, scopes=scopes)
        visit = Visit(
            id=hall.parts.ids(),
            officer=officer.id,
            agency=officer.agency or "",
            person=person,
            purpose=purpose,
            scopes=tuple(scopes),
            made_at=now,
            confirm_by=now + rules.CONFIRM_WITHIN,
            person_pid=pid,
            officer_name=officer.name,
        )
        leads: dict[str, object] = {"href": f"/citizen/v1/me/assistance/{visit.id}"}
        card = Card("task", card_id(visit), CARD, now.isoformat(timespec="milliseconds"), data=leads)
        saved = self.keeping.save(once, officer, None, visit, "made", [hall.cards.put(person, card)])
        return self.desk(saved)

    def desk(self, visit: Visit) -> views.VisitOpened:
        """A new visit with what the desk shows; the code is derived, so that no row and no kept answer holds it."""
        return views.opened(visit, self._desk_code(visit.id))

    def opened_before(self, visit_id: str) -> views.VisitOpened:
        """What a repeated opening gets."""
        return self.desk(self._store.find(visit_id))

    def mine(self, officer: str, after: str | None, limit: int) -> tuple[list[views.VisitCard], str | None]:
        """An officer's own visits, newest first."""
        found, following = self._store.of(f"officer#{officer}", after, limit)
        return [views.card(visit) for visit in found], following

    def show(self, officer: str, id: str) -> views.VisitCard:
        """One of an officer's own visits; raises NotFound."""
        return views.card(self._of_officer(self._store.find(id), officer))

    def ask_code(self, once: Once, officer: Caller, id: str) -> views.CodeAsked:
        """Asks for a one-time code to be sent to the person; what comes of it is never told.

        Raises:
            NotFound. WrongState: it waits for no confirmation, or had its codes.
        """
        before = self._of_officer(self.keeping.read(once, id), officer.id)
        after = rules.may_send(before, self._hall.now())
        answer = views.CodeAsked()
        self.keeping.save(once, officer, before, after, "code_asked", answer=as_json(answer))
        return answer

    def confirm_by_code(self, once: Once, officer: Caller, id: str, digits: str) -> views.VisitCard:
        """Begins the visit with the code that the person reads to the officer.

        Raises:
            NotFound. WrongState: it waits for none. Invalid: another code; the try is counted.
        """

        def attempt() -> views.VisitCard:
            now, before = self._hall.now(), self._of_officer(self.keeping.read(once, id), officer.id)
            rules.must_wait(before, now)
            if not code_fits(self._hall.parts.keyring, before, digits):
                raise self._wrong(before)
            after = rules.confirmed(before, "code", rules.IAL_OF_A_CODE, "", now)
            return views.card(self.keeping.save(once, acting(before), before, after, "opened"))

        return _unless_stale(attempt)

    def token(self, officer: Caller, id: str, scopes: Sequence[Scope]) -> ActingToken:
        """An access token with which the officer acts for the person.

        Raises:
            NotFound. WrongState: it is not open. Invalid: a scope that the visit does not have.
        """
        now, visit = self._hall.now(), self._of_officer(self._store.find(id), officer.id)
        rules.must_be_open(visit, now)
        beyond = [place for place, scope in enumerate(scopes) if scope not in visit.scopes]
        if beyond or visit.ends_at is None:
            faults = [
                Fault(f"/scopes/{at}", "ประชาชนไม่ได้ยืนยันเรื่องนี้", "The person did not confirm this.") for at in beyond
            ]
            raise Invalid("ขอเกินกว่าที่ประชาชนยืนยัน", "You asked for more than was confirmed.", faults)
        lives = min(TOKEN_LIVES, visit.ends_at - now)
        token = self._tokens.acting(
            pid=visit.person_pid,
            name=visit.person_name,
            ial=rules.weaker(officer.ial, visit.ial),
            actor=actor_of(visit),
            scopes=scopes,
            mandate=visit.id,
            lives=lives,
        )
        return ActingToken(access_token=token, expires_in=int(lives.total_seconds()), scope=" ".join(scopes))

    def end(self, once: Once, officer: Caller, id: str) -> views.VisitCard:
        """The officer ends it; nothing can be done by it any more."""
        before = self._of_officer(self.keeping.read(once, id), officer.id)
        after = rules.ended(before, "officer", self._hall.now())
        return views.card(self.keeping.save(once, acting(before), before, after, after.status))

    # --- the person

    def about(self, person: Person, after: str | None, limit: int) -> tuple[list[views.HelpView], str | None]:
        """Visits that concern a person, newest first."""
        found, following = self._store.of(f"person#{person}", after, limit)
        return [views.help_of(visit) for visit in found], following

    def show_person(self, person: Person, id: str) -> views.HelpWithDeeds:
        """One visit with what was done; raises NotFound."""
        visit = self._of_person(self._store.find(id), person)
        return views.help_whole(visit, self._store.did(visit))

    def confirm(self, once: Once, caller: Caller, id: str, code: str) -> views.HelpView:
        """Begins the visit by the person's own login, with the code that the desk shows.

        Raises:
            NotFound. WrongState: it waits for none. Invalid: another code; the try is counted.
        """
        typed = code.replace("-", "").upper()

        def attempt() -> views.HelpView:
            now, before = self._hall.now(), self._of_person(self.keeping.read(once, id), Person(caller.id))
            rules.must_wait(before, now)
            if not hmac.compare_digest(typed.encode(), self._desk_code(id).replace("-", "").encode()):
                raise self._wrong(before)
            after = rules.confirmed(before, "login", caller.ial, caller.name, now)
            return views.help_of(self.keeping.save(once, caller, before, after, "opened"))

        return _unless_stale(attempt)

    def refuse(self, once: Once, caller: Caller, id: str) -> views.HelpView:
        """The person does not want it; raises NotFound, WrongState."""
        before = self._of_person(self.keeping.read(once, id), Person(caller.id))
        return views.help_of(
            self.keeping.save(once, caller, before, rules.refused(before, self._hall.now()), "refused")
        )

    def stop(self, once: Once, caller: Caller, id: str) -> views.HelpView:
        """The person ends it; it bites at the officer's next call."""
        before = self._of_person(self.keeping.read(once, id), Person(caller.id))
        if before.status == "waiting":
            return self.refuse(once, caller, id)
        after = rules.ended(before, "person", self._hall.now())
        return views.help_of(self.keeping.save(once, caller, before, after, after.status))

    def dispute(self, once: Once, caller: Caller, id: str, words: str) -> views.HelpView:
        """The person says that it was not them: it ends, and a supervisor must look into it.

        Raises:
            NotFound. WrongState: see `rules.disputed`.
        """
        before = self._of_person(self.keeping.read(once, id), Person(caller.id))
        after = rules.disputed(before, words, self._hall.now())
        return views.help_of(self.keeping.save(once, caller, before, after, "disputed"))

    # --- what a repeat gets

    def card_again(self, id: str) -> views.VisitCard:
        """A visit for its officer, as it stands now."""
        return views.card(self._store.find(id))

    def help_again(self, id: str) -> views.HelpView:
        """A visit for its person, as it stands now."""
        return views.help_of(self._store.find(id))

    # --- the clock

    def lapse(self, now: dt.datetime) -> None:
        """Ends visits whose time is over; another sweep may do the same at once."""
        for before in list(self._store.due(now)):
            after = rules.ended(before, "time", now)
            once = Once.of_event(f"{before.id}-{before.status}", "visit-over")
            by = HOUSE if before.status == "waiting" else acting(before)
            try:
                self.keeping.save(once, by, before, after, after.status)
            except (Refusal, Replayed):
                log.info("a visit was ended meanwhile", extra={"visit": before.id})

    # --- what all share

    def _of_officer(self, visit: Visit, officer: str) -> Visit:
        if visit.officer != officer:
            raise rules.no_visit()
        return visit

    def _of_person(self, visit: Visit, person: Person) -> Visit:
        if visit.person != person:
            raise rules.no_visit()
        return visit

    def _wrong(self, before: Visit) -> Invalid:
        # without the caller's claim: the same wrong code sent again is one more try, not a repeat
        attempt = Once(new_id(), "", new_token(), claimed=False)
        self._hall.parts.journal.commit(attempt, self._store.changed(before, rules.wrong_code(before)))
        fault = Fault("/code", "ตรวจสอบรหัสแล้วลองใหม่", "Look at the code again.")
        return Invalid("รหัสไม่ถูกต้อง", "This is not the code.", [fault])

    def _desk_code(self, id: str) -> str:
        mac = self._hall.parts.keyring.mac("visit-desk", id.encode())
        text = base64.b32encode(hashlib.sha256(mac.encode()).digest()[:5]).decode()
        return f"{text[:4]}-{text[4:]}"


def _unless_stale(attempt: Callable[[], Shown]) -> Shown:
    """What an attempt gives; once more where the visit changed in between, as when a code was just made for it."""
    for _ in range(2):
        try:
            return attempt()
        except Stale:
            continue
    return attempt()

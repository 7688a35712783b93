"""Opens and drives applications with the person's own token, and keeps how each stands."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from chalicelib.shared import pointers
from chalicelib.shared.dataclass import dataclass
from chalicelib.shared.errors import AlreadyThere, Stale, UpstreamFailed, not_found
from chalicelib.shared.identity import Caller
from chalicelib.shared.ids import new_id, new_token
from chalicelib.shared.journal import Once
from chalicelib.shared.relay import Own, Relayed
from chalicelib.shared.storage import Change, Create
from chalicelib.shared.thai import Text

from .. import activity
from .. import rules as room
from ..hall import Hall, person_of
from ..model import Person
from . import rules
from .holding import holding
from .model import Application
from .ports import Cases, Rights
from .store import ApplicationRows
from .views import ShownCase

_TRIES = 6
_DONE = {"submit": "application.filed", "withdraw": "application.withdrawn"}

TakenUp = Callable[[Person, str, str, Person | None], object]
"""Told of a right that a person has applied for: person, entitlement, when (ISO 8601, UTC), for which child."""


@dataclass(frozen=True)
class Deed:
    """What somebody did to an application; one line of the activity log, however often it is repeated.

    Attributes:
        caller, what: who did what.
        at: when by the engine's own clock; None: when the application took the state that it has.
    """

    caller: Caller
    what: str
    at: str | None = None

    def line(self, person: Person, application: Application) -> Create:
        """The change that adds the line."""
        return activity.line(
            person,
            at=self.at or application.at,
            id=f"{application.id}-{self.what}",
            what=self.what,
            caller=self.caller,
            detail={"application": application.id, "entitlement": application.entitlement},
        )


class Applications:
    """A person's applications.

    Args:
        hall: the room's tools.
        cases: the engine.
        rights: the rights, and what the state knows towards each.
        taken_up: learns that an application for a right was filed; a repeat tells it again.
    """

    def __init__(self, hall: Hall, cases: Cases, rights: Rights, taken_up: TakenUp) -> None:
        self.rows = ApplicationRows(hall.parts.table, hall.parts.keyring)
        self._hall = hall
        self._cases = cases
        self._rights = rights
        self._taken_up = taken_up
        hall.holdings["applications"] = holding(hall, self.rows)

    # --- what the engine tells

    def show(self, pid: str, told: ShownCase) -> None:
        """Takes what the engine tells of an application; what is known or overtaken changes nothing.

        Args:
            pid: national id of whose application it is; not kept.
            told: how it stands.

        Raises:
            Invalid: the national id does not hold.
        """
        person, news = self._hall.person(room.checked_pid(pid)), told.application(self._at())
        self._write(person, news.id, lambda there: rules.told(there, news))

    # --- what the person does

    def apply(
        self, own: Own, caller: Caller, entitlement: str, subject: str | None, given: Mapping[str, Any]
    ) -> Relayed:
        """Opens an application for a right, and fills in what the registers know of the person and of the right.

        With the person's Idempotency-Key a repeat opens nothing new, wherever the first attempt ended.

        Args:
            own: the person's own request.
            caller: who applies.
            entitlement: id of the right.
            subject: national id of the child that the right is about, where it is about one.
            given: answers that the person has at hand.

        Raises:
            NotFound: no such right, or it is not applied for here. Refusal: the engine's.
        """
        service = self._rights.service_of(entitlement)
        answers = pointers.merge(self._rights.answers_of(caller, entitlement, subject), given)
        opened = self._cases.open(own, service)
        child = None if subject is None else self._hall.person(subject)
        fresh = self._fresh(opened.value, entitlement).model_copy(update={"subject": child})
        self._write(
            person_of(caller),
            fresh.id,
            lambda there: rules.opened(there, fresh),
            Deed(caller, "application.opened", str(opened.value["opened_at"])),
        )
        filled = self._cases.prefill(own, fresh.id)
        if not answers:
            return self._cases.show(own, fresh.id)
        version = int(filled.value["version"])
        self._cases.answer(own, fresh.id, dict(answers), version)
        return self._cases.show(own, fresh.id)

    def one(self, own: Own, caller: Caller, id: str) -> Relayed:
        """A whole application, as the engine has it; raises NotFound for anybody else's."""
        return self._cases.show(own, self._known(caller, id).id)

    def answer(self, own: Own, caller: Caller, id: str, patch: Mapping[str, Any], version: int) -> Relayed:
        """Changes answers."""
        return self._cases.answer(own, self._known(caller, id).id, dict(patch), version)

    def missing(self, own: Own, caller: Caller, id: str) -> Relayed:
        """What is still missing."""
        return self._cases.missing(own, self._known(caller, id).id)

    def announce(self, own: Own, caller: Caller, id: str, file: Mapping[str, Any], version: int) -> Relayed:
        """Announces a document."""
        return self._cases.announce(own, self._known(caller, id).id, dict(file), version)

    def command(self, own: Own, caller: Caller, id: str, command: str) -> Relayed:
        """Files or withdraws an application; what follows from it is safe to repeat.

        Raises:
            NotFound: no such application or command. Refusal: the engine's.
        """
        what = _DONE.get(command)
        known = self._known(caller, id)
        if what is None:
            raise not_found("คำสั่งนี้", "command")
        done = self._cases.command(own, id, command)
        person, at = person_of(caller), self._at()
        fresh = self._fresh(done.value, known.entitlement)
        received = done.value["received_at"]
        self._write(
            person,
            id,
            lambda there: rules.told(there, fresh),
            Deed(caller, what, received if command == "submit" else None),
        )
        if command == "submit" and known.entitlement is not None:
            self._taken_up(person, known.entitlement, at, None if known.subject is None else Person(known.subject))
        return done

    def mine(self, caller: Caller, after: str | None, limit: int) -> tuple[list[Application], str | None]:
        """How the person's applications stand, newest first."""
        return self.rows.page(person_of(caller), after, limit)

    def _known(self, caller: Caller, id: str) -> Application:
        found = self.rows.find(person_of(caller), id) if rules.is_case_id(id) else None
        if found is None:
            raise not_found("คำขอ", "application")
        return found

    def _at(self) -> str:
        return self._hall.now().isoformat(timespec="milliseconds")

    def _fresh(self, shown: Any, entitlement: str | None) -> Application:
        """An application as the engine's own view tells of it."""
        try:
            return Application(
                id=shown["id"],
                case_version=shown["version"],
                service=shown["service"],
                entitlement=entitlement,
                name=Text(**shown["service_name"]),
                agency=shown["agency"],
                agency_name=Text(**shown["agency_name"]),
                state=Text(**shown["state_name"]),
                turn=shown["turn"],
                due=shown["due"],
                filed=shown["received_at"] is not None,
                since=self._at(),
                at=self._at(),
            )
        except (KeyError, TypeError, ValueError):
            raise UpstreamFailed("ระบบคำขอตอบไม่ถูกต้อง", "The case engine answered nonsense.") from None

    def _write(
        self,
        person: Person,
        id: str,
        change: Callable[[Application | None], Application | None],
        deed: Deed | None = None,
    ) -> None:
        """Reads, changes and writes one application, its card and the deed's line, whoever else writes meanwhile."""
        for _ in range(_TRIES):
            there = self.rows.find(person, id)
            news = change(there)
            changes: list[Change] = []
            if news is not None:
                news, changes = self._with_card(person, news)
                changes.append(self.rows.kept(person, news))
            stands = news or there
            if deed is not None and stands is not None:
                line = deed.line(person, stands)
                if self._hall.parts.table.get(line.item.key) is None:
                    changes.append(line)
            if not changes:
                return
            try:
                self._hall.parts.journal.commit(Once(new_id(), "", new_token(), claimed=False), changes)
            except (Stale, AlreadyThere):
                continue
            return
        raise Stale("รายการนี้กำลังถูกแก้ไข โปรดลองใหม่", "It is being changed just now; try again.")

    def _with_card(self, person: Person, news: Application) -> tuple[Application, list[Change]]:
        if not news.ended:
            return news.model_copy(update={"card": news.card + 1}), [self._hall.cards.put(person, rules.card_of(news))]
        if not news.card:
            return news, []
        return news.model_copy(update={"card": 0}), [self._hall.cards.take_away(person, "case", news.id)]

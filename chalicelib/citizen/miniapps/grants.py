"""What people let mini-apps know, and how they open them."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Sequence
from dataclasses import field, replace

from chalicelib.shared.dataclass import dataclass
from chalicelib.shared.errors import NotFound, not_found
from chalicelib.shared.identity import Caller
from chalicelib.shared.ids import new_id, new_token
from chalicelib.shared.journal import Once
from chalicelib.shared.storage import Change

from .. import activity
from ..hall import Hall, person_of, pid_of
from ..model import Person
from . import rules, store
from .model import Fact, Grant, MiniApp, Registration, Ticket
from .store import Store


@dataclass(frozen=True)
class Seen:
    """A mini-app as one person sees it.

    Attributes:
        app: what it is now; None if it was stopped.
        grant: what the person granted, if they ever did.
    """

    registration: Registration
    app: MiniApp | None
    grant: Grant | None


@dataclass(frozen=True)
class Launch:
    """What came of a wish to open: an address that works once, or nothing yet, because the person has not chosen."""

    seen: Seen
    url: str | None = field(default=None, repr=False)
    ends: dt.datetime | None = None


class Grants:
    """Only the person themself gives, takes back and opens; nobody can for them."""

    def __init__(self, hall: Hall, shelf: Store) -> None:
        self._hall = hall
        self._store = shelf

    def of(self, person: Person) -> list[Seen]:
        """Everything that the person ever granted, withdrawn grants too."""
        grants = self._store.grants(person)
        there = self._store.some([grant.app for grant in grants])
        known = [(there[grant.app], grant) for grant in grants if grant.app in there]
        return [Seen(registration, registration.open, grant) for registration, grant in known]

    def one(self, caller: Caller, app: str) -> Seen:
        """A mini-app with what it asks for.

        Raises:
            NotFound: no such mini-app that people could use, and none that this person ever used.
        """
        registration, grant = self._store.of_person(person_of(caller), app)
        if registration is None or (registration.open is None and grant is None):
            raise _unknown()
        return Seen(registration, registration.open, grant)

    def give(self, caller: Caller, app: str, facts: Sequence[Fact], once: Once) -> Seen:
        """Chooses what a mini-app may know; what is not named is not granted, and a later choice replaces this one.

        Raises:
            NotFound: people cannot use it.
            Invalid: it does not ask for this.
        """
        person = person_of(caller)
        registration, live, there = self._read(person, app, once)
        chosen = rules.chosen(live, facts)
        now = self._hall.now().isoformat(timespec="milliseconds")
        user = self._hall.parts.keyring.mac("miniapp-user", f"{app}\n{person}".encode())
        version = 1 if there is None else there.version + 1
        grant = Grant(app, person, user, chosen, rules.terms(live, chosen), now, version=version)
        self._save(caller, grant, "miniapp.granted", {"app": app, "facts": list(chosen)}, once)
        return Seen(registration, live, grant)

    def withdraw(self, caller: Caller, app: str, once: Once) -> None:
        """Takes everything back; the next call of the mini-app gets nothing, and what waits to be sent is not sent.

        Raises:
            NotFound: nothing stands granted.
        """
        person = person_of(caller)
        found = self._hall.parts.journal.read(once, store.grant_key(person, app)).get(store.grant_key(person, app))
        there = None if found is None else store.grant_in(found)
        if there is None or not there.stands:
            raise not_found("การอนุญาต", "grant")
        now = self._hall.now().isoformat(timespec="milliseconds")
        after = replace(there, facts=(), terms={}, withdrawn_at=now, version=there.version + 1)
        self._save(caller, after, "miniapp.withdrawn", {"app": app}, once)

    def launch(self, caller: Caller, app: str) -> Launch:
        """Opens a mini-app: an address with a token that works once and for two minutes.

        Each launch is a new one; a repeated request makes another token, for the first cannot be shown again.

        Raises:
            NotFound: people cannot use it.
            TooMany: more launches in an hour than anybody makes.
            Stale: the grant changed meanwhile.
        """
        person, pid = person_of(caller), pid_of(caller)
        registration, live, grant = self._read(person, app, None)
        seen = Seen(registration, live, grant)
        if grant is None or not grant.stands:
            return Launch(seen)
        token, now = secrets.token_urlsafe(32), self._hall.now()
        place = place_of(self._hall, token)
        ends = now + rules.TICKET_LIVES
        sealed = self._hall.parts.keyring.seal(pid, ticket_context(place))
        ticket = Ticket(place, app, person, grant.version, ends, sealed)
        self._hall.parts.journal.commit(_attempt(), store.launched(ticket, now))
        return Launch(seen, rules.opened_at(live, app, token), ends)

    def _read(self, person: Person, app: str, once: Once | None) -> tuple[Registration, MiniApp, Grant | None]:
        keys = store.app_key(app), store.grant_key(person, app)
        found = self._hall.parts.journal.read(once, *keys)
        registration = store.registration_in(found[keys[0]]) if keys[0] in found else None
        if registration is None or registration.open is None:
            raise _unknown()
        return registration, registration.open, store.grant_in(found[keys[1]]) if keys[1] in found else None

    def _save(self, caller: Caller, grant: Grant, what: str, detail: dict[str, object], once: Once) -> None:
        at = grant.withdrawn_at or grant.given_at
        line = activity.line(grant.person, at=at, id=self._hall.parts.ids(), what=what, caller=caller, detail=detail)
        changes: list[Change] = [*store.granted(grant), line]
        self._hall.parts.journal.commit(once, changes)


def place_of(hall: Hall, token: str) -> str:
    """Where the launch of a token lies; the token itself is kept nowhere."""
    return hall.parts.keyring.mac("miniapp-token", token.encode())


def ticket_context(place: str) -> str:
    """What a launch's national id is sealed for."""
    return f"miniapp-ticket/{place}"


def _unknown() -> NotFound:
    return not_found("มินิแอป", "mini-app")


def _attempt() -> Once:
    return Once(new_id(), "", new_token(), claimed=False)

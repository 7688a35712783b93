"""A person's profile: shown with its sources, refreshed from the register, declared by the person."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from chalicelib.shared.dataclass import dataclass
from chalicelib.shared.errors import TooMany, Unavailable, UpstreamFailed
from chalicelib.shared.identity import Caller
from chalicelib.shared.journal import Once
from chalicelib.shared.storage import Change
from chalicelib.shared.thai import Text

from .. import activity
from ..hall import Hall, Told, person_of, pid_of
from ..holdings import Holding, partition, take_away
from ..model import Person
from . import rules
from .model import Declared, PostalAddress, Profile
from .store import Store, profile_key
from .views import CIVIL

FOR_OWN_PROFILE = "own-profile"
AGAIN_IN = 60
"""Seconds after which to ask again, where the register does not say."""


@dataclass(frozen=True)
class Refreshed:
    """What came of asking the register: the profile, and when to ask again where it did not answer."""

    profile: Profile
    retry_at: dt.datetime | None = None


class Profiles:
    """Profiles of people.

    Args:
        hall: the room's tools.
    """

    def __init__(self, hall: Hall) -> None:
        self._hall = hall
        self._store = Store(hall.parts.table, hall.parts.keyring)
        title = Text(th="ข้อมูลส่วนตัว", en="Profile")
        hall.holdings["profile"] = Holding(title, export=self.export, erase=self.erase)

    def show(self, person: Person) -> Profile:
        """What is known of a person; no register is asked. One request."""
        return self._store.find(person)

    def declare(
        self, once: Once, caller: Caller, version: int, change: Mapping[Declared, str | PostalAddress | None]
    ) -> Profile:
        """Changes what the person declares.

        Args:
            version: the one that they had read.
            change: field -> value, or None to take it back; fields that are left out stay.

        Raises:
            Stale: it has changed since they read it.
        """
        person, key = person_of(caller), profile_key(person_of(caller))
        before = self._store.profile(person, self._hall.parts.journal.read(once, key).get(key))
        after = rules.declared(before, version, change, self._hall.now())
        return self._saved(once, caller, after, "declared", {"fields": sorted(change)})

    def refresh(self, once: Once, caller: Caller) -> Refreshed:
        """Asks the civil register anew; where it does not answer, what it said before stays, with its age.

        Raises:
            TooMany: asked too often today.
            NotFound: the register knows no such person.
        """
        hall, person, now = self._hall, person_of(caller), self._hall.now()
        key = profile_key(person)
        before = self._store.profile(person, hall.parts.journal.read(once, key).get(key))
        # counted before the question: what fails costs the register as much
        counted = self._store.asked(person, now, hall.today())
        hall.parts.journal.commit(Once(hall.parts.ids(), "", hall.parts.ids(), claimed=False), [counted])
        try:
            answer = hall.gdx.ask(CIVIL, "POST", "/lookup", {"pid": pid_of(caller)}, FOR_OWN_PROFILE)
            found = rules.kept(answer.value, dt.datetime.fromisoformat(answer.at), answer.receipt)
        except (TooMany, UpstreamFailed, Unavailable) as away:
            return Refreshed(before, now + dt.timedelta(seconds=away.retry_after or AGAIN_IN))
        after = before.model_copy(update={"civil": found})
        saved = self._saved(
            once, caller, after, "refreshed", {"fields": sorted(found.values), "receipt": found.receipt}
        )
        return Refreshed(saved)

    def forget(self, once: Once, caller: Caller) -> None:
        """Takes back everything that the person declared, and forgets what registers said."""
        person, key = person_of(caller), profile_key(person_of(caller))
        before = self._store.profile(person, self._hall.parts.journal.read(once, key).get(key))
        if before.declared or before.civil is not None:
            after = before.model_copy(update={"declared": {}, "civil": None})
            self._saved(once, caller, after, "forgotten", {})

    def language(self, person: Person) -> str | None:
        """In which language a person wants to be written to, if they said so."""
        return self._store.find(person).language

    def export(self, person: Person) -> Any:
        """See `Holding.export`."""
        profile = self._store.find(person)
        return profile.model_dump(mode="json", exclude={"owner", "head"}) if profile.version else None

    def erase(self, person: Person) -> None:
        """See `Holding.erase`."""
        take_away(self._hall.parts.table, partition(self._hall.parts.table, profile_key(person).pk))

    def _saved(self, once: Once, caller: Caller, after: Profile, what: str, data: dict[str, Any]) -> Profile:
        hall, person = self._hall, Person(after.owner)
        events, head = hall.happened(
            after.head, [Told(f"profile.{what}", data, heard=False)], subject=person, by=caller.label
        )
        after = after.model_copy(update={"head": head})
        changes: Sequence[Change] = [self._store.kept(after)]
        if caller.actor is not None:
            line = activity.line(
                person, at=events[0].at, id=events[0].id, what=f"profile.{what}", caller=caller, detail=data
            )
            changes = [*changes, line]
        hall.save(once, changes, events, pk=profile_key(person).pk, answer={})
        return after.model_copy(update={"version": after.version + 1})

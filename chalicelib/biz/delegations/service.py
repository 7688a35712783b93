"""Giving, accepting and ending powers of attorney."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import field
from typing import Literal

from chalicelib.shared.dataclass import dataclass
from chalicelib.shared.errors import NotAllowed, NotFound
from chalicelib.shared.identity import Caller
from chalicelib.shared.journal import Once
from chalicelib.shared.storage import Change
from chalicelib.shared.web import as_json

from ..model import Act
from ..office import QUEUE, Office
from . import rules, views
from .model import Command, Delegation, Side
from .store import delegation_key, given_today

Directors = Callable[[str, str, str], tuple[str, ...]]
"""(our reference, a person's id, a company's number) -> the pseudonyms of its directors; raises for who is none."""


@dataclass(frozen=True)
class Wish:
    """A power of attorney as somebody wants to give it.

    Attributes:
        agent: national id of who shall act.
        juristic_id: the company for which it is given, or None.
        services: which services, or all.
        acts: what the agent may do.
        until: its last day.
        note: for both sides.
    """

    agent: str = field(repr=False)
    juristic_id: str | None
    services: tuple[str, ...] | Literal["all"]
    acts: tuple[Act, ...]
    until: dt.date
    note: str = field(repr=False)


class Delegations:
    """Both sides' hands on powers of attorney.

    Args:
        office: the room's tools.
        directors: asks the company register.
    """

    def __init__(self, office: Office, directors: Directors) -> None:
        self._office = office
        self._directors = directors

    def give(self, once: Once, caller: Caller, wish: Wish) -> views.DelegationCard:
        """Offer a power of attorney; it holds once the agent has accepted it.

        Whether the id is anybody's is not looked up, so the answer tells nothing about it.

        Raises:
            Invalid: with every fault.
            NotAllowed: for a company, by somebody who does not direct it.
            TooMany: too many were given today.
        """
        office, now, today = self._office, self._office.now(), self._office.today()
        if caller.pid is None:
            raise NotAllowed("เฉพาะบุคคลที่ยืนยันตัวตนแล้ว", "Only a person who logged in may do this.")
        agent = office.parts.keyring.pseudonym(wish.agent)
        services = () if wish.services == "all" else wish.services
        rules.check(grantor=caller.id, agent=agent, services=services, until=wish.until, today=today, known=self._known)
        if once.claimed:
            office.parts.journal.read(once)  # before the register is asked: a repeat must not ask again
        new_id = office.parts.ids()
        if wish.juristic_id is not None:
            self._directors(new_id, caller.pid, wish.juristic_id)
        delegation = Delegation(
            id=new_id,
            grantor=caller.id,
            agent=agent,
            juristic_id=wish.juristic_id,
            services=services,
            acts=wish.acts,
            until=wish.until,
            ial=caller.ial,
            offered_at=now,
            grantor_pid=caller.pid,
            grantor_name=caller.name,
            agent_pid=wish.agent,
            note=wish.note,
        )
        return self._saved(once, caller, None, delegation, "grantor")

    def _known(self, service: str) -> bool:
        try:
            self._office.catalogue.current(service, self._office.today())
        except NotFound:
            return False
        return True

    def command(self, once: Once, caller: Caller, id: str, command: Command) -> views.DelegationCard:
        """Accept, decline, revoke or resign.

        A revocation holds from its answer on: no command of the agent takes effect afterwards.

        Raises:
            NotFound: no such power, or one of others.
            NotAllowed, WrongState: see `rules.commanded`.
        """
        office = self._office
        key = delegation_key(id)
        before = office.delegations.delegation(office.parts.journal.read(once, key).get(key))
        after = rules.commanded(before, command, caller.id, caller.name, office.now(), office.today())
        return self._saved(once, caller, before, after, "grantor" if command == "revoke" else "agent")

    def _saved(
        self, once: Once, caller: Caller, before: Delegation | None, after: Delegation, side: Side
    ) -> views.DelegationCard:
        office, rows = self._office, self._office.delegations
        event, head = office.parts.journal.happened(
            after.head,
            subject=after.id,
            type=rules.EVENTS[after.status],
            by=caller.label,
            data={"acts": list(after.acts), "services": list(after.services), "until": after.until.isoformat()},
            queue=QUEUE,
        )
        after = after.model_copy(update={"head": head})
        stored = after if before is None else after.model_copy(update={"version": before.version + 1})
        shown = views.card(stored, side, office.today())
        if before is None:
            changes: list[Change] = [rows.new(after), given_today(caller.id, office.now())]
        else:
            changes = rows.changed(before, after)
        office.parts.journal.commit(once, changes, [(delegation_key(after.id).pk, event)], as_json(shown))
        return shown

    def mine(
        self, caller: Caller, side: Side, after: str | None, limit: int
    ) -> tuple[list[views.DelegationSummary], str | None]:
        """What the caller gave, or was given, newest first."""
        found, following = self._office.delegations.of(caller.id, side, after, limit)
        return [views.summary(each, side, self._office.today()) for each in found], following

    def show(self, caller: Caller, id: str) -> views.DelegationView:
        """One power with what was done by it; raises NotFound for who stands on neither side."""
        rows = self._office.delegations
        delegation = rows.find(id)
        side = delegation.side(caller.id)
        if side is None:
            raise rules.no_delegation()
        return views.whole(delegation, side, self._office.today(), rows.done(id))

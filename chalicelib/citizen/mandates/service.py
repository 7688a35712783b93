"""Giving, proving, accepting, using and ending mandates."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Sequence
from typing import Any

from chalicelib.shared.errors import NotFound, Refusal, WrongState
from chalicelib.shared.identity import Caller
from chalicelib.shared.journal import Event, Once, Replayed
from chalicelib.shared.storage import Change
from chalicelib.shared.web import as_json

from .. import activity
from ..cards import Card
from ..hall import Hall, Told, person_of, pid_of
from ..model import Person
from . import rules, views
from .model import Command, Mandate, Scope, Side
from .ports import ActingTokens
from .powers import Powers
from .store import OFFERS_PER_DAY, PROOFS_PER_DAY, Store, actor_of, ends_at, mandate_key
from .telling import Telling, Tells
from .words import CARD

log = logging.getLogger("klang.mandates")

CIVIL = "TH/CENTRAL/DOPA/civil/person"
FOR_A_CHILD = "guardianship"
"""Purpose of the agreement by which the portal asks who a child's parents are."""
TOKEN_LIVES = dt.timedelta(minutes=10)
HOUSE = Caller("system", id="TH/CENTRAL/DGA/citizen")


class Mandates:
    """Both sides' hands on mandates, and the question that the gate asks.

    Args:
        hall: the room's tools.
        tokens: makes acting tokens.
        inbox: tells both sides.
    """

    def __init__(self, hall: Hall, tokens: ActingTokens, inbox: Tells) -> None:
        self._hall = hall
        self._tokens = tokens
        self.store = Store(hall.parts.table, hall.parts.keyring)
        self._powers = Powers(hall.parts.table, hall.parts.clock)
        hall.hear("citizen.mandate.", Telling(self.store, inbox).heard)
        hall.sweeps.append(self.expire)

    def holds(self, mandate_id: str, person: Person, actor: str, scope: str) -> bool:
        """Whether a mandate or a visit lets this actor do things of this scope for this person this moment.

        Args:
            mandate_id: as the acting token names it.
            person: for whom.
            actor: who, as the token's `act` says.
            scope: what for.
        """
        return self._powers.holds(mandate_id, person, actor, scope)

    def give(
        self, once: Once, caller: Caller, agent: str, scopes: Sequence[Scope], until: dt.date | None
    ) -> views.MandateCard:
        """Asks somebody to act for the caller; it holds once they accepted.

        Whether the id is anybody's is not looked up, so answer and cost tell nothing about it.

        Args:
            agent: national id of who shall act.
            scopes: what they may do.
            until: the last day.

        Raises:
            Invalid: with every fault.
            AlreadyThere: there is one between the two already.
            TooMany: too many were given, or offered today.
        """
        hall, now, today = self._hall, self._hall.now(), self._hall.today()
        person, actor = person_of(caller), hall.person(agent)
        last = rules.check(person=person, actor=actor, until=until, today=today)
        mandate = Mandate(
            id=hall.parts.ids(),
            kind="agent",
            person=person,
            actor=actor,
            scopes=tuple(scopes),
            until=last,
            status="offered",
            made_at=now,
            person_pid=pid_of(caller),
            person_name=caller.name,
            actor_pid=agent,
        )
        tried = self.store.tried(person, "OFFER", OFFERS_PER_DAY, now, today)
        leads: dict[str, object] = {"href": f"/citizen/v1/me/mandates/{mandate.id}"}
        card = Card("task", _card_id(mandate), CARD, now.isoformat(timespec="milliseconds"), last, leads)
        more: list[Change] = [tried, hall.cards.put(actor, card)]
        return self._saved(once, caller, None, mandate, "person", "offered", more)

    def prove(self, once: Once, caller: Caller, child: str, scopes: Sequence[Scope]) -> views.MandateCard:
        """Lets a parent act for their child, as the civil register says.

        Raises:
            NotAllowed: the register shows no such child of theirs; the same words whatever the reason.
            AlreadyThere: they may act for this child already.
            TooMany: too many questions today.
            UpstreamFailed, Unavailable: the register did not answer.
        """
        hall, now, today = self._hall, self._hall.now(), self._hall.today()
        if once.claimed:
            hall.parts.journal.read(once)  # before the register is asked: a repeat must not ask again
        parent = person_of(caller)
        # counted before the question: what fails counts too, or numbers could be tried one after the other
        counted = self.store.tried(parent, "CHILD", PROOFS_PER_DAY, now, today)
        hall.parts.journal.commit(Once(hall.parts.ids(), "", once.token, claimed=False), [counted])
        new_id = hall.parts.ids()
        proof = self._proof(child, pid_of(caller), new_id)
        if proof is None:
            raise rules.no_proof()
        mandate = Mandate(
            id=new_id,
            kind="guardian",
            person=hall.person(child),
            actor=parent,
            scopes=tuple(scopes),
            until=proof.until,
            status="held",
            made_at=now,
            answered_at=now,
            person_pid=child,
            person_name=proof.name,
            actor_pid=pid_of(caller),
            actor_name=caller.name,
        )
        return self._saved(once, caller, None, mandate, "actor", "held")

    def command(self, once: Once, caller: Caller, id: str, command: Command) -> views.MandateCard:
        """Accepts, declines or ends; an end bites at the very next call of who acts.

        Raises:
            NotFound, NotAllowed, WrongState: see `rules.commanded`.
        """
        hall = self._hall
        key = mandate_key(id)
        before = self.store.mandate(hall.parts.journal.read(once, key).get(key))
        after, side = rules.commanded(before, command, caller.id, caller.name, hall.now(), hall.today())
        return self._saved(once, caller, before, after, side, after.status)

    def token(self, caller: Caller, id: str, scopes: Sequence[Scope]) -> views.ActingToken:
        """An access token with which the caller acts; a parent's right is asked of the register again.

        Raises:
            NotFound, WrongState, Invalid: see `rules.may_act`.
            UpstreamFailed, Unavailable: the register did not answer; no token without it.
        """
        hall, now = self._hall, self._hall.now()
        mandate = self.store.find(id)
        rules.may_act(mandate, caller.id, scopes, hall.today())
        if mandate.kind == "guardian" and self._proof(mandate.person_pid, mandate.actor_pid, id) is None:
            ended = mandate.model_copy(update={"status": "ended", "ended_at": now, "ended_by": "register"})
            once = Once(hall.parts.ids(), "", hall.parts.ids(), claimed=False)
            self._saved(once, caller, mandate, ended, "actor", "ended")
            raise WrongState(
                "ทะเบียนราษฎรไม่แสดงความเป็นผู้ปกครองแล้ว การทำแทนสิ้นสุดลง",
                "The civil register does not show it any more; your acting for this person has ended.",
            )
        lives = min(TOKEN_LIVES, ends_at(mandate.until) - now)
        token = self._tokens.acting(
            pid=mandate.person_pid,
            name=mandate.person_name,
            ial=caller.ial,
            actor=actor_of(mandate),
            scopes=scopes,
            mandate=mandate.id,
            lives=lives,
        )
        return views.ActingToken(access_token=token, expires_in=int(lives.total_seconds()), scope=" ".join(scopes))

    def mine(self, person: Person, after: str | None, limit: int) -> tuple[list[views.MandateView], str | None]:
        """The mandates on one side of which the person stands, newest first."""
        found, following = self.store.of(person, after, limit)
        today = self._hall.today()
        return [views.whole(each, side, today) for each in found if (side := each.side(person))], following

    def show(self, person: Person, id: str) -> views.MandateView:
        """One mandate; raises NotFound for who stands on neither side."""
        mandate = self.store.find(id)
        side = mandate.side(person)
        if side is None:
            raise rules.no_mandate()
        return views.whole(mandate, side, self._hall.today())

    def expire(self, now: dt.datetime) -> None:
        """Ends what reached its last day, and tells both sides; another sweep may do the same at once."""
        for mandate in list(self.store.due(self._hall.today())):
            after = mandate.model_copy(update={"status": "expired", "ended_at": now})
            once = Once.of_event(mandate.id, "mandate-expired")
            try:
                self._saved(once, HOUSE, mandate, after, "person", "expired")
            except (Refusal, Replayed):
                log.info("a mandate was ended meanwhile", extra={"mandate": mandate.id})

    def end_for(self, once: Once, caller: Caller, mandate: Mandate, side: Side) -> None:
        """Ends a mandate that is alive for one side of it that leaves the portal."""
        after = mandate.model_copy(update={"status": "ended", "ended_at": self._hall.now(), "ended_by": side})
        self._saved(once, caller, mandate, after, side, "ended")

    def _proof(self, child: str, parent: str, case: str) -> rules.Proof | None:
        try:
            answer = self._hall.gdx.ask(CIVIL, "POST", "/lookup", {"pid": child}, FOR_A_CHILD, case=case)
        except NotFound:
            return None
        return rules.proof(answer.value, parent, self._hall.today())

    def _saved(
        self,
        once: Once,
        caller: Caller,
        before: Mandate | None,
        after: Mandate,
        side: Side,
        what: str,
        more: Sequence[Change] = (),
    ) -> views.MandateCard:
        hall = self._hall
        told = Told(f"mandate.{what}", {"kind": after.kind, "scopes": list(after.scopes)})
        events, head = hall.happened(after.head, [told], subject=after.id, by=caller.label)
        after = after.model_copy(update={"head": head})
        version = 1 if before is None else before.version + 1
        shown = views.card(after.model_copy(update={"version": version}), side, hall.today())
        rows = self.store.new(after) if before is None else self.store.changed(before, after)
        own = [*rows, *more]
        if before is not None and before.status == "offered":
            own.append(hall.cards.take_away(Person(after.actor), "task", _card_id(after)))
        own.append(self._line(events[0], caller, after, what))
        hall.save(once, own, events, pk=mandate_key(after.id).pk, answer=as_json(shown))
        return shown

    def _line(self, event: Event, caller: Caller, mandate: Mandate, what: str) -> Change:
        detail: dict[str, Any] = {"kind": mandate.kind, "scopes": list(mandate.scopes)}
        person = Person(mandate.person)
        return activity.line(person, at=event.at, id=event.id, what=f"mandate.{what}", caller=caller, detail=detail)


def _card_id(mandate: Mandate) -> str:
    return f"mandate-{mandate.id}"

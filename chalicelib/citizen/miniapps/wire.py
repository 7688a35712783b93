"""What a mini-app's own system asks: who opened it (`deproc`), and to tell people something (`push`)."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import field
from typing import Any

from chalicelib.shared.dataclass import dataclass
from chalicelib.shared.errors import (
    AlreadyThere,
    Fault,
    Invalid,
    Malformed,
    NotFound,
    Refusal,
    Stale,
    TooMany,
    UpstreamFailed,
)
from chalicelib.shared.identity import Caller
from chalicelib.shared.ids import new_id, new_token
from chalicelib.shared.journal import Head, Once

from .. import activity
from ..hall import Hall, Told
from . import rules, store
from .dialect import unknown_consumer, unknown_mtoken, unknown_token
from .grants import place_of, ticket_context
from .model import Fact, Grant, MiniApp, Push, Registration, Ticket
from .ports import Consumers, Contact, Contacts
from .store import Store

PERSON = "TH/CENTRAL/DOPA/civil/person"
PURPOSE = "miniapp-launch"
LONGEST_HEADER = 200
"""Characters of a key or token; longer text is none of the exchange's and is not even asked about."""


@dataclass(frozen=True)
class Sent:
    """What came of a push.

    Attributes:
        ids: transaction ids of the messages that were taken, in the order sent.
        not_sent: (place in `data`, refusal) of the others.
    """

    ids: list[str]
    not_sent: list[tuple[int, Refusal]] = field(default_factory=list)


@dataclass(frozen=True)
class _Time:
    """When messages are due, when they came, and what tells a repeat of the call."""

    due: dt.datetime
    now: dt.datetime
    named: str


class Wire:
    """The two calls.

    Args:
        hall: the room's tools.
        shelf: mini-apps and grants.
        consumers: the exchange's door for existing clients.
        contacts: addresses that people gave.
    """

    def __init__(self, hall: Hall, shelf: Store, consumers: Consumers, contacts: Contacts) -> None:
        self._hall = hall
        self._store = shelf
        self._consumers = consumers
        self._contacts = contacts

    def system(self, headers: Mapping[str, str]) -> str:
        """The subsystem that calls.

        Raises:
            UnknownConsumer, UnknownToken; UpstreamFailed: the exchange cannot be asked.
        """
        key, token = headers.get("consumer-key", ""), headers.get("token", "")
        if not 0 < len(key) <= LONGEST_HEADER:
            raise unknown_consumer()
        if not 0 < len(token) <= LONGEST_HEADER:
            raise unknown_token()
        holder = self._consumers.holder(key, token)
        if holder.system is None:
            raise unknown_token() if holder.wrong == "token" else unknown_consumer()
        return holder.system

    def deproc(self, system: str, given: Mapping[str, Any]) -> dict[str, Any]:
        """Who opened the mini-app, and what they granted.

        The register is asked first and the token opened last, in one condition with the grant: while the register is
        away the token stays good, and a grant taken back in between hands over nothing.

        Raises:
            UnknownMToken: it opens nothing. UpstreamFailed: the civil register is away; the token may be tried again.
        """
        app, token = _text(given, "appid"), _text(given, "mtoken")
        ticket = self._store.ticket(place_of(self._hall, token))
        now = self._hall.now()
        if ticket is None or ticket.app != app or ticket.ends <= now:
            raise unknown_mtoken()
        registration, grant = self._store.of_person(ticket.person, app)
        facts = _still(registration, grant, ticket, system)
        if registration is None or grant is None:
            raise unknown_mtoken()
        pid = self._hall.parts.keyring.unseal(ticket.pid, ticket_context(ticket.place))
        record = self._record(pid, facts, ticket)
        reach = {"mobile", "email"} & set(facts)
        contact = self._contacts.contact(ticket.person) if reach else Contact()
        answer = rules.handed(facts, user=grant.user, pid=pid, record=record, contact=contact)
        caller = Caller("system", id=system, name=system, agency=registration.agency)
        at = now.isoformat(timespec="milliseconds")
        detail = {"app": app, "facts": list(facts)}
        line = activity.line(
            ticket.person, at=at, id=self._hall.parts.ids(), what="miniapp.data", caller=caller, detail=detail
        )
        try:
            self._hall.parts.journal.commit(_attempt(), [*store.opened(ticket, registration), line])
        except Stale:
            raise unknown_mtoken() from None
        return answer

    def push(self, system: str, given: Mapping[str, Any]) -> Sent:
        """Takes messages for people who let this mini-app write to them; each stands for itself.

        Raises:
            Malformed, Invalid: of the call as a whole. NotFound: no such mini-app of this system.
        """
        app, data = _text(given, "appid"), given.get("data")
        if not isinstance(data, list) or not 1 <= len(data) <= rules.MOST_AT_ONCE:
            most = rules.MOST_AT_ONCE
            raise Invalid(
                f"data ต้องเป็นรายการ 1 ถึง {most} ข้อความ",
                f"data must be a list of 1 to {most} messages.",
                [Fault("/data", "แก้จำนวนข้อความ", "Change how many there are.")],
            )
        now = self._hall.now()
        due = rules.when_of(given.get("senddatetime"), now)
        if due == "bad":
            raise Invalid(
                "sendDateTime ต้องเป็นวันเวลา ค.ศ. ล่วงหน้าไม่เกิน 90 วัน",
                "sendDateTime must be a date and time of the common era, at most 90 days ahead.",
                [Fault("/sendDateTime", "เช่น 2026-12-01T09:00:00+07:00", "E.g. 2026-12-01T09:00:00+07:00")],
            )
        registration = self._store.registration(app)
        if registration is None or registration.system != system or registration.open is None:
            raise NotFound("ไม่พบมินิแอปนี้ของระบบนี้", "No such mini-app of this system.")
        # without a time of its own, the same words on the same day are taken for a repeat of the call
        when = str(given.get("senddatetime") or rules.day_of(now))
        entries = [_entry(each) for each in data]
        return self._taken(app, registration.open, entries, _Time(due, now, when))

    def _taken(self, id: str, app: MiniApp, entries: Sequence[tuple[str, str] | None], time: _Time) -> Sent:
        people = self._store.people(id, [entry[1] for entry in entries if entry is not None])
        sent = Sent([])
        for number, entry in enumerate(entries):
            if entry is None:
                refusal: Refusal = Invalid(
                    f"message ต้องเป็นข้อความไม่เกิน {rules.LONGEST} ตัวอักษร และ userId ต้องเป็นข้อความ",
                    f"message must be plain text of at most {rules.LONGEST} characters, and userId text.",
                )
                sent.not_sent.append((number, refusal))
                continue
            grant = people.get(entry[1])
            if grant is None or "notification" not in rules.standing(app, grant):
                sent.not_sent.append((number, _not_subscribed()))
                continue
            try:
                sent.ids.append(self._take(grant, entry[0], time))
            except TooMany:
                sent.not_sent.append((number, _too_many()))
        return sent

    def _take(self, grant: Grant, message: str, time: _Time) -> str:
        """Keeps a message; what is due now goes out by the queue, the rest waits for the sweep."""
        parts = self._hall.parts
        name = rules.push_id(parts.keyring.mac, grant.app, grant.user, message, time.named)
        words = parts.keyring.seal(json.dumps(message, ensure_ascii=False), push_context(name))
        push = Push(name, grant.app, grant.person, time.due, words)
        told = [] if time.due > time.now else [Told("miniapp.pushed", {"app": grant.app})]
        events, _ = self._hall.happened(Head(), told, subject=name, by=f"miniapp:{grant.app}")
        # the same words to the same person for the same time were taken before: a repeat is no second message
        with contextlib.suppress(AlreadyThere):
            self._hall.save(_attempt(), store.pushed(push, time.now), events, pk=store.push_key(name).pk)
        return str(uuid.UUID(hex=name))

    def _record(self, pid: str, facts: Sequence[Fact], ticket: Ticket) -> Mapping[str, Any]:
        if not set(facts) & set(rules.OF_THE_REGISTER):
            return {}
        once = f"miniapp-{ticket.place[:32]}"
        found = self._hall.gdx.ask(PERSON, "POST", "/lookup", {"pid": pid}, PURPOSE, once=once).value
        if not isinstance(found, dict):
            raise UpstreamFailed(
                "ทะเบียนราษฎรตอบไม่ถูกต้อง โปรดลองใหม่", "The civil register answered nonsense; try again.", retry_after=30
            )
        return found


def push_context(id: str) -> str:
    """What a message's words are sealed for."""
    return f"miniapp-push/{id}"


def names_in_lower_case(value: Any) -> dict[str, Any]:
    """A body's members under their names in lower case: clients write AppId, appId and Appid.

    Raises:
        Malformed: no object, or two spellings of one name.
    """
    if not isinstance(value, dict):
        raise Malformed("ข้อมูลต้องเป็นวัตถุ JSON", "The body must be a JSON object.")
    found = {str(name).lower(): each for name, each in value.items()}
    if len(found) != len(value):
        raise Malformed("มีชื่อซ้ำในข้อมูล", "A name stands twice in the body.")
    return found


def _text(given: Mapping[str, Any], name: str) -> str:
    found = given.get(name)
    shown = {"appid": "AppId", "mtoken": "MToken"}[name]
    if not isinstance(found, str) or not 0 < len(found) <= LONGEST_HEADER:
        raise Invalid(
            f"ต้องระบุ {shown}", f"{shown} is mandatory.", [Fault(f"/{shown}", "ต้องเป็นข้อความ", "Must be text.")]
        )
    return found


def _entry(each: Any) -> tuple[str, str] | None:
    """(message, userId) of one entry, or None for one that is none."""
    if not isinstance(each, dict):
        return None
    found = {str(name).lower(): value for name, value in each.items()}
    message, user = found.get("message"), found.get("userid")
    good = rules.is_message(message) and isinstance(user, str) and 0 < len(user) <= LONGEST_HEADER
    return (str(message), str(user)) if good else None


def _still(registration: Registration | None, grant: Grant | None, ticket: Ticket, system: str) -> tuple[Fact, ...]:
    """What may be handed over for a launch now.

    Raises:
        UnknownMToken: another system's, stopped, taken back, or granted anew since.
    """
    if registration is None or registration.system != system or registration.open is None:
        raise unknown_mtoken()
    if grant is None or not grant.stands or grant.version != ticket.grant:
        raise unknown_mtoken()
    return rules.standing(registration.open, grant)


def _not_subscribed() -> Refusal:
    return NotFound("ผู้ใช้ไม่ได้เปิดรับข้อความจากมินิแอปนี้", "Nobody who lets this mini-app write to them.")


def _too_many() -> Refusal:
    most = rules.PUSHES_A_DAY
    return TooMany(f"ส่งถึงผู้ใช้คนนี้ครบ {most} ข้อความของวันนั้นแล้ว", f"This person got {most} messages of that day already.")


def _attempt() -> Once:
    return Once(new_id(), "", new_token(), claimed=False)

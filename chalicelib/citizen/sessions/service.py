"""Sessions of people: logging in, staying logged in, signing out."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from dataclasses import field, replace
from typing import Any

from chalicelib.shared.dataclass import dataclass
from chalicelib.shared.errors import Stale, not_found
from chalicelib.shared.ids import new_id, new_token
from chalicelib.shared.journal import Event, Head, Once
from chalicelib.shared.keyring import Keyring
from chalicelib.shared.paces import Pace, network_of
from chalicelib.shared.storage import Change

from ..hall import Hall, Told
from ..holdings import Holding, partition, take_away
from ..inbox.model import NewMessage
from ..model import Person
from . import rules, store, words
from .entering import Entering
from .keys import SessionKeys
from .model import IDLE, WHOLE, Session, Who
from .ports import Tells
from .providers import providers
from .refusals import ended
from .rules import Refresh
from .tokens import LIVES, SessionTokens

REFRESH = Pace("session-refresh", 1200, counted_inside=True)
"""Refreshes that one address may make in a minute; see `entering.START`."""
END = Pace("session-end", 300)
ATTEMPTS = 3


@dataclass(frozen=True)
class Granted:
    """What a client gets: tokens, and whose session it is."""

    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    session: Session
    ial: str


class Sessions:
    """Everything about sessions.

    Args:
        hall: the room's tools.
        logins: the setting `LOGINS`.
        inbox: tells people when somebody used an old token of theirs.
        sender: in whose name.
    """

    def __init__(self, hall: Hall, logins: Sequence[Mapping[str, Any]] = (), *, inbox: Tells, sender: str) -> None:
        parts = hall.parts
        self._hall = hall
        self._store = store.Store(parts.table)
        self._inbox = inbox
        self._sender = sender
        self.tokens = SessionTokens(
            SessionKeys(parts.table, parts.keyring, hall.now),
            issuer=f"{parts.base_url}/citizen",
            pseudonym=parts.keyring.pseudonym,
            clock=hall.now,
            ids=parts.ids,
        )
        self.entering = Entering(hall, providers(logins), self.tokens)
        hall.sweeps.append(self._sweep)
        hall.sweeps.append(self.entering.look)
        hall.hear("citizen.session.reused", self._warn)
        hall.holdings["sessions"] = Holding(words.TITLE, self._everything_of, self._forget)

    def begin(self, login: str, code: str, state: str, iss: str | None, *, device: str, address: str) -> Granted:
        """A session for who came back from a provider; see `Entering.finish`.

        Args:
            login, code, state, iss: see there.
            device: code of the kind of device.
            address: whom the request comes from.
        """
        entered = self.entering.finish(login, code, state, iss, address=address)
        now, sid, person = self._hall.now(), self._hall.parts.ids(), self._hall.person(entered.who.pid)
        session = Session(
            id=sid,
            person=person,
            provider=entered.provider,
            device=device,
            since=now,
            ends=now + WHOLE,
            generation=1,
            turned=now,
            who=_sealed(self._hall.parts.keyring, sid, entered.who),
        )
        told = Told("session.begun", {"provider": entered.provider, "device": device, "ial": entered.who.ial}, False)
        self._save(session, told, by=f"citizen:{person}")
        return self._granted(session, entered.who)

    def refresh(self, token: str, *, device: str, address: str) -> Granted:
        """New tokens for a refresh token; the old one ends.

        Raises:
            SessionEnded: it does not hold. If it is an old one, its whole session ends with it.
            TooMany: too many from this address.
        """
        read = rules.read(self._hall.parts.keyring.mac, token)
        if read is None:
            raise ended()
        for _ in range(ATTEMPTS):
            try:
                return self._refreshed(read, device, address)
            except Stale:
                continue  # the same token is being turned elsewhere: look again
        raise ended()

    def end_by(self, token: str) -> str | None:
        """Signs out the session of a refresh token (RFC 7009); gives the provider's address for signing out there.

        A token that does not hold is answered alike, without such an address.
        """
        read = rules.read(self._hall.parts.keyring.mac, token)
        session = None if read is None else self._store.session(read.person, read.session)[0]
        if session is None:
            return None
        self._end(session, by=f"citizen:{session.person}")
        return self.entering.logout_url(session.provider)

    def end(self, person: Person, id: str, *, by: str) -> Session:
        """Signs one device out.

        Raises:
            NotFound: the person has no such session.
        """
        session, cut = self._store.session(person, id)
        if session is None or rules.is_over(session, self._hall.now(), cut):
            raise not_found("การเข้าสู่ระบบ", "session")
        self._end(session, by=by)
        return session

    def end_all(self, person: Person, *, by: str) -> int:
        """Signs all devices out at once; how many there were."""
        kept = self._store.kept(person)
        now = self._hall.now()
        alive = [each for each in kept.sessions if not rules.is_over(each, now, kept.cut_at)]
        head = Head() if kept.cut is None else Head(*kept.cut.data["chain"])
        told = Told("session.all-ended", {"sessions": len(alive)}, False)
        events, head = self._hall.happened(head, [told], subject=person, by=by)
        change = store.cut(person, kept.cut, now, (head.seq, head.hash))
        self._hall.save(_attempt(), [change], events, pk=store.cut_events(person))
        return len(alive)

    def alive(self, person: Person) -> list[Session]:
        """The person's sessions, newest first."""
        kept, now = self._store.kept(person), self._hall.now()
        return [each for each in kept.sessions if not rules.is_over(each, now, kept.cut_at)]

    def expires_in(self, session: Session) -> int:
        """Seconds for which a session's refresh token holds if it is not used."""
        now = self._hall.now()
        return max(0, int((min(session.ends, session.turned + IDLE) - now).total_seconds()))

    def _refreshed(self, read: Refresh, device: str, address: str) -> Granted:
        session, cut = self._store.session(read.person, read.session)
        now = self._hall.now()
        verdict = "ended" if session is None else rules.judged(session, read.generation, device, now, cut)
        if session is None or verdict == "ended":
            raise ended()
        if verdict == "reused":
            over = replace(session, state="reused", version=session.version + 1)
            told = Told("session.reused", {"person": session.person, "device": device})
            self._save(over, told, by=f"citizen:{session.person}", new=False)
            raise ended()
        after = rules.turned(session, now) if verdict == "turn" else rules.repeated(session, now)
        who = self._hall.parts.keyring.mac("login-limit", f"refresh\n{network_of(address)}".encode())
        count = store.counted("refresh", who, now, REFRESH.most)
        self._hall.parts.journal.commit(_attempt(), [store.changed(after), count])
        return self._granted(after, _unsealed(self._hall.parts.keyring, session))

    def _end(self, session: Session, *, by: str) -> None:
        """Ends a session that may be over already; then nothing is written."""
        if session.state == "open":
            over = replace(session, state="ended", version=session.version + 1)
            self._save(over, Told("session.ended", {}, False), by=by, new=False)

    def _save(self, session: Session, told: Told, *, by: str, new: bool = True) -> None:
        events, head = self._hall.happened(Head(*session.chain), [told], subject=session.id, by=by)
        session = replace(session, chain=(head.seq, head.hash))
        change: Change = store.begun(session) if new else store.changed(session)
        self._hall.save(_attempt(), [change], events, pk=store.events_of(session))

    def _granted(self, session: Session, who: Who) -> Granted:
        access = self.tokens.own(pid=who.pid, name=who.name, ial=who.ial, sid=session.id, auth_time=who.auth_time)
        return Granted(access, rules.refresh_token(self._hall.parts.keyring.mac, session), session, who.ial)

    def _warn(self, event: Event) -> None:
        """Somebody used an old token of a session: the person learns that it was ended, and what to do."""
        message = NewMessage(
            id=f"session-reused-{event.id}",
            category="notice",
            title=words.WARNING_TITLE,
            body=words.warning(event.data["device"]),
            source=self._sender,
        )
        self._inbox.tell(Person(event.data["person"]), message, sender=self._sender)

    def _sweep(self, now: dt.datetime) -> None:
        """The key that signs is changed when its month is over."""
        self.tokens.keys.turn(now)

    def _everything_of(self, person: Person) -> list[dict[str, Any]]:
        return [
            {
                "device": rules.DEVICES[each.device].en,
                "provider": each.provider,
                "since": each.since.isoformat(),
                "last_seen": rules.to_the_hour(each.turned).isoformat(),
                "state": each.state,
                "name": _unsealed(self._hall.parts.keyring, each).name,
            }
            for each in self._store.kept(person).sessions
        ]

    def _forget(self, person: Person) -> None:
        """All sessions end: a refresh token without its row is worth nothing."""
        table = self._hall.parts.table
        histories = [
            key for each in self._store.kept(person).sessions for key in partition(table, store.events_of(each))
        ]
        take_away(table, [*histories, *partition(table, store.cut_events(person))])
        take_away(table, partition(table, store.cut_key(person).pk))


def lifetime() -> int:
    """Seconds for which an access token lives."""
    return int(LIVES.total_seconds())


def _attempt() -> Once:
    # the login and the refresh token say themselves what is a repeat; an Idempotency-Key would have to keep the answer
    return Once(new_id(), "", new_token(), claimed=False)


def _sealed(keyring: Keyring, session: str, who: Who) -> str:
    said = {"pid": who.pid, "name": who.name, "ial": who.ial, "auth_time": who.auth_time}
    return keyring.seal(json.dumps(said, ensure_ascii=False), f"session/{session}")


def _unsealed(keyring: Keyring, session: Session) -> Who:
    return Who(**json.loads(keyring.unseal(session.who, f"session/{session.id}")))

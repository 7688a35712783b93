"""What agencies tell of a person: taken once, looked at, and forgotten.

OFFER-NEWS#{id} / NEWS      a report, sealed until it was looked at; then only its mark, so that a repeat is known
OFFER-NEWS#{id} / EVT#...   its history
by_due while offers are paused: OFFER-NEWS-WAITING#{shard}, {received_at}#{id}
"""

from __future__ import annotations

import datetime as dt
import json
import logging
from collections.abc import Mapping
from dataclasses import field, replace

from chalicelib.shared.dataclass import dataclass
from chalicelib.shared.errors import AlreadyThere, Fault, Invalid, NotAllowed, Refusal, Stale
from chalicelib.shared.ids import new_id, new_token
from chalicelib.shared.journal import Event, Head, NotYet, Once
from chalicelib.shared.storage import Change, Create, Item, Key, Update
from chalicelib.shared.thai import NationalId
from chalicelib.shared.workdays import thai_date

from ..hall import Hall, Told
from ..model import Person
from ..rules import checked_pid, id_here, must_be_the_same
from . import rules
from .model import Candidate, Group, Watched
from .pausing import Pausing
from .ports import Report, Rights
from .store import BY_DUE, OfferRows
from .telling import Found, Telling
from .vocabulary import EventType

log = logging.getLogger("klang.citizen.offers")

OLDEST = dt.timedelta(days=366)
"""Older happenings are not reported as news."""
AHEAD = dt.timedelta(hours=1)
KNOWN_FOR = 3 * 366 * 24 * 3600
"""Seconds for which a repeat is recognised."""
AT_ONCE = 100
"""Reports that waited for the end of a pause, announced again by one sweep."""


@dataclass(frozen=True)
class News:
    """One report.

    Attributes:
        id: of the room.
        type: what happened, or `age-60` where a run could not look at somebody and left them here.
        rights: ids of rights that are still to be looked at; None before the first look.
    """

    id: str
    type: str
    day: dt.date
    candidate: Candidate
    rights: tuple[str, ...] | None = None
    waiting: bool = False
    received_at: str = ""
    mark: str = ""
    chain: tuple[int, str] = (0, "")
    version: int = 1
    done: bool = field(default=False)


class NewsDesk:
    """Takes reports, and looks at what each may bring."""

    def __init__(
        self,
        hall: Hall,
        rows: OfferRows,
        rights: Rights,
        telling: Telling,
        pausing: Pausing,
        types: Mapping[str, EventType],
    ) -> None:
        self._hall = hall
        self._rows = rows
        self._rights = rights
        self._telling = telling
        self._pausing = pausing
        self._types = types

    def take(self, client: str, report: Report) -> str:
        """Takes a report; the same again changes nothing. Returns the room's id of it.

        Args:
            client: the system that tells.

        Raises:
            NotAllowed: this system may not tell this.
            Invalid: a field is wrong.
            AlreadyThere: the id was used for another report.
        """
        time, subject = report.time, report.subject
        kind = self._types.get(report.type)
        if kind is None or not kind.may_come_from(client):
            raise NotAllowed("ระบบนี้ไม่มีสิทธิแจ้งเหตุการณ์ชนิดนี้", "This system may not report events of this type.")
        now = self._hall.now()
        _check(kind, time, now, subject)
        pid = checked_pid(report.pid)
        about = report.person
        group = rules.group_of(about.province, about.birth_date, about.sex, thai_date(now))
        candidate = Candidate(pid, None if subject is None else _child(subject), group=group)
        here = id_here(client, report.id, self._hall.person(pid))
        told = [about.province, about.birth_date and about.birth_date.isoformat(), about.sex]
        text = json.dumps([here, report.type, time.isoformat(), pid, subject, *told])
        mark = self._hall.parts.keyring.mac("offer-news", text.encode())
        news = News(
            here, report.type, thai_date(time), candidate, received_at=now.isoformat(timespec="milliseconds"), mark=mark
        )
        there = self._hall.parts.table.get(_key(here))
        if there is None:
            try:
                changes, events = self.noted(news, by=f"system:{client}")
                self._hall.save(_attempt(), changes, events, pk=_key(here).pk)
                return here
            except AlreadyThere:
                there = self._hall.parts.table.get(_key(here))
        must_be_the_same("" if there is None else str(there.data["mark"]), mark)
        return here

    def noted(self, news: News, *, by: str) -> tuple[list[Change], list[Event]]:
        """What a new report is in the table, and the event that brings the look at it."""
        told = Told("offer-news.received", {"type": news.type})
        events, head = self._hall.happened(Head(), [told], subject=news.id, by=by)
        return [Create(self._item(replace(news, chain=(head.seq, head.hash))))], events

    def is_there(self, id: str) -> bool:
        """Whether a report was noted before."""
        return self._hall.parts.table.get(_key(id)) is not None

    @staticmethod
    def partition_of(id: str) -> str:
        """Where a report's history lies."""
        return _key(id).pk

    def heard(self, event: Event) -> None:
        """Looks at a report; raises NotYet when a register is away."""
        item = self._hall.parts.table.get(_key(event.subject))
        if item is None or item.data["content"] is None:
            return
        news = self._news(item)
        if self._pausing.now() is not None:
            if not news.waiting:
                self._write(replace(news, waiting=True, version=news.version + 1))
            return
        self.look(news)

    def resume(self, shard: int) -> int:
        """Announces reports that waited for the end of a pause once more (by the sweep); how many."""
        found = self._hall.parts.table.query(_waiting(shard), index=BY_DUE, limit=AT_ONCE)
        for item in found.items:
            news = self._news(item)
            told = Told("offer-news.resumed", {"type": news.type})
            events, head = self._hall.happened(Head(*news.chain), [told], subject=news.id, by="system:offers")
            again = replace(news, waiting=False, version=news.version + 1, chain=(head.seq, head.hash))
            try:
                self._hall.save(_attempt(), [Update(self._item(again))], events, pk=item.key.pk)
            except Stale:
                continue  # somebody else announced it
        return len(found.items)

    def look(self, news: News) -> None:
        """Looks at every right that a report may bring, tells of those that are likely, and forgets the report.

        Raises:
            NotYet: a register is away; what it would have decided is looked at again later.
        """
        today = self._hall.today()
        person = self._hall.person(news.candidate.pid)
        watched = [each for each in self._rights.watched(today) if reason_of(each) == news.type]
        if news.rights is not None:
            watched = [each for each in watched if each.right in news.rights]
        subject = None if news.candidate.subject is None else self._hall.person(news.candidate.subject)
        left = [each for each in watched if not self._looked(news, person, subject, each, today)]
        if not left:
            self._write(replace(news, done=True, waiting=False, version=news.version + 1))
            return
        rights = tuple(sorted({each.right for each in left}))
        if rights != news.rights:
            self._write(replace(news, rights=rights, version=news.version + 1))
        raise NotYet(f"{len(left)} rights of a report are not looked at yet")

    def _looked(self, news: News, person: Person, subject: Person | None, watched: Watched, today: dt.date) -> bool:
        """Whether it is done with one right; False while a register is away."""
        occasion = (
            rules.occasion_of_event(news.type, subject, news.day)
            if watched.event is not None
            else rules.occasion_of_age(watched.age or 0, subject)
        )
        mine = self._rows.id_of(person, watched.right, occasion)
        wishes, there = self._rows.known([(person, mine)])
        if mine in there:
            return True
        on = max(today, news.day)
        if not self._rights.possible(watched, news.candidate, on):
            return True
        found = Found(person, mine, watched.right, news.type, news.candidate.group, wishes[person], None)
        if wishes[person].welcome(watched.right):
            try:
                look = self._rights.look(watched, news.candidate, on, f"offer-{mine[:12]}")
            except Refusal as away:
                log.info("a register is away", extra={"slug": away.slug})
                return False
            if look.outcome != "likely":
                return True
            found = replace(found, look=look, group=rules.fuller(news.candidate.group, look.group))
        self._telling.one(found)
        return True

    def _write(self, news: News) -> None:
        """Keeps a report as it is now.

        Raises:
            Stale: somebody else looks at it.
        """
        self._hall.parts.journal.commit(_attempt(), [Update(self._item(news))])

    def _item(self, news: News) -> Item:
        key = _key(news.id)
        who = news.candidate
        content = {
            "pid": who.pid,
            "subject": who.subject,
            "born": None if who.born is None else who.born.isoformat(),
            "group": list(who.group),
            "rights": None if news.rights is None else list(news.rights),
        }
        data = {
            "type": news.type,
            "day": news.day.isoformat(),
            "received_at": news.received_at,
            "mark": news.mark,
            "chain": list(news.chain),
            "content": None if news.done else self._hall.parts.keyring.seal(json.dumps(content), key.pk),
        }
        place = Key(_waiting(rules.shard_of(news.id)), f"{news.received_at}#{news.id}")
        expires = int(dt.datetime.fromisoformat(news.received_at).timestamp()) + KNOWN_FOR
        return Item(key, data, news.version, {BY_DUE: place} if news.waiting else {}, expires)

    def _news(self, item: Item) -> News:
        content = json.loads(self._hall.parts.keyring.unseal(item.data["content"], item.key.pk))
        born = content["born"]
        return News(
            id=item.key.pk.partition("#")[2],
            type=item.data["type"],
            day=dt.date.fromisoformat(item.data["day"]),
            candidate=Candidate(
                NationalId(content["pid"]),
                None if content["subject"] is None else NationalId(content["subject"]),
                None if born is None else dt.date.fromisoformat(born),
                Group(*content["group"]),
            ),
            rights=None if content["rights"] is None else tuple(content["rights"]),
            waiting=BY_DUE in item.indexes,
            received_at=item.data["received_at"],
            mark=item.data["mark"],
            chain=(int(item.data["chain"][0]), str(item.data["chain"][1])),
            version=item.version,
        )


def reason_of(watched: Watched) -> str:
    """What brings a look: an event's type, or the age that is reached."""
    return watched.event if watched.event is not None else f"age-{watched.age}"


def _check(kind: EventType, time: dt.datetime, now: dt.datetime, subject: str | None) -> None:
    faults = list[Fault]()
    if time > now + AHEAD:
        faults.append(Fault("/time", "ต้องไม่อยู่ในอนาคต", "Must not be in the future."))
    if time < now - OLDEST:
        faults.append(Fault("/time", "ต้องไม่เก่ากว่าหนึ่งปี", "Must not be older than a year."))
    if kind.about_child != (subject is not None):
        faults.append(
            Fault("/subject", "ต้องระบุเลขประจำตัวของเด็ก", "Must name the child.")
            if kind.about_child
            else Fault("/subject", "เหตุการณ์ชนิดนี้ไม่มีผู้อื่นเกี่ยวข้อง", "An event of this type is about nobody else.")
        )
    if faults:
        raise Invalid("รายงานเหตุการณ์ไม่ถูกต้อง", "The report is not valid.", faults)


def _child(pid: str) -> NationalId:
    try:
        return checked_pid(pid)
    except Invalid:
        raise Invalid(
            "เลขประจำตัวประชาชนไม่ถูกต้อง",
            "The national id is not valid.",
            [Fault("/subject", "ต้องเป็นเลข 13 หลักที่ถูกต้อง", "Must be a valid 13-digit number.")],
        ) from None


def _key(id: str) -> Key:
    return Key(f"OFFER-NEWS#{id}", "NEWS")


def _waiting(shard: int) -> str:
    return f"OFFER-NEWS-WAITING#{shard:02d}"


def _attempt() -> Once:
    # what is written lies under a key made of the sender's id, so it needs no claim of its own
    return Once(new_id(), "", new_token(), claimed=False)

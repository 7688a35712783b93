"""What may be registered, granted, opened and sent."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Literal
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from chalicelib.shared.errors import Fault, Invalid
from chalicelib.shared.thai import Text
from chalicelib.shared.workdays import BANGKOK

from .model import FACTS, Fact, Grant, MiniApp, Wanted
from .ports import Contact

TICKET_LIVES = dt.timedelta(minutes=2)
LAUNCHES_AN_HOUR = 60
PUSHES_A_DAY = 10
"""Messages of one mini-app to one person a day (Thailand)."""
MOST_AT_ONCE = 200
"""Messages of one call."""
LONGEST = 1_000
"""Characters of a message."""
FURTHEST = dt.timedelta(days=90)
"""How far ahead a message may be set."""

OF_THE_REGISTER: Mapping[Fact, str] = {
    "firstName": "first_name_th",
    "middleName": "middle_name_th",
    "lastName": "last_name_th",
    "dateOfBirthString": "birth_date",
}
"""Facts of the civil register, by its own names."""


def checked_app(app: MiniApp) -> MiniApp:
    """The description, if it may stand.

    Raises:
        Invalid: an address is not https, or a fact is asked for twice.
    """
    faults = []
    start, origin = _parts(app.start_url), _parts(app.origin)
    if start is None:
        faults.append(
            Fault("/start_url", "ต้องเป็นที่อยู่ https ที่ไม่มีรหัสผ่าน", "An https address without credentials or fragment.")
        )
    if origin is None or origin.path not in ("", "/") or origin.query:
        faults.append(Fault("/origin", "ต้องเป็น https และไม่มี path", "An https origin: no path, no query."))
    elif start is not None and start.netloc != origin.netloc:
        faults.append(Fault("/origin", "ต้องตรงกับที่อยู่ของ start_url", "Must be the origin of start_url."))
    if start is not None and {name.lower() for name, _ in parse_qsl(start.query)} & {"appid", "mtoken"}:
        faults.append(Fault("/start_url", "ระบบเติม appId และ mToken เอง", "appId and mToken are added by the portal."))
    names = [each.name for each in app.wants]
    faults += [
        Fault(f"/wants/{number}/name", "ขอข้อมูลนี้ซ้ำ", "Asked for twice.")
        for number, name in enumerate(names)
        if name in names[:number]
    ]
    if faults:
        raise Invalid("คำอธิบายมินิแอปไม่ถูกต้อง", "The description of the mini-app is not valid.", faults)
    return app


def _parts(url: str) -> Any:
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return None
    plain = url.isascii() and url.isprintable() and " " not in url and "\\" not in url
    good = plain and parts.scheme == "https" and parts.hostname and "@" not in parts.netloc and not parts.fragment
    return parts if good else None


def chosen(app: MiniApp, facts: Sequence[Fact]) -> tuple[Fact, ...]:
    """What a person chose, in the wire's order.

    Raises:
        Invalid: the mini-app does not ask for it.
    """
    asked = {each.name for each in app.wants}
    faults = [
        Fault(f"/facts/{number}", "มินิแอปนี้ไม่ได้ขอข้อมูลนี้", "The mini-app does not ask for this.")
        for number, name in enumerate(facts)
        if name not in asked
    ]
    if faults:
        raise Invalid("เลือกได้เฉพาะข้อมูลที่มินิแอปขอ", "Choose among what the mini-app asks for.", faults)
    return tuple(name for name in FACTS if name in facts)


def terms(app: MiniApp, facts: Iterable[Fact]) -> dict[str, str]:
    """The marks of the purposes for which facts are asked."""
    wanted = set(facts)
    return {each.name: _mark(each) for each in app.wants if each.name in wanted}


def standing(app: MiniApp, grant: Grant | None) -> tuple[Fact, ...]:
    """The facts that a grant gives now: those that are still asked for, and for the purpose that the person read.

    Consent is for a purpose (PDPA s.19); a mini-app that describes another one must ask again.
    """
    if grant is None or not grant.stands:
        return ()
    now = terms(app, grant.facts)
    return tuple(fact for fact in grant.facts if fact in now and grant.terms.get(fact) == now[fact])


def _mark(wanted: Wanted) -> str:
    return hashlib.sha256(wanted.model_dump_json().encode()).hexdigest()[:16]


def opened_at(app: MiniApp, id: str, token: str) -> str:
    """The address that opens a mini-app for one launch."""
    parts = urlsplit(app.start_url)
    query = [*parse_qsl(parts.query, keep_blank_values=True), ("appId", id), ("mToken", token)]
    return urlunsplit((parts.scheme, parts.netloc, parts.path or "/", urlencode(query), ""))


def handed(
    facts: Iterable[Fact], *, user: str, pid: str, record: Mapping[str, Any], contact: Contact
) -> dict[str, Any]:
    """What the mini-app gets: all names of the wire, null for what was not granted or is not known."""
    known: dict[str, Any] = {"citizenId": pid, "mobile": contact.mobile, "email": contact.email}
    for name, theirs in OF_THE_REGISTER.items():
        known[name] = record.get(theirs)
    given = set(facts)
    told: dict[str, Any] = {
        name: known.get(name) if name in given else None for name in FACTS if name != "notification"
    }
    return {"userId": user, **told, "notification": "notification" in given}


def push_id(mac: Callable[[str, bytes], str], app: str, user: str, message: str, when: str) -> str:
    """The id of a message: the same words to the same person for the same time are one message."""
    code = mac("miniapp-push", "\n".join((app, user, when, message)).encode())
    return hashlib.sha256(code.encode()).hexdigest()[:32]


def day_of(at: dt.datetime) -> str:
    """The day in Thailand."""
    return at.astimezone(BANGKOK).date().isoformat()


def hour_of(at: dt.datetime) -> str:
    """The hour, UTC."""
    return at.astimezone(dt.UTC).strftime("%Y-%m-%dT%H")


def when_of(text: Any, now: dt.datetime) -> dt.datetime | Literal["bad"]:
    """When a message shall be sent: at once without a time, or for a time that has passed.

    A time without a zone is Thai. A year of the Buddhist Era lies too far ahead and is refused like one.
    """
    if text is None or text == "":
        return now
    if not isinstance(text, str) or len(text) > 40:
        return "bad"
    try:
        found = dt.datetime.fromisoformat(text)
    except ValueError:
        return "bad"
    at = found.replace(tzinfo=BANGKOK) if found.tzinfo is None else found
    try:
        at = at.astimezone(dt.UTC)
    except OverflowError:
        return "bad"
    return "bad" if at - now > FURTHEST else max(at, now)


def is_message(text: Any) -> bool:
    """Whether this can be shown as a message."""
    plain = isinstance(text, str) and 0 < len(text.strip()) <= LONGEST and len(text) <= LONGEST
    return plain and all(sign.isprintable() or sign in "\n\t\u200b" for sign in text)


def both(message: str) -> Text:
    """A mini-app's message has one language, its agency's; it is not translated."""
    return Text(th=message, en=message)

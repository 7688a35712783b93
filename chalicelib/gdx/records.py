"""What an exchange leaves behind: its leaf, the person's line, the monitoring record; of a refused one a fault row.

None of it holds personal data: the leaf commits to contents with salts, the person is a pseudonym of this room, and the
monitoring record knows paths only as the description's templates.
"""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from chalicelib.shared.dataclass import dataclass

from ..shared.errors import Refusal
from ..shared.ids import new_token
from ..shared.keyring import Keyring
from ..shared.storage import Change, Create, Item, Json, Key
from . import evidence, store
from .consents import rules as consents
from .evidence import Voice
from .model import Ask, Leaf, Usage
from .provider import Released
from .refusals import LoggingFailed, xroad_status, xroad_type
from .rules import thai_day
from .transparency.tiles import LARGEST_ENTRY

if TYPE_CHECKING:
    from .exchanges import Grant

FAULTS_KEPT = timedelta(days=30)


@dataclass(frozen=True)
class Times:
    """When an exchange came in, when its provider was asked and answered, and when it was recorded to go out."""

    came: datetime
    asked: datetime | None = None
    answered: datetime | None = None
    left: datetime | None = None


def leaf_item(
    keyring: Keyring, voice: Voice, ask: Ask, grant: Grant, out: Released, place: str | None, times: Times
) -> Item:
    """The row that proves an exchange; it waits in the index `open` to be sealed into the log.

    Raises:
        LoggingFailed: it is too long for the log.
    """
    request_salt, answer_salt = evidence.salts(keyring, grant.identifier)
    at = grant.at.isoformat(timespec="milliseconds")
    sealed = grant.purpose.sealed_days
    leaf = Leaf(
        id=grant.identifier,
        at=at,
        message_id=ask.message_id,
        consumer=str(ask.client),
        service=str(ask.service),
        agreement=grant.agreement.id,
        purpose=grant.purpose.code,
        case=ask.case,
        method=ask.method,
        status=out.status,
        fields=out.fields,
        request=evidence.commitment(request_salt, request_content(ask)),
        answer=evidence.commitment(answer_salt, out.body),
        until=(grant.at + timedelta(days=sealed)).isoformat(timespec="milliseconds") if sealed else None,
    )
    data: Json = {"leaf": evidence.leaf_json(leaf), "cover": evidence.cover(keyring, leaf), "log": None}
    entry = evidence.entry_bytes(data)
    if len(entry) > LARGEST_ENTRY:  # it could never be sealed, and nothing after it either
        raise LoggingFailed("รายการนี้ยาวเกินกว่าที่บันทึกได้", "This exchange is too long for the log, so nothing goes out.")
    data["receipt"] = evidence.receipt(voice, leaf, entry)
    data["monitor"] = {**_monitor(ask, times), "statusCode": out.status, "succeeded": True, "restPath": place}
    data["monitor"] |= {"responseSize": out.size}
    indexes = {
        "open": store.unsealed_place(leaf.id, at),
        "by_consumer": Key(store.seen_pk(leaf.agreement, thai_day(grant.at)), f"{at}#{leaf.id}"),
    }
    if ask.case is not None:
        indexes["by_agency"] = Key(store.case_pk(leaf.consumer, ask.case), f"{at}#{leaf.id}")
    return Item(store.leaf_key(leaf.id), data, indexes=indexes)


def lasting(keyring: Keyring, grant: Grant, out: Released, leaf: Item, now: datetime) -> list[Change]:
    """What the recording transaction holds besides the counters: leaf, look, the person's line, the consent's use.

    Raises:
        ConsentNeeded: the consent ended while the provider was asked.
    """
    changes: list[Change] = [Create(leaf)]
    if grant.latest is not None:
        changes.append(grant.latest)
    if grant.subject is not None:
        changes.append(Create(_line(keyring, grant, out, leaf.data["leaf"])))
    if grant.consent is not None:
        consents.permitted(grant.consent.data, grant.purpose.code, grant.fields, now)
        changes.append(consents.used(grant.consent, grant.identifier, now))
    return changes


def fault(ask: Ask, refusal: Refusal, times: Times, now: datetime) -> Create:
    """The row of a refused exchange."""
    identifier, at, day = new_token(), times.came.isoformat(timespec="milliseconds"), thai_day(now)
    data: Json = {
        **_monitor(ask, replace(times, left=now)),
        "consumer": str(ask.client),
        "service": str(ask.service),
        "messageId": ask.message_id,
        "statusCode": xroad_status(refusal),
        "succeeded": False,
        "faultCode": xroad_type(refusal),
        "faultString": refusal.en,
        "restPath": None,
    }
    indexes = {
        "by_consumer": Key(store.faults_pk(str(ask.client), day), f"{at}#{identifier}"),
        "by_agency": Key(store.faults_pk(str(ask.service.subsystem), day), f"{at}#{identifier}"),
    }
    gone = int((now + FAULTS_KEPT).timestamp())
    return Create(Item(Key(f"FAULT#{identifier}", "1"), data, indexes=indexes, expires=gone))


def request_content(ask: Ask) -> bytes:
    """What the request's commitment is over: `METHOD path?query`, a line feed, the body; then, for a verify-only
    question, a line feed, its code, a line feed and the claims as JSON with sorted names."""
    target = f"{ask.path}?{ask.query}" if ask.query else ask.path
    content = f"{ask.method} {target}\n".encode() + ask.body
    if ask.predicate is None:
        return content
    claims = json.dumps(dict(ask.claims), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return content + f"\n{ask.predicate}\n{claims}".encode()


def _line(keyring: Keyring, grant: Grant, out: Released, leaf: Any) -> Item:
    """The line in the access log of the person asked about."""
    usage = Usage(
        at=leaf["at"],
        consumer=leaf["consumer"],
        consumer_th=grant.member.name_th,
        consumer_en=grant.member.name_en,
        service=leaf["service"],
        service_th=grant.service.title_th,
        service_en=grant.service.title_en,
        purpose_th=grant.purpose.th,
        purpose_en=grant.purpose.en,
        legal_basis_th=grant.agreement.legal_basis[0],
        legal_basis_en=grant.agreement.legal_basis[1],
        fields=out.fields,
        receipt=leaf["id"],
        until=leaf["until"],
    )
    pk = store.subject_pk(keyring.pseudonym(grant.subject or ""))
    return Item(Key(pk, f"{usage.at}#{usage.receipt}"), asdict(usage))


def _monitor(ask: Ask, times: Times) -> Json:
    """What X-Road's operational monitoring calls it, as far as the pipeline knows it (times in ms since 1970)."""
    return {
        "requestInTs": _ms(times.came),
        "requestOutTs": _ms(times.asked),
        "responseInTs": _ms(times.answered),
        "responseOutTs": _ms(times.left),
        "requestSize": len(ask.body),
        "restMethod": ask.method,
        "xRequestId": ask.headers.get("x-road-request-id"),
        "door": ask.door,
        "agent": ask.agent,
    }


def _ms(time: datetime | None) -> int | None:
    return None if time is None else int(time.timestamp() * 1000)

"""Which values of a register are kept, when they count as stale, and how a person changes what they declared. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from chalicelib.shared.errors import Stale, UpstreamFailed

from .model import Declared, FromRegister, Own, PostalAddress, Profile, Register

FRESH = dt.timedelta(days=30)
"""After that a register's value is shown as stale. Our own decision."""
_ADDRESS = ("house_no", "moo", "road", "subdistrict", "district", "province", "postal_code")
_NAME = ("title_th", "first_name_th", "last_name_th")


def kept(record: Any, at: dt.datetime, receipt: str) -> FromRegister:
    """The few values of a record of the civil register that a profile shows.

    Raises:
        UpstreamFailed: the register answered something else than a record.
    """
    if not isinstance(record, Mapping) or not record.get("first_name_th") or not record.get("last_name_th"):
        raise UpstreamFailed(
            "ทะเบียนราษฎรตอบไม่ถูกต้อง", "The civil register did not answer with a record.", retry_after=60
        )
    title, first, last = (str(record.get(part) or "") for part in _NAME)
    values: dict[Register, Any] = {"name": f"{title}{first} {last}"}
    if record.get("birth_date"):
        values["birth_date"] = str(record["birth_date"])
    address = record.get("address")
    if isinstance(address, Mapping):
        values["address"] = {part: str(address.get(part) or "") for part in _ADDRESS}
    return FromRegister(values=values, at=at, receipt=receipt)


def stale(found: FromRegister, now: dt.datetime) -> bool:
    """Whether a register's values are too old to be shown without a word."""
    return now - found.at > FRESH


def declared(
    profile: Profile, version: int, change: Mapping[Declared, str | PostalAddress | None], now: dt.datetime
) -> Profile:
    """The profile after a person declared, changed (a value) or took back (None) something.

    Args:
        version: the one that the person had read.

    Raises:
        Stale: it has changed since.
    """
    if version != profile.version:
        raise Stale(
            "ข้อมูลถูกแก้ไขแล้ว โปรดอ่านข้อมูลล่าสุดก่อนแก้ไข", "It has changed since you read it; read it again and repeat."
        )
    after = {name: own for name, own in profile.declared.items() if change.get(name, own) is not None}
    for name, value in change.items():
        if value is not None:
            after[name] = Own(value=value, at=now)
    return profile.model_copy(update={"declared": after})

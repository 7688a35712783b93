"""What a person sees and sends of their profile."""

from __future__ import annotations

import datetime as dt
from typing import Any, Literal

from pydantic import Field

from chalicelib.shared.identity import Caller
from chalicelib.shared.thai import Language, Text
from chalicelib.shared.web import Incoming, Outgoing

from .model import PostalAddress, Profile
from .rules import stale

LOGIN = "login"
SELF = "self"
CIVIL = "TH/CENTRAL/DOPA/civil/person"

LABELS = {
    "login_name": Text(th="ชื่อตามการเข้าสู่ระบบ", en="Name, as you logged in"),
    "name": Text(th="ชื่อตามทะเบียนราษฎร", en="Name in the civil register"),
    "birth_date": Text(th="วันเกิด", en="Date of birth"),
    "address": Text(th="ที่อยู่ตามทะเบียนบ้าน", en="Registered address"),
    "preferred_name": Text(th="ชื่อที่อยากให้เรียก", en="How you want to be called"),
    "language": Text(th="ภาษาที่ใช้ติดต่อ", en="Language"),
    "letters_address": Text(th="ที่อยู่สำหรับรับจดหมาย", en="Address for letters"),
}


class FieldView(Outgoing):
    """One value, where it comes from and how fresh it is."""

    code: str
    label: Text
    value: Any = Field(description="Text, a date (ISO 8601) or an address")
    source: str = Field(description="login, self, or the service of the register that said it")
    verified: bool = Field(description="Whether somebody else than the person vouches for it")
    as_of: dt.datetime = Field(description="When the source said so (UTC)")
    stale: bool = Field(description="Older than thirty days; refresh it before you rely on it")
    receipt: str | None = Field(description="Of the exchange by which a register was asked")


class RegisterState(Outgoing):
    """How the last question to a register went."""

    source: str
    state: Literal["never_asked", "known", "unreachable"]
    as_of: dt.datetime | None = Field(description="Of the values that are shown")
    retry_at: dt.datetime | None = Field(default=None, description="When it makes sense to ask again")


class Me(Outgoing):
    """Who I am to the portal: what the login of this moment says, what registers said, what I declared."""

    name: str = Field(description="As the login says")
    ial: str = Field(description="Identity assurance level of the login")
    acting: bool = Field(description="Whether somebody acts for this person now")
    language: Language | None
    fields: tuple[FieldView, ...]
    registers: tuple[RegisterState, ...]


class ProfilePatch(Incoming):
    """What I declare myself (JSON merge patch): a value sets it, null takes it back, what is left out stays."""

    preferred_name: str | None = Field(default=None, min_length=1, max_length=100)
    language: Language | None = None
    letters_address: PostalAddress | None = None


def me(caller: Caller, profile: Profile, now: dt.datetime, retry_at: dt.datetime | None = None) -> Me:
    """A profile for whoever may see it.

    Args:
        retry_at: set where the register was asked just now and did not answer.
    """
    fields = [_field("login_name", caller.name, LOGIN, now, verified=True)]
    register = profile.civil
    if register is not None:
        old = stale(register, now)
        for code, value in register.values.items():
            fields.append(_field(code, value, CIVIL, register.at, verified=True, old=old, receipt=register.receipt))
    for name, own in profile.declared.items():
        value = own.value.model_dump() if isinstance(own.value, PostalAddress) else own.value
        fields.append(_field(name, value, SELF, own.at, verified=False))
    known: Literal["never_asked", "known", "unreachable"] = "never_asked" if register is None else "known"
    state = RegisterState(
        source=CIVIL,
        state=known if retry_at is None else "unreachable",
        as_of=None if register is None else register.at,
        retry_at=retry_at,
    )
    return Me(
        name=caller.name,
        ial=caller.ial,
        acting=caller.actor is not None,
        language=profile.language,
        fields=tuple(fields),
        registers=(state,),
    )


def _field(
    code: str,
    value: Any,
    source: str,
    as_of: dt.datetime,
    *,
    verified: bool,
    old: bool = False,
    receipt: str | None = None,
) -> FieldView:
    return FieldView(
        code=code,
        label=LABELS[code],
        value=value,
        source=source,
        verified=verified,
        as_of=as_of,
        stale=old,
        receipt=receipt,
    )

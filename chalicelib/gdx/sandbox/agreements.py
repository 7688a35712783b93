"""What the sandbox offers, and the agreements that its registers make with everybody who asks."""

from __future__ import annotations

import json
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from ..ids import SANDBOX, ServiceId, SubsystemId
from ..model import Agreement, Compare, Endpoint, Member, Predicate, Purpose, Service, Subsystem
from .behaviours import TIMEOUT

CIVIL = SubsystemId.parse(f"{SANDBOX}/CENTRAL/DOPA/civil")
JURISTIC = SubsystemId.parse(f"{SANDBOX}/CENTRAL/DBD/juristic")
PERSON = ServiceId(CIVIL, "person")
COMPANY = ServiceId(JURISTIC, "company")

DAILY_QUOTA = 2_000
RATE_PER_MINUTE = 60
LASTS = timedelta(days=365)

PURPOSE = Purpose("test", "เพื่อทดสอบระบบของหน่วยงาน", "To test an agency's system")

MEMBERS = (
    Member(CIVIL.member, "กรมการปกครอง (จำลอง)", "Department of Provincial Administration (simulated)"),
    Member(JURISTIC.member, "กรมพัฒนาธุรกิจการค้า (จำลอง)", "Department of Business Development (simulated)"),
)
"""Who answers in the sandbox."""

_FIELDS: dict[ServiceId, tuple[str, ...]] = {
    PERSON: (
        "/pid", "/title_th", "/first_name_th", "/last_name_th", "/title_en", "/first_name_en", "/last_name_en",
        "/birth_date", "/sex", "/nationality", "/status", "/address",
    ),
    COMPANY: (
        "/juristic_id", "/name_th", "/name_en", "/type", "/status", "/registered_on", "/registered_capital_satang",
        "/directors/*/pid", "/directors/*/name", "/address", "/objective",
    ),
}  # fmt: skip

SAME_PERSON = Predicate(
    "same-person",
    (
        Compare("/first_name_th", "first_name", "name"),
        Compare("/last_name_th", "last_name", "name"),
        Compare("/birth_date", "birth_date", "date"),
    ),
)
"""A verify-only question to try: name and birth date."""

HOLDS_THE_CARD = Predicate("holds-the-card", (*SAME_PERSON.compares, Compare("/laser_code", "laser_code")))
"""What existing clients of the gateway ask with the code on the back of a card."""


@cache
def descriptions() -> dict[str, Any]:
    """Descriptions of the sandbox's services: those of the real ones, word for word."""
    loaded: dict[str, Any] = json.loads(Path(__file__).with_name("descriptions.json").read_text(encoding="utf-8"))
    return loaded


def systems(base_url: str) -> tuple[Subsystem, ...]:
    """The sandbox's registers, which the exchange answers itself."""
    return (
        Subsystem(CIVIL, "ระบบทะเบียนราษฎร (จำลอง)", "Civil register (simulated)", endpoint=address(base_url, CIVIL)),
        Subsystem(
            JURISTIC,
            "ระบบทะเบียนนิติบุคคล (จำลอง)",
            "Juristic person register (simulated)",
            endpoint=address(base_url, JURISTIC),
        ),
    )


def address(base_url: str, system: SubsystemId) -> str:
    """Where a register of the sandbox answers."""
    return f"{base_url}/gdx/v1/sandbox/provider/{system.code}"


def services() -> tuple[Service, ...]:
    """What they answer."""
    return tuple(
        Service(
            identifier,
            f"{told['title_th']} (จำลอง)",
            f"{told['title_en']} (simulated)",
            told["document"],
            TIMEOUT,
            told["subject"],
        )
        for identifier in (PERSON, COMPANY)
        for told in (descriptions()[identifier.code],)
    )


def agreement(consumer: SubsystemId, service: ServiceId, today: date) -> Agreement:
    """The agreement that a register of the sandbox makes with everybody: whole records, since they are nobody's."""
    return Agreement(
        id=f"sandbox-{consumer.member.code}-{consumer.code}-{service.code}".lower(),
        consumer=consumer,
        service=service,
        endpoints=(Endpoint("POST", "/lookup"),),
        fields=_FIELDS[service],
        purposes=(PURPOSE,),
        legal_basis=("ไม่มีข้อมูลส่วนบุคคล: ข้อมูลสมมติทั้งหมด", "No personal data: every record is invented"),
        valid_from=today,
        valid_until=today + LASTS,
        daily_quota=DAILY_QUOTA,
        predicates=(SAME_PERSON, HOLDS_THE_CARD) if service == PERSON else (),
        rate_per_minute=RATE_PER_MINUTE,
    )

"""Terms of a manual in words: how long the agency may take, when a renewal may be filed, what a procedure is called."""

from __future__ import annotations

from typing import Literal

from chalicelib.shared.thai import Text

from ..definitions.model import ServiceDefinition
from ..definitions.parts import Sla
from ..definitions.procedures import Window
from ..noun import Procedure

_FIRST = {
    "licence": Text(th="ขอใบอนุญาตครั้งแรก", en="Apply for the first time"),
    "registration": Text(th="ยื่นครั้งแรก", en="File for the first time"),
    "notification": Text(th="แจ้งครั้งแรก", en="Notify for the first time"),
    "entitlement": Text(th="ยื่นขอสิทธิ", en="Apply for the right"),
}
_BASIS = {"working": Text(th="วันทำการ", en="working day"), "calendar": Text(th="วัน", en="day")}
_BEGINS = {
    "after": Text(
        th="ฉบับใหม่เริ่มใช้ต่อจากวันสิ้นอายุของฉบับเดิม ยื่นก่อนจึงไม่เสียวันที่เหลือ",
        en="The renewed one holds from the day after the old one ends, so nothing is lost by filing early.",
    ),
    "now": Text(th="ฉบับใหม่เริ่มใช้ตั้งแต่วันที่ออก", en="The renewed one holds from the day on which it is issued."),
}


def title(definition: ServiceDefinition, procedure: Procedure) -> Text:
    """What a procedure of the service is called."""
    return _FIRST[definition.kind] if procedure == "new" else definition.procedures[procedure].name


def time(sla: Sla) -> Text:
    """How long the agency may take."""
    unit = _BASIS[sla.basis]
    return Text(
        th=f"{sla.days} {unit.th} นับแต่วันที่ได้รับคำขอและเอกสารครบถ้วน",
        en=f"{_many(sla.days, unit.en)} from the complete application",
    )


def window(rule: Window) -> Text:
    """When a renewal may be filed."""
    th, en = f"ยื่นได้ตั้งแต่ {rule.opens} วันก่อนวันสิ้นอายุ", f"From {_many(rule.opens, 'day')} before the last day"
    if not rule.opens:
        th, en = "ยื่นได้ตั้งแต่วันสิ้นอายุ", "From the last day"
    if rule.closes:
        return Text(th=f"{th} จนถึง {rule.closes} วันหลังวันสิ้นอายุ", en=f"{en} until {_many(rule.closes, 'day')} after it")
    return Text(th=f"{th} จนถึงวันสิ้นอายุ", en=f"{en} until that day" if rule.opens else "On the last day only")


def begins(when: Literal["after", "now"]) -> Text:
    """From when a renewed licence holds."""
    return _BEGINS[when]


def _many(number: int, unit: str) -> str:
    return f"{number} {unit}" if number == 1 else f"{number} {unit}s"

"""Who is on the exchange, as X-Road's clients ask: `/listClients` (PR-META) and `/verificationconf` (global
configuration).
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from chalicelib.shared.dataclass import dataclass

from ..ids import INSTANCE, MemberClass, MemberId
from ..model import Member, Subsystem
from .message import security_server

XROAD = "http://x-road.eu/xsd/xroad.xsd"
IDENTIFIERS = "http://x-road.eu/xsd/identifiers"
CLASS_NAMES = {
    MemberClass.CENTRAL: "ราชการส่วนกลาง",
    MemberClass.REGIONAL: "ราชการส่วนภูมิภาค",
    MemberClass.LOCAL: "ราชการส่วนท้องถิ่น",
    MemberClass.SOE: "รัฐวิสาหกิจ",
    MemberClass.PO: "องค์การมหาชน",
    MemberClass.PARLIAMENT: "หน่วยงานของรัฐสภา",
    MemberClass.COURT: "หน่วยงานของศาล",
    MemberClass.CONST: "องค์กรอิสระตามรัฐธรรมนูญ",
    MemberClass.OAG: "องค์กรอัยการ",
    MemberClass.UNIV: "สถาบันอุดมศึกษาของรัฐ",
    MemberClass.INDEP: "หน่วยงานอิสระของรัฐ",
    MemberClass.PARTNER: "หน่วยงานนอกภาครัฐที่เชื่อมต่อ",
}
"""Thai names of the member classes, for `memberClass/description`."""

FRESH = timedelta(seconds=30)

_UNCHANGING = (2020, 1, 1, 0, 0, 0)
"""Time of the files in the ZIP: the same members give the same bytes."""

ElementTree.register_namespace("xrd", XROAD)
ElementTree.register_namespace("id", IDENTIFIERS)


@dataclass(frozen=True)
class Listed:
    """One entry of the list: a member, or a subsystem with its member's name."""

    member: MemberId
    name: str
    subsystem: str | None = None
    subsystem_name: str | None = None


class Everyone:
    """Members and subsystems, read by this process at most once in `FRESH`: the lists are public, and whoever asks for
    them often must not make the table work often.

    Args:
        read: gives all, each member before its subsystems.
        clock: tells the time.
    """

    def __init__(self, read: Callable[[], Sequence[Member | Subsystem]], clock: Callable[[], datetime]) -> None:
        self._read = read
        self._clock = clock
        self._kept: tuple[datetime, Sequence[Member | Subsystem]] | None = None

    def __call__(self) -> Sequence[Member | Subsystem]:
        """All of them, at most `FRESH` old."""
        now, kept = self._clock(), self._kept
        if kept is None or now - kept[0] >= FRESH:
            self._kept = kept = now, self._read()
        return kept[1]


def listed(everyone: Iterable[Member | Subsystem], instance: str) -> list[Listed]:
    """The members and working subsystems of one instance, each member before its subsystems."""
    found: list[Listed] = []
    names: dict[MemberId, str] = {}
    for each in everyone:
        member = each.id if isinstance(each, Member) else each.id.member
        if member.instance != instance:
            continue
        if isinstance(each, Member):
            names[each.id] = each.name_th
            found.append(Listed(each.id, each.name_th))
        elif each.active:
            found.append(Listed(member, names.get(member, ""), each.id.code, each.name_th))
    return found


def as_json(clients: Iterable[Listed]) -> dict[str, Any]:
    """`/listClients` in JSON: snake_case, and what is not there is left out."""
    return {"member": [_json(each) for each in clients]}


def as_xml(clients: Iterable[Listed]) -> bytes:
    """`/listClients` in XML (PR-META, clientList)."""
    root = Element(f"{{{XROAD}}}clientList")
    for each in clients:
        entry = SubElement(root, f"{{{XROAD}}}member")
        kind = "MEMBER" if each.subsystem is None else "SUBSYSTEM"
        identifier = SubElement(entry, f"{{{XROAD}}}id", {f"{{{IDENTIFIERS}}}objectType": kind})
        _text(identifier, f"{{{IDENTIFIERS}}}xRoadInstance", each.member.instance)
        _text(identifier, f"{{{IDENTIFIERS}}}memberClass", each.member.member_class)
        _text(identifier, f"{{{IDENTIFIERS}}}memberCode", each.member.code)
        if each.subsystem is not None:
            _text(identifier, f"{{{IDENTIFIERS}}}subsystemCode", each.subsystem)
        _text(entry, f"{{{XROAD}}}name", each.name)
        if each.subsystem_name is not None:
            _text(entry, f"{{{XROAD}}}subsystemName", each.subsystem_name)
    return _written(root)


def verification_conf(everyone: Sequence[Member | Subsystem], base_url: str) -> bytes:
    """The ZIP of `/verificationconf`: which instance this is, and the shared parameters of each instance here.

    Args:
        everyone: members and subsystems, each member before its subsystems.
        base_url: public address of the exchange, which is every subsystem's security server.
    """
    instances = {INSTANCE, *(each.id.instance for each in everyone if isinstance(each, Member))}
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        _add(archive, "verificationconf/instance-identifier", INSTANCE.encode())
        for instance in sorted(instances):
            parameters = shared_parameters(listed(everyone, instance), instance, urlsplit(base_url).hostname or "")
            _add(archive, f"verificationconf/{instance}/shared-params.xml", parameters)
    return packed.getvalue()


def shared_parameters(clients: Sequence[Listed], instance: str, address: str) -> bytes:
    """An instance's shared parameters (PR-GCONF, shared-parameters.xsd, version 5).

    Trust anchors are left out: systems prove themselves with keys that the directory holds, not with certificates.
    """
    root = Element(f"{{{XROAD}}}conf")
    _text(root, "instanceIdentifier", instance)
    members: dict[MemberId, Element] = {}
    served: list[str] = []
    for number, each in enumerate(clients, 1):
        if each.subsystem is None:
            members[each.member] = entry = SubElement(root, "member", {"id": f"id{number}"})
            _class(SubElement(entry, "memberClass"), each.member.member_class)
            _text(entry, "memberCode", each.member.code)
            _text(entry, "name", each.name)
        elif each.member in members:
            entry = SubElement(members[each.member], "subsystem", {"id": f"id{number}"})
            _text(entry, "subsystemCode", each.subsystem)
            _text(entry, "subsystemName", each.subsystem_name or "")
            served.append(f"id{number}")
    head, _, code = security_server(instance).rpartition("/")
    owner = members.get(MemberId.parse(head))
    if owner is not None:
        server = SubElement(root, "securityServer")
        _text(server, "owner", owner.attrib["id"])
        _text(server, "serverCode", code)
        _text(server, "address", address)
        for identifier in served:
            _text(server, "client", identifier)
    settings = SubElement(root, "globalSettings")
    for member_class in MemberClass:
        _class(SubElement(settings, "memberClass"), member_class)
    _text(settings, "ocspFreshnessSeconds", "3600")
    return _written(root)


def _json(each: Listed) -> dict[str, Any]:
    identifier = {
        "object_type": "MEMBER" if each.subsystem is None else "SUBSYSTEM",
        "xroad_instance": each.member.instance,
        "member_class": each.member.member_class.value,
        "member_code": each.member.code,
    }
    if each.subsystem is None:
        return {"id": identifier, "name": each.name}
    return {
        "id": {**identifier, "subsystem_code": each.subsystem},
        "name": each.name,
        "subsystem_name": each.subsystem_name,
    }


def _class(entry: Element, member_class: MemberClass) -> None:
    _text(entry, "code", member_class)
    _text(entry, "description", CLASS_NAMES[member_class])


def _text(parent: Element, tag: str, value: str) -> None:
    SubElement(parent, tag).text = str(value)


def _written(root: Element) -> bytes:
    return bytes(ElementTree.tostring(root, encoding="UTF-8", xml_declaration=True))


def _add(archive: zipfile.ZipFile, name: str, content: bytes) -> None:
    entry = zipfile.ZipInfo(name, _UNCHANGING)
    entry.compress_type = zipfile.ZIP_DEFLATED
    archive.writestr(entry, content)

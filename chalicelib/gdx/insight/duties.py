"""What clause 4 of the announcement asks of an agency, held against what it has connected; from values alone.

Obliged are state agencies of the live instance. Partners outside the state may connect and owe nothing, and nor does a
member of the sandbox.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from ...shared.dataclass import dataclass
from ...shared.thai import Text
from ..ids import INSTANCE, MemberClass
from ..model import Member

PlatformName = Literal["gdx", "opendata", "biz", "citizen"]
PLATFORMS: tuple[PlatformName, ...] = ("gdx", "opendata", "biz", "citizen")
State = Literal["connected", "missing", "unknown"]


@dataclass(frozen=True)
class AtExchange:
    """What a member has on the exchange itself.

    Attributes:
        subsystems: active ones.
        services: that they offer.
        asking, answering: agreements in force, as consumer and as provider.
        to_people: agreements in force by which its systems serve people in the Citizen Portal.
    """

    subsystems: int
    services: int
    asking: int
    answering: int
    to_people: int

    @property
    def exchanges(self) -> int:
        """Things by which data really passes."""
        return self.asking + self.answering


MEND: Mapping[str, Text] = {
    "gdx/subsystem": Text(
        th="ลงทะเบียนระบบและกุญแจของหน่วยงานกับศูนย์แลกเปลี่ยนข้อมูลกลาง",
        en="Register a system of the agency, with its keys, at the data exchange.",
    ),
    "gdx/agreement": Text(
        th="ทำข้อตกลงแลกเปลี่ยนข้อมูลกับหน่วยงานอื่น หรือเปิดบริการข้อมูลของหน่วยงาน",
        en="Offer a service of the agency's data, or agree with another agency about its.",
    ),
    "opendata": Text(
        th="ตั้งหน่วยงานผู้เผยแพร่และเผยแพร่ชุดข้อมูลอย่างน้อยหนึ่งชุดในศูนย์กลางข้อมูลเปิดภาครัฐ",
        en="Set up the agency as a publisher and publish a dataset in the open-data catalogue.",
    ),
    "biz": Text(
        th="นำงานอนุญาตหรืองานบริการผู้ประกอบการของหน่วยงานขึ้นระบบอำนวยความสะดวกผู้ประกอบการ",
        en="Bring the agency's licences and services for businesses to the Biz Portal.",
    ),
    "citizen": Text(
        th="ทำข้อตกลงส่งหนังสือแจ้งหรือเอกสารดิจิทัลถึงประชาชนผ่านพอร์ทัลกลางเพื่อประชาชน",
        en="Agree to serve notices or credentials to people through the Citizen Portal.",
    ),
}
"""How to connect what is missing."""


def obliged(member: Member) -> bool:
    """True for those whom clause 4 obliges."""
    return member.id.member_class is not MemberClass.PARTNER and member.id.instance == INSTANCE


def of_exchange(there: AtExchange) -> tuple[State, int | None, list[Text]]:
    """The state of the exchange: connected once data may pass."""
    missing = []
    if there.subsystems == 0:
        missing.append(MEND["gdx/subsystem"])
    if there.services + there.exchanges == 0:
        missing.append(MEND["gdx/agreement"])
    return "missing" if missing else "connected", there.services + there.exchanges, missing


def of_platform(platform: str, count: int | None) -> tuple[State, int | None, list[Text]]:
    """The state of another platform, by how many things are connected there (None: it did not say)."""
    if count is None:
        return "unknown", None, []
    return ("connected", count, []) if count else ("missing", 0, [MEND[platform]])

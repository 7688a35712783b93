"""How a dataset of an agency stands with the national catalogue, in the words that agencies' catalogues ask by.

Their pages ask `gdcatalog_nonpublish_state` and `gdcatalog_published_state` with {site_url, package} (the host of their
site, the id or name of the dataset there). What is told is about a dataset that the agency itself shows to everybody,
and is one word: nothing of ours that is not public.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from chalicelib.shared.dataclass import dataclass
from chalicelib.shared.storage import Table

from .. import rules
from ..model import Package
from ..store import Store
from . import rows
from .model import Source, Thing, thing_id
from .remote import host_of
from .sources import Sources
from .words import Said

Word = Literal[
    "WAIT_VALIDATE",
    "VALIDATE",
    "WAIT_VALIDATE_MODIFIED",
    "VALIDATE_MODIFIED",
    "APPROVAL",
    "WAIT_REVOKE",
    "VALIDATE_REVOKE",
]

WORDS: Mapping[Word, Said] = {
    "WAIT_VALIDATE": Said("รอการตรวจสอบ", "Taken in, and waiting to be checked"),
    "VALIDATE": Said("ตรวจสอบแล้ว รอการอนุมัติ", "Checked, and waiting for approval"),
    "WAIT_VALIDATE_MODIFIED": Said("เผยแพร่แล้ว ฉบับแก้ไขรอการตรวจสอบ", "Published; what changed waits to be checked"),
    "VALIDATE_MODIFIED": Said("ฉบับแก้ไขตรวจสอบแล้ว รอการอนุมัติ", "What changed was checked and waits for approval"),
    "APPROVAL": Said("อนุมัติและเผยแพร่แล้ว", "Approved and published"),
    "WAIT_REVOKE": Said("ไม่พบที่ต้นทาง รอการเพิกถอน", "Not seen at its source; waits to be revoked"),
    "VALIDATE_REVOKE": Said("เพิกถอนแล้ว", "Revoked"),
}


@dataclass(frozen=True)
class Standing:
    """How a dataset stands.

    Attributes:
        state: the word for it.
        published: whether it is or was public here.
        name: of our copy while everybody may see it, else "".
    """

    state: Word
    published: bool
    name: str


@dataclass(frozen=True)
class States:
    """Answers how datasets of agencies stand."""

    table: Table
    store: Store
    sources: Sources

    def of(self, site: str, package: str) -> Standing | None:
        """How the dataset with this id or name on a site stands; None: it is none that is harvested here.

        Args:
            site: host of the agency's catalogue, or its address.
        """
        host = host_of(site if "://" in site else f"https://{site}")
        for source in self.sources.on_host(host):
            thing = self._thing(source, package)
            if thing is not None:
                return standing(thing, self.store.package(thing.package))
        return None

    def _thing(self, source: Source, package: str) -> Thing | None:
        by_id = rows.thing_key(source.id, thing_id(package))
        by_name = rows.named_key(source.id, package if rules.is_id(package) else "-")
        found = self.table.get_many([by_id, by_name])
        if by_id not in found and by_name in found:
            return rows.thing_of(self.table.get(rows.thing_key(source.id, found[by_name].data["thing"])))
        return rows.thing_of(found.get(by_id))


def standing(thing: Thing, package: Package | None) -> Standing:
    """The state of a dataset by what is known of it and of our copy."""
    dataset = None if package is None else package.dataset
    if thing.state in ("deleted", "deleted_here"):
        return Standing("VALIDATE_REVOKE", True, "")
    if dataset is not None and dataset.public:
        lacks = any(name.startswith("missing:") for name in thing.messages)
        state: Word = "WAIT_REVOKE" if thing.absent else "WAIT_VALIDATE_MODIFIED" if lacks else "APPROVAL"
        return Standing(state, True, dataset.name)
    waits = "" if dataset is None else dataset.governance
    if thing.state != "published":
        return Standing("VALIDATE" if waits == "approval" else "WAIT_VALIDATE", False, "")
    if waits == "approval":
        return Standing("VALIDATE_MODIFIED", True, "")
    return Standing("WAIT_VALIDATE_MODIFIED" if waits == "wait" else "VALIDATE_REVOKE", True, "")

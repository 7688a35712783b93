"""Files of the platforms' own datasets, by the same intake as everybody's files.

A file that comes again is a new version of its resource; the same content again changes nothing. The dataset and the
organisation of the platform's agency are founded with the first file.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from chalicelib.shared.dataclass import dataclass
from chalicelib.shared.errors import NotAllowed
from chalicelib.shared.ids import new_id, new_token
from chalicelib.shared.journal import Once
from chalicelib.shared.objects import Objects

from ..groups.store import GroupStore
from ..model import Dataset, DatasetId, Group, GroupId, Package, Resource, ResourceId, Upload
from ..store import Store, Writing

AGENCY_TITLE = "สำนักงานพัฒนารัฐบาลดิจิทัล (องค์การมหาชน)"


@dataclass(frozen=True)
class Own:
    """A dataset of the platform's own: its name, its metadata, and in whose name it is written."""

    name: str
    by: str
    fields: Mapping[str, Any]


BIZ = Own(
    "licensing-statistics",
    "system:biz",
    {
        "title": "สถิติการอนุญาตของทางราชการ",
        "notes": "จำนวนคำขอ ผลการพิจารณา ระยะเวลาพิจารณาเทียบกับกฎหมาย และการพิจารณาเกินกำหนด รายบริการ หน่วยงาน จังหวัด และเดือน "
        "ช่องที่มีค่าน้อยกว่า 5 และช่องที่จะทำให้คำนวณค่าดังกล่าวได้ไม่เผยแพร่ "
        "(Licences asked for and decided, and how long it took, by service, agency, province and month of receipt; "
        "small cells are suppressed)",
        "data_type": "ข้อมูลสถิติ",
        "maintainer": AGENCY_TITLE,
        "maintainer_email": "opendata@dga.or.th",
        "tags": ["การอนุญาต", "ระยะเวลาพิจารณา", "การอำนวยความสะดวก"],
        "objective": ["เพื่อการให้บริการประชาชน"],
        "update_frequency_unit": "วัน",
        "update_frequency_interval": "1",
        "geo_coverage": "จังหวัด",
        "data_source": "ระบบศูนย์กลางการขออนุญาต (Biz Portal)",
        "data_format": ["CSV"],
        "data_category": "ข้อมูลสาธารณะ",
        "license_id": "Open Data Common",
        "unit_of_measure": "คำขอ",
    },
)
CITIZEN = Own(
    "rights-told-of",
    "system:citizen",
    {
        "title": "การบอกสิทธิแก่ประชาชนและผู้ที่ตกหล่น",
        "notes": "จำนวนผู้ที่น่าจะมีสิทธิ ได้รับการบอก ยื่นขอ ปฏิเสธ และตกหล่น รายสิทธิ จังหวัด เพศ ช่วงอายุ และเดือนที่พบ "
        "แถวที่มีค่าน้อยกว่า 5 และแถวที่จะทำให้คำนวณค่าดังกล่าวได้ไม่เผยแพร่ "
        "(Who was told of a right, who took it up and who was missed, by right, province, sex, age band and month; "
        "small rows are suppressed)",
        "data_type": "ข้อมูลสถิติ",
        "maintainer": AGENCY_TITLE,
        "maintainer_email": "opendata@dga.or.th",
        "tags": ["สวัสดิการ", "ความเป็นธรรม", "สิทธิประชาชน"],
        "objective": ["เพื่อการให้บริการประชาชน"],
        "update_frequency_unit": "วัน",
        "update_frequency_interval": "1",
        "geo_coverage": "จังหวัด",
        "data_source": "พอร์ทัลกลางเพื่อประชาชน (Citizen Portal)",
        "data_format": ["CSV"],
        "data_category": "ข้อมูลสาธารณะ",
        "license_id": "Open Data Common",
        "unit_of_measure": "คน",
    },
)
SENDERS: Mapping[str, Own] = {"TH/CENTRAL/DGA/biz": BIZ, "TH/CENTRAL/DGA/citizen": CITIZEN}
"""Who may publish through the exchange, and what."""


class OwnFiles:
    """Publishes files of the platforms' own datasets.

    Args:
        store, groups, objects: the catalogue.
        agency: the platform's own agency, whose organisation publishes.
        ids: makes ids.
    """

    def __init__(
        self, store: Store, groups: GroupStore, objects: Objects, *, agency: str, ids: Callable[[], str]
    ) -> None:
        self._store = store
        self._groups = groups
        self._objects = objects
        self._agency = agency
        self._ids = ids

    def take(self, sender: str, file_name: str, content: bytes, now: datetime) -> None:
        """A file that another platform sends by the exchange.

        Raises:
            NotAllowed: this member has no dataset here.
        """
        own = SENDERS.get(sender)
        if own is None:
            raise NotAllowed("ระบบนี้ไม่มีชุดข้อมูลของตนเองที่นี่", "This member has no dataset of its own here.")
        self.publish(own, file_name, file_name.removesuffix(".csv"), content, now)

    def publish(self, own: Own, file_name: str, description: str, content: bytes, now: datetime) -> None:
        """A CSV file as a new version of its resource; nothing where its content is what is there."""
        sha256 = hashlib.sha256(content).hexdigest()
        organization = self._organization(now)
        at = now.isoformat(timespec="microseconds")
        package = self._store.package(own.name) or self._founded(own, organization, at)
        old = next((each for each in package.resources if each.fields.get("name") == file_name), None)
        if old is not None and old.upload is not None and old.upload.sha256 == sha256:
            self._objects.put(old.upload.key, content, media_type="text/csv")  # announced by a run that died here
            return
        if old is not None and old.file is not None and old.file.sha256 == sha256:
            return
        number = 1 if old is None else old.uploads + 1
        mine = old.id if old else ResourceId(hashlib.sha256(f"{package.id}/{file_name}".encode()).hexdigest()[:32])
        upload = Upload(number, f"uploads/{mine}/{number}", file_name, "text/csv", len(content), sha256)
        fields = {"name": file_name, "format": "CSV", "description": description}
        new = Resource(mine, package.id, fields, at, at) if old is None else old
        new = replace(new, upload=upload, uploads=number, modified=at)
        resources = (*(each for each in package.resources if each.id != mine), new)
        writing = Writing(
            _once(),
            own.by,
            "new resource" if old is None else "changed resource",
            "opendata.resource.changed",
            subject=mine,
        )
        self._store.save(writing, package, replace(package, resources=resources), organization, ())
        self._objects.put(upload.key, content, media_type="text/csv")

    def _founded(self, own: Own, organization: Group, at: str) -> Package:
        dataset = Dataset(
            id=DatasetId(self._ids()),
            name=own.name,
            owner_org=organization.id,
            private=False,
            fields=dict(own.fields),
            creator=own.by,
            created=at,
            modified=at,
        )
        writing = Writing(_once(), own.by, "new package", "opendata.dataset.created")
        return self._store.save(writing, None, Package(dataset), organization, ())

    def _organization(self, now: datetime) -> Group:
        found = self._store.organization_of_agency(self._agency)
        if found is not None:
            return found
        new = Group(
            id=GroupId(self._ids()),
            kind="organization",
            type="organization",
            name=self._agency.rsplit("/", 1)[1].lower(),
            title=AGENCY_TITLE,
            description="",
            image_url="",
            agency=self._agency,
            created=now.isoformat(timespec="microseconds"),
        )
        return self._groups.save(_once(), None, new, "system:opendata-usage", "new organization")


def _once() -> Once:
    """No claim: names and versions keep two runs apart, and the run that loses is made again later."""
    return Once(new_id(), "", new_token(), claimed=False)

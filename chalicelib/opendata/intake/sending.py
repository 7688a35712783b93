"""Sending an announced file: in one piece by a form, or in parts, each by an address of its own.

An upload in parts is opened in S3 when its addresses are asked for the first time, and again should S3 have forgotten
it: row `RESOURCE#{rid}` / `PARTS#{number}` says under which id. Nothing stands in the bucket before it is finished. One
that is never finished is forgotten by the bucket's lifecycle after a week, and the row with it.

S3 checks the SHA-256 of each part; that of the whole is checked when the file is taken in, as it streams by.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from chalicelib.shared.dataclass import dataclass
from chalicelib.shared.errors import Fault, Invalid, WrongState, not_found
from chalicelib.shared.identity import Caller
from chalicelib.shared.ids import new_token
from chalicelib.shared.journal import Once
from chalicelib.shared.objects import Objects, Part, PartForm
from chalicelib.shared.storage import Create, Item, Key, Table, Update, WriteRefused

from ..access import Access
from ..announcing import upload_key
from ..model import Group, Package, Resource, Upload
from ..packages import Packages
from ..rows import place_key
from ..store import Writing

FORMS_AT_ONCE = 100
FORM_LIVES = 3600
"""Seconds for which the address of a part is good; a new one can be had as long as the upload waits."""
WAITS = timedelta(days=7)
"""As long as the bucket keeps an upload, or its parts (its lifecycle)."""
ATTEMPTS = 3


@dataclass(frozen=True)
class Standing:
    """How an upload in parts stands: the parts that are still to be sent, and whether it was finished already."""

    missing: tuple[Part, ...]
    finished: bool


def pieces(upload: Upload) -> list[Part]:
    """The parts of an upload as S3 must get them."""
    last = upload.size - upload.part_size * (len(upload.parts) - 1)
    sizes = [upload.part_size] * (len(upload.parts) - 1) + [last]
    return [Part(number, size, sha) for number, (size, sha) in enumerate(zip(sizes, upload.parts, strict=True), 1)]


class Sending:
    """Uploads on their way.

    Args:
        table, objects: the room's.
        packages, access: who may do it.
        clock: tells the time.
    """

    def __init__(
        self, table: Table, objects: Objects, packages: Packages, access: Access, *, clock: Callable[[], datetime]
    ) -> None:
        self._table = table
        self._objects = objects
        self._packages = packages
        self._access = access
        self._clock = clock

    def waiting(self, caller: Caller, resource_id: str) -> tuple[Resource, Upload]:
        """The upload that a resource of the caller's waits for.

        Raises:
            NotFound: no such resource for this caller, or it waits for nothing.
            NotAllowed.
        """
        package, organization = self._packages.find_of_resource(caller, resource_id)
        self._access.must_write(caller, organization)
        resource = package.resource(resource_id)
        if resource is None or resource.upload is None or not _is_to_be_sent(resource):
            raise not_found("การอัปโหลดที่รออยู่", "upload that is waited for")
        return resource, resource.upload

    def form(self, resource: Resource, after: int = 0) -> Mapping[str, Any]:
        """Where and how to send what a resource waits for.

        Args:
            after: of an upload in parts, addresses of parts beyond this number are wanted.
        """
        upload = resource.upload
        if upload is None or not _is_to_be_sent(resource):
            return {}
        if not upload.parts:
            made = self._objects.upload_form(
                upload.key, media_type=upload.media_type, size=upload.size, sha256=upload.sha256
            )
            return {"url": made.url, "fields": dict(made.fields), "expires_in": made.expires_in}
        forms = self.part_forms(resource.id, upload, after)
        return {
            "part_size": upload.part_size,
            "parts": [{"number": form.number, "url": form.url, "headers": dict(form.headers)} for form in forms],
            "expires_in": FORM_LIVES,
        }

    def part_forms(self, resource_id: str, upload: Upload, after: int = 0) -> list[PartForm]:
        """Addresses for the parts that have not arrived, beyond number `after`, up to a hundred."""
        opened, standing = self._standing(resource_id, upload)
        return [
            self._objects.part_form(upload.key, opened, part, expires_in=FORM_LIVES)
            for part in standing.missing
            if part.number > after
        ][:FORMS_AT_ONCE]

    def standing(self, resource_id: str, upload: Upload) -> Standing:
        """How an upload in parts stands."""
        return self._standing(resource_id, upload)[1]

    def finish(self, caller: Caller, resource_id: str) -> Upload:
        """Makes the file of its parts; it is taken in then, as any file that arrives. A repeat changes nothing.

        Raises:
            NotFound, NotAllowed.
            WrongState: it comes in one piece and ends by itself.
            Invalid: parts are missing; told by their places in `parts`.
        """
        _, upload = self.waiting(caller, resource_id)
        if not upload.parts:
            raise WrongState(
                "ไฟล์นี้ส่งเป็นชิ้นเดียว ไม่ต้องปิดการอัปโหลด", "This file comes in one piece; there is nothing to finish."
            )
        opened, standing = self._standing(resource_id, upload)
        if standing.missing:
            raise Invalid(
                "ยังได้รับไฟล์ไม่ครบทุกส่วน",
                "Not every part has arrived.",
                [
                    Fault(f"/parts/{part.number - 1}", "ยังไม่ได้รับส่วนนี้ครบถ้วน", "This part has not arrived whole.")
                    for part in standing.missing
                ],
            )
        if not standing.finished:
            self._objects.finish_upload(upload.key, opened, pieces(upload))
        return upload

    def abandon(self, caller: Caller, once: Once, resource_id: str) -> None:
        """Gives an upload up; the file of before stays as it is.

        Raises:
            NotFound, NotAllowed, Stale, Replayed.
        """
        given_up: list[Upload] = []

        def without(package: Package, _: Group) -> Package:
            old = package.resource(resource_id)
            if old is None or old.upload is None:
                raise not_found("การอัปโหลดที่รออยู่", "upload that is waited for")
            given_up[:] = [old.upload]
            new = replace(old, upload=None, modified=self._packages.now())
            return replace(package, resources=tuple(new if each.id == old.id else each for each in package.resources))

        writing = Writing(once, caller.label, "changed resource", "opendata.resource.changed", subject=resource_id)
        self._packages.edit(caller, lambda: self._packages.find_of_resource(caller, resource_id), without, writing)
        for upload in given_up:
            if upload.key != upload_key(resource_id, upload.number):
                continue  # bytes of a version, which were only to be read anew
            row = self._table.get(_parts_key(resource_id, upload.number))
            if row is not None:
                self._objects.drop_upload(upload.key, str(row.data["upload"]))
            self._objects.delete(upload.key)

    def _standing(self, resource_id: str, upload: Upload) -> tuple[str, Standing]:
        """The id under which S3 knows it, opened where it is not, and how it stands."""
        parts = pieces(upload)
        for _ in range(ATTEMPTS):
            row = self._table.get(_parts_key(resource_id, upload.number))
            if row is not None and row.data["sha256"] == upload.sha256:
                opened = str(row.data["upload"])
                arrived = self._objects.uploaded(upload.key, opened)
                if arrived is not None:
                    missing = tuple(part for part in parts if arrived.get(part.number) != part.size)
                    return opened, Standing(missing, finished=False)
                if self._objects.head(upload.key) is not None:
                    return opened, Standing((), finished=True)
            anew = self._open(resource_id, upload, row)
            if anew is not None:
                return anew, Standing(tuple(parts), finished=False)
        raise WrongState("มีผู้อื่นกำลังเปิดการอัปโหลดนี้ โปรดลองใหม่", "Others are opening this upload just now; try again.")

    def _open(self, resource_id: str, upload: Upload, row: Item | None) -> str | None:
        """Opens an upload in S3 and writes its id down; None where somebody was faster."""
        opened = self._objects.start_upload(upload.key, media_type=upload.media_type)
        expires = int((self._clock() + WAITS).timestamp())
        data = {"number": upload.number, "upload": opened, "sha256": upload.sha256}
        key = _parts_key(resource_id, upload.number)
        change = Create(Item(key, data, expires=expires)) if row is None else Update(row.next(data, expires=expires))
        try:
            self._table.write([change], new_token())
        except WriteRefused:
            self._objects.drop_upload(upload.key, opened)
            return None
        return opened


def _parts_key(resource: str, number: int) -> Key:
    return Key(place_key(resource).pk, f"PARTS#{number:06d}")


def _is_to_be_sent(resource: Resource) -> bool:
    """Whether the bytes of what a resource waits for are still to come from outside."""
    upload = resource.upload
    return upload is not None and upload.key == upload_key(resource.id, upload.number) and upload.kind == "upload"

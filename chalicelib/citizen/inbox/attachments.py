"""Files that go with messages: announced and uploaded by the sender, judged and moved when the message is served.

    incoming/{digest}      where a presigned form puts it; gone after two days
    attachments/{digest}   where it stays once its message is served

The key is made of sender, person and everything that was announced: nothing of an upload is kept in the table, and what
was not announced the same way is not found.
"""

from __future__ import annotations

import hashlib

from chalicelib.shared.objects import Objects, UploadForm

from ..model import Person
from . import rules
from .model import Attachment

READ_FOR = 120
"""Seconds for which the address of an attachment can be used."""


class Attachments:
    """The files of the bucket citizen-documents that belong to messages."""

    def __init__(self, objects: Objects) -> None:
        self._objects = objects

    def form(self, sender: str, person: Person, given: Attachment) -> UploadForm:
        """The form by which exactly this file can be uploaded; asking again gives another for the same place."""
        key = f"incoming/{_digest(sender, person, given)}"
        return self._objects.upload_form(key, media_type=given.media_type, size=given.size, sha256=given.sha256)

    def take(self, sender: str, person: Person, given: tuple[Attachment, ...]) -> None:
        """Moves the files of a message to where they stay.

        Raises:
            Invalid: one is not there, or is not what was announced; `errors` says which.
        """
        rules.names_each_once(given)
        keys = [_digest(sender, person, each) for each in given]
        for number, (each, digest) in enumerate(zip(given, keys, strict=True)):
            stored = self._objects.head(f"incoming/{digest}")
            if stored is None:
                th = "ยังไม่มีไฟล์นี้ ขอแบบฟอร์มอัปโหลดแล้วส่งไฟล์ก่อน"
                raise rules.bad_attachment(number, "id", th, "It is not there: ask for its form and upload it first.")
            if stored.size != each.size or stored.media_type != each.media_type or stored.sha256 != each.sha256:
                raise rules.bad_attachment(number, "sha256", "ไฟล์ไม่ตรงกับที่แจ้งไว้", "The file is not the announced one.")
            start = self._objects.read(f"incoming/{digest}", limit=rules.MAGIC_BYTES)
            if not rules.is_what_it_says(each.media_type, start):
                th = "เนื้อไฟล์ไม่ใช่ชนิดที่แจ้งไว้"
                raise rules.bad_attachment(number, "media_type", th, "Its content is not of the announced type.")
        for digest in keys:
            self._objects.copy(f"incoming/{digest}", f"attachments/{digest}")

    def address(self, sender: str, person: Person, given: Attachment) -> str:
        """A short-lived address to read it, saved under its name."""
        key = f"attachments/{_digest(sender, person, given)}"
        return self._objects.download_url(key, file_name=given.name, expires_in=READ_FOR)

    def keys(self, sender: str, person: Person, given: tuple[Attachment, ...]) -> list[str]:
        """Where the files of a message lie in the bucket."""
        return [f"attachments/{_digest(sender, person, each)}" for each in given]

    def erase(self, sender: str, person: Person, given: tuple[Attachment, ...]) -> None:
        """Takes the files of a message away; no fault where they are gone."""
        for key in self.keys(sender, person, given):
            self._objects.delete(key)


def _digest(sender: str, person: Person, given: Attachment) -> str:
    parts = (sender, person, given.id, given.media_type, str(given.size), given.sha256)
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()

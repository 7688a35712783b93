"""Objects of a bucket by short-lived addresses, for a process that has no right of its own to read them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from chalicelib.shared.errors import NotFound, Stale, Unavailable
from chalicelib.shared.objects import Piece

if TYPE_CHECKING:
    from urllib3 import PoolManager

_RANGE = re.compile(r"bytes (\d+)-(\d+)/(\d+)")
CONNECT, READ, ATTEMPTS = 1.0, 3.0, 3


class Signed:
    """Ranges of the one object behind an address, which whoever signed it chose (`Objects.read_range`).

    Connections are kept: a query may need hundreds of ranges.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        self._pool: PoolManager | None = None

    def read_range(self, key: str, length: int, *, start: int | None = None, if_match: str | None = None) -> Piece:
        """At most `length` bytes from `start` on; without `start`, the last ones.

        Raises:
            NotFound: there is no such object, or the address does not hold any more.
            Stale: it has another ETag.
            Unavailable: the store does not answer.
        """
        wanted = f"bytes=-{length}" if start is None else f"bytes={start}-{start + length - 1}"
        headers = {"Range": wanted} | ({} if if_match is None else {"If-Match": f'"{if_match}"'})
        answer = self._get(headers)
        if answer.status == 412:
            raise Stale("ไฟล์เปลี่ยนไปแล้ว", "The file is another one by now.")
        if answer.status == 416:
            return Piece(b"", start or 0, 0, "")
        if answer.status >= 500:
            raise Unavailable("ระบบจัดเก็บไม่พร้อม", "The store of files does not answer; try again.")
        found = _RANGE.fullmatch(answer.headers.get("Content-Range", ""))
        if answer.status != 206 or found is None:
            raise NotFound("ไม่พบไฟล์", "No such file.")
        return Piece(answer.data, int(found[1]), int(found[3]), answer.headers.get("ETag", "").strip('"'))

    def _get(self, headers: dict[str, str]) -> Any:
        import urllib3

        if self._pool is None:
            limits = urllib3.Timeout(connect=CONNECT, read=READ)
            again = urllib3.Retry(ATTEMPTS - 1, redirect=False, status=0, backoff_factor=0.1)
            self._pool = urllib3.PoolManager(maxsize=4, timeout=limits, retries=again)
        try:
            return self._pool.request("GET", self._url, headers=headers, redirect=False)
        except urllib3.exceptions.HTTPError:
            raise Unavailable("ระบบจัดเก็บไม่พร้อม", "The store of files does not answer; try again.") from None

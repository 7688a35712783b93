"""`/catalog.{ttl,rdf,xml,jsonld}`, `/catalog` and `/dataset/{id}` with a format at its end or by Accept.

The parameters are those of ckanext-dcat, so that its harvester reads us as it reads any CKAN.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from email.utils import format_datetime, parsedate_to_datetime
from urllib.parse import unquote

from chalicelib.shared.errors import Fault, Invalid, UnsupportedMedia
from chalicelib.shared.identity import CITIZEN, PUBLIC, Allow, officer
from chalicelib.shared.web import Call, Dialect, Reply, Room

from ..access import STAFF_ROLES
from ..service import Catalogue
from .formats import BY_MEDIA_TYPE, FORMATS, HTML, Format, preferred, split
from .service import Document, Wanted

ALLOW: Sequence[Allow] = (PUBLIC, CITIZEN, officer(*sorted(STAFF_ROLES)))
FRESH = "public, max-age=300"
"""Seconds for which a description may be shown without asking; a withdrawn dataset is gone from caches after them."""
PROFILES = ("schemaorg", "croissant")
MAX_PAGE = 100_000

Page = Callable[[Call], Reply]


def hang(room: Room, catalogue: Catalogue, page: Page | None, dialect: Dialect | None = None) -> None:
    """Hangs the routes on the room.

    Args:
        page: answers `/dataset/{id}` to people (HTML); without it they get Turtle.
        dialect: says to people that there is no such dataset.
    """

    @room.get(
        "/dataset/{id}",
        allow=ALLOW,
        dialect=dialect,
        summary="A dataset: its page, or its description as RDF (DCAT-AP 3.0.1)",
    )
    def dataset(call: Call) -> Reply:
        asked, extension = split(unquote(call.params["id"]))
        profile = _profile(call)
        if extension == "jsonld":
            # `{id}.schemaorg.jsonld` and `{id}.croissant.jsonld` are addresses of their own
            plain, dot, last = asked.rpartition(".")
            asked, profile = (plain, last) if dot and last in PROFILES else (asked, profile)
        if extension is not None:
            return _answered(call, catalogue.linked_data.dataset(asked, FORMATS[extension], profile), {})
        offered = [*([HTML] if page is not None else []), *BY_MEDIA_TYPE]
        chosen = preferred(call.headers.get("accept", ""), offered)
        if page is not None and chosen in (HTML, None):
            reply = page(call)
            return Reply(reply.body, reply.status, {"Vary": "Accept", **reply.headers}, reply.media_type, reply.version)
        written = BY_MEDIA_TYPE[chosen or FORMATS["ttl"].media_type]
        return _answered(call, catalogue.linked_data.dataset(asked, written, profile), {"Vary": "Accept"})

    def listing(call: Call, written: Format, address: str, headers: dict[str, str]) -> Reply:
        return _answered(call, catalogue.linked_data.page(_wanted(call), address, written), headers)

    @room.get("/catalog", allow=[PUBLIC], summary="The catalogue as RDF (DCAT-AP 3.0.1) in the format of Accept")
    def any_format(call: Call) -> Reply:
        chosen = preferred(call.headers.get("accept", ""), list(BY_MEDIA_TYPE))
        if chosen is None and not _takes(call, HTML):
            raise UnsupportedMedia(
                f"มีให้เฉพาะ {', '.join(BY_MEDIA_TYPE)}", f"Only {', '.join(BY_MEDIA_TYPE)} can be given here."
            )
        written = BY_MEDIA_TYPE[chosen or FORMATS["ttl"].media_type]
        address = f"{catalogue.site}/catalog.{written.extension}"
        return listing(call, written, address, {"Vary": "Accept", "Content-Location": address})

    def hang_one(written: Format) -> None:
        name = f"catalog.{written.extension}"

        @room.get(f"/{name}", allow=[PUBLIC], summary=f"The catalogue as {written.media_type}, {_PAGED}")
        def catalogue_page(call: Call) -> Reply:
            return listing(call, written, f"{catalogue.site}/{name}", {})

    for extension in ("ttl", "rdf", "xml", "jsonld"):
        hang_one(FORMATS[extension])


_PAGED = "100 datasets a page with links to the next (Hydra)"


def _takes(call: Call, media_type: str) -> bool:
    return preferred(call.headers.get("accept", ""), [media_type]) is not None


def _profile(call: Call) -> str:
    asked = call.query.get("profiles", "")
    return next((name for name in PROFILES if name in asked.replace(",", " ").split()), "")


def _wanted(call: Call) -> Wanted:
    given = {name: call.query.get(name, "") for name in ("q", "fq", "modified_since", "after", "before")}
    page = call.query.get("page", "") or "1"
    faults = [
        Fault(f"query:{name}", "ยาวได้ไม่เกิน 2,000 ตัวอักษร", "At most 2,000 characters.")
        for name, value in given.items()
        if len(value) > 2_000
    ]
    if not (page.isascii() and page.isdigit() and len(page) <= 6 and 1 <= int(page) <= MAX_PAGE):
        faults.append(Fault("query:page", "ต้องเป็นจำนวนเต็มตั้งแต่ 1", "Must be a whole number from 1."))
    if faults:
        raise Invalid("พารามิเตอร์ไม่ถูกต้อง", "A parameter is not valid.", faults)
    return Wanted(**given, page=int(page))


def _answered(call: Call, document: Document, headers: dict[str, str]) -> Reply:
    """The document, or 304 where the reader has it already (RFC 9110 §13.2.2: ETags count before times)."""
    # weak: the triples of a graph are written in no promised order
    told = {"ETag": f'W/"{document.etag}"', "Cache-Control": FRESH, **headers}
    if document.modified is not None:
        told["Last-Modified"] = format_datetime(document.modified, usegmt=True)
    if _has_it(call, document):
        return Reply(None, status=304, headers=told)
    return Reply(document.write(), headers=told, media_type=document.media_type)


def _has_it(call: Call, document: Document) -> bool:
    tags = call.headers.get("if-none-match")
    if tags is not None:
        known = [tag.strip().removeprefix("W/").strip('"') for tag in tags.split(",")]
        return tags.strip() == "*" or document.etag in known
    since = call.headers.get("if-modified-since")
    if since is None or document.modified is None:
        return False
    try:
        return document.modified <= parsedate_to_datetime(since)
    except (TypeError, ValueError):  # not a date, or one without an offset
        return False

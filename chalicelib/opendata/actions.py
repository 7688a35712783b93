"""CKAN's actions by name: what each needs, whether it changes something, and what it says of itself.

An action's docstring is what `help_show` answers, so it speaks to the people who call the API.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from chalicelib.shared.errors import NotAllowed, NotFound
from chalicelib.shared.identity import Caller
from chalicelib.shared.journal import Once, Replayed

from . import metadata, rules, searching
from .rules import Rejected
from .service import Catalogue

CKAN_VERSION = "2.11.6"
"""The CKAN whose Action API this is; clients choose their ways by it."""

Given = Mapping[str, Any]


@dataclass(frozen=True)
class Asked:
    """One call of an action."""

    catalogue: Catalogue
    caller: Caller
    once: Once
    given: Given


Run = Callable[[Asked], Any]


@dataclass(frozen=True)
class Action:
    """One action; `writes` ones need POST and an officer."""

    run: Run
    writes: bool

    @property
    def help(self) -> str:
        """What the action says of itself."""
        return self.run.__doc__ or ""


ACTIONS: dict[str, Action] = {}


def perform(name: str, asked: Asked) -> Any:
    """The result of an action that is known to exist.

    Raises:
        Refusal: any of the services'.
    """
    action = ACTIONS[name]
    if action.writes and asked.caller.kind != "officer":
        raise NotAllowed("ต้องเข้าสู่ระบบในฐานะผู้เผยแพร่", f"Action {name} requires an authenticated user")
    return action.run(asked)


def _reads(run: Run) -> Run:
    ACTIONS[run.__name__] = Action(run, writes=False)
    return run


def _writes(run: Run) -> Run:
    ACTIONS[run.__name__] = Action(run, writes=True)
    return run


def _done(write: Callable[[], str]) -> str:
    """The id that a write answers, also when this very request was done before."""
    try:
        return write()
    except Replayed as before:
        return str((before.answer or {})["id"])


def _paging(given: Given) -> tuple[int | None, int]:
    messages: dict[str, list[str]] = {}
    found: list[int | None] = []
    for name in ("limit", "offset"):
        value = given.get(name)
        if value in (None, ""):
            found.append(None)
        elif isinstance(value, bool) or not str(value).isascii() or not str(value).isdigit() or len(str(value)) > 9:
            messages[name] = ["Must be a natural number"]
        else:
            found.append(int(value))
    if messages:
        raise Rejected(messages)
    return found[0], found[1] or 0


@_writes
def organization_create(asked: Asked) -> Any:
    """Create the organization of your agency: name, title, description, image_url."""
    organizations = asked.catalogue.organizations
    return organizations.show(_done(lambda: organizations.create(asked.caller, asked.once, asked.given)))


@_reads
def organization_show(asked: Asked) -> Any:
    """Show the organization with this id or name."""
    return asked.catalogue.organizations.show(asked.given.get("id"))


@_reads
def organization_list(asked: Asked) -> Any:
    """List the names of all organizations in the order of their titles; whole ones with all_fields."""
    limit, offset = _paging(asked.given)
    whole = bool(rules.flag(asked.given.get("all_fields", False)))
    return asked.catalogue.organizations.list(all_fields=whole, limit=limit, offset=offset)


@_writes
def package_create(asked: Asked) -> Any:
    """Create a dataset. With private=false the 14 mandatory fields of the Thai standard are needed."""
    packages = asked.catalogue.packages
    return packages.show(asked.caller, _done(lambda: packages.create(asked.caller, asked.once, asked.given)))


@_reads
def package_show(asked: Asked) -> Any:
    """Show the dataset with this id or name, with its resources."""
    return asked.catalogue.packages.show(asked.caller, asked.given.get("id") or asked.given.get("name_or_id"))


@_writes
def package_patch(asked: Asked) -> Any:
    """Change the given fields of a dataset and leave all others as they are."""
    packages = asked.catalogue.packages
    return packages.show(asked.caller, _done(lambda: packages.patch(asked.caller, asked.once, asked.given)))


@_reads
def package_list(asked: Asked) -> Any:
    """List the names of all public datasets."""
    limit, offset = _paging(asked.given)
    return asked.catalogue.packages.list(limit=limit, offset=offset)


@_reads
def package_search(asked: Asked) -> Any:
    """Search datasets: q takes words, fq takes field:value; rows, start and sort page through the answers."""
    return asked.catalogue.packages.search(asked.caller, searching.parse(asked.given))


@_writes
def resource_create(asked: Asked) -> Any:
    """Add a link (url) or a file to a dataset.

    For a file give upload: {file_name, size, sha256, media_type}; the result then has upload: {url, fields}, a form to
    send the file with (field `file`, last). It is taken in when it has arrived.
    """
    resources = asked.catalogue.resources
    made = _done(lambda: resources.create(asked.caller, asked.once, asked.given))
    return resources.show(asked.caller, made, form=True)


@_writes
def resource_patch(asked: Asked) -> Any:
    """Change the given fields of a resource; with upload, announce a new version of its file."""
    resources = asked.catalogue.resources
    made = _done(lambda: resources.patch(asked.caller, asked.once, asked.given))
    return resources.show(asked.caller, made, form=True)


@_reads
def resource_show(asked: Asked) -> Any:
    """Show the resource with this id."""
    return asked.catalogue.resources.show(asked.caller, asked.given.get("id"))


@_reads
def datastore_search(asked: Asked) -> Any:
    """Rows of a table: resource_id, filters, fields, sort, limit (100, at most 32000), offset."""
    return asked.catalogue.datastore.search(asked.caller, asked.given)


@_reads
def datastore_info(asked: Asked) -> Any:
    """Columns and row count of a table."""
    return asked.catalogue.datastore.info(asked.caller, asked.given)


@_reads
def license_list(_: Asked) -> Any:
    """List the licences under which datasets may be published."""
    return list(metadata.licenses())


@_reads
def status_show(asked: Asked) -> Any:
    """Show what this site is."""
    return {
        "ckan_version": CKAN_VERSION,
        "site_url": asked.catalogue.site,
        "site_title": "ข้อมูลเปิดภาครัฐ (Klang Open Data)",
        "site_description": "ศูนย์กลางข้อมูลเปิดภาครัฐ",
        "error_emails_to": None,
        "locale_default": "th",
        "extensions": ["datastore", "thai_gdc"],
    }


@_reads
def help_show(asked: Asked) -> Any:
    """Show what an action says of itself."""
    name = asked.given.get("name")
    if not name:
        raise Rejected({"name": ["Missing value"]})
    if not isinstance(name, str) or name not in ACTIONS:
        raise NotFound("ไม่พบคำสั่ง", "Action function not found")
    return ACTIONS[name].help

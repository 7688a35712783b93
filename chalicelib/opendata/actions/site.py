"""Actions on the site itself: what it is, its licences, and the help of the others."""

from __future__ import annotations

from typing import Any

from chalicelib.shared.errors import NotFound

from ..rules import Rejected
from ..standard import fields
from .registry import ACTIONS, Asked, reads

CKAN_VERSION = "2.11.6"
"""The CKAN whose Action API this is; clients choose their ways by it."""


@reads
def license_list(_: Asked) -> Any:
    """List the licences under which datasets may be published."""
    return list(fields.licenses())


@reads
def status_show(asked: Asked) -> Any:
    """Show what this site is."""
    return {
        "ckan_version": CKAN_VERSION,
        "site_url": asked.catalogue.site,
        "site_title": "ข้อมูลเปิดภาครัฐ (Klang Open Data)",
        "site_description": "ศูนย์กลางข้อมูลเปิดภาครัฐ",
        "error_emails_to": None,
        "locale_default": "th",
        "extensions": ["activity", "datastore", "datatables_view", "thai_gdc"],
    }


@reads
def help_show(asked: Asked) -> Any:
    """Show what an action says of itself."""
    name = asked.given.get("name")
    if not name:
        raise Rejected({"name": ["Missing value"]})
    if not isinstance(name, str) or name not in ACTIONS:
        raise NotFound("ไม่พบคำสั่ง", "Action function not found")
    return ACTIONS[name].help

"""The manual as a web page."""

from __future__ import annotations

from chalicelib.shared.thai import Text
from chalicelib.shared.web import Reply

from ..pages.sheet import Sheet
from ..pages.wording import WORDS
from .content import Manual


def page(manual: Manual, sheet: Sheet) -> Reply:
    """The whole page, in the language of the sheet."""
    label = WORDS["manual"]
    title = Text(th=f"{manual.name.th}: {label.th}", en=f"{manual.name.en}: {label.en}")
    return sheet.reply("manual.html", title, manual=manual, ways=[manual, *manual.others])

"""The list of services put together."""

from __future__ import annotations

from collections.abc import Mapping

from ..hall import Hall
from .links import Links
from .listing import Directory
from .model import Kind
from .ports import Source
from .sources import KnownLinks


class Services:
    """Everything that one can do.

    Args:
        hall: the room's tools.
        kept: who offers what that stands in the room's own table, by kind; links are the list's own.
        others: who offers what else.
    """

    def __init__(self, hall: Hall, kept: Mapping[Kind, Source], others: Mapping[Kind, Source]) -> None:
        self.links = Links(hall)
        self.directory = Directory({**kept, "link": KnownLinks(self.links)}, others, hall.now)
        hall.sweeps.append(self.links.sweep)

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
        sources: who offers what, by kind; links are the list's own.
    """

    def __init__(self, hall: Hall, sources: Mapping[Kind, Source]) -> None:
        self.links = Links(hall)
        self.directory = Directory({**sources, "link": KnownLinks(self.links)}, hall.now)
        hall.sweeps.append(self.links.sweep)

"""Mini-apps put together."""

from __future__ import annotations

from ..hall import Hall
from ..inbox.service import Inbox
from .delivering import Delivering
from .grants import Grants
from .holding import holding
from .ports import Consumers, Contacts
from .register import Register
from .store import Store
from .wire import Wire


class MiniApps:
    """The register, the people's grants and the wire.

    Args:
        hall: the room's tools.
        inbox: where messages go.
        consumers: the exchange's door for existing clients.
        contacts: addresses that people gave.
    """

    def __init__(self, hall: Hall, inbox: Inbox, consumers: Consumers, contacts: Contacts) -> None:
        shelf = Store(hall.parts.table)
        self.register = Register(hall, shelf)
        self.grants = Grants(hall, shelf)
        self.wire = Wire(hall, shelf, consumers, contacts)
        self.delivering = Delivering(hall, shelf, inbox)
        hall.hear("citizen.miniapp.pushed", self.delivering.on_event)
        hall.sweeps.append(self.delivering.sweep)
        hall.holdings["miniapps"] = holding(hall.parts.table, shelf)

"""Who learns of what in the room: the listeners of its events, and what runs each minute.

Services are made when they are first needed, so a function that never carries an event loads none of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .purging import PURGED
from .webhooks.service import DUE

if TYPE_CHECKING:
    from .service import Catalogue


def hang(catalogue: Catalogue) -> None:
    """Hangs the room's listeners and minute jobs on the catalogue."""
    catalogue.sweeps.append(lambda now: catalogue.harvest.sweep(now))
    catalogue.listen("opendata.", lambda event: catalogue.webhooks.fan_out(event))
    catalogue.listen("opendata.", lambda event: catalogue.uploads.take_arrived(event))
    catalogue.listen("opendata.dataset.", lambda event: catalogue.publishing.requests.on_event(event))
    catalogue.listen(PURGED, lambda event: catalogue.purging.clear(event))
    catalogue.sweeps.append(lambda now: catalogue.usage.run(now))
    catalogue.sweeps.append(lambda now: catalogue.dumps.sweep(now))
    catalogue.listen(DUE, lambda event: catalogue.webhooks.deliver(event))
    catalogue.listen("opendata.", lambda event: catalogue.activity_store.enter(event))
    catalogue.listen("opendata.", lambda event: catalogue.notices.tell(event))
    catalogue.listen("opendata.organization.", lambda event: catalogue.renaming.follow(event))
    catalogue.listen("opendata.group.", lambda event: catalogue.renaming.follow(event))

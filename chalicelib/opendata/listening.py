"""Who learns of what in the room: the listeners of its events, and what runs each minute.

Services are made when they are first needed, so a function that never carries an event loads none of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from chalicelib.shared.ids import new_token

from .events import PURGED, WEBHOOK_DUE

if TYPE_CHECKING:
    from .forgetting import Forget
    from .service import Catalogue


def hang(catalogue: Catalogue) -> None:
    """Hangs the room's listeners and minute jobs on the catalogue."""
    catalogue.sweeps.append(lambda now: catalogue.harvest.sweep(now))
    catalogue.listen("opendata.", lambda event: catalogue.webhooks.fan_out(event))
    catalogue.listen("opendata.", lambda event: catalogue.uploads.tell_of_arrived(event))
    catalogue.listen("opendata.", lambda event: catalogue.links.plan(event))
    catalogue.sweeps.append(lambda now: catalogue.links.sweep(now))
    catalogue.listen("opendata.dataset.", lambda event: catalogue.publishing.requests.on_event(event))
    catalogue.listen(PURGED, lambda event: catalogue.purging.clear(event, forgetting(catalogue)))
    catalogue.sweeps.append(lambda now: catalogue.contents.sweep(now))
    catalogue.sweeps.append(lambda now: catalogue.live.compaction.sweep(now))
    catalogue.sweeps.append(lambda now: catalogue.live.compaction.clear(now))
    catalogue.sweeps.append(lambda now: catalogue.usage.run(now))
    catalogue.sweeps.append(lambda now: catalogue.dumps.sweep(now))
    catalogue.sweeps.append(lambda now: catalogue.versions.roots.sweep(now))
    catalogue.listen("opendata.resource.", lambda event: catalogue.versions.on_event(event))
    catalogue.listen(WEBHOOK_DUE, lambda event: catalogue.webhooks.deliver(event))
    catalogue.listen("opendata.", lambda event: catalogue.activity_store.enter(event))
    for beginning in ("opendata.dataset.", "opendata.resource."):
        catalogue.listen(beginning, lambda event: catalogue.insight.following.on_event(event))
    catalogue.listen("opendata.", lambda event: catalogue.notices.tell(event))
    catalogue.listen("opendata.", lambda event: catalogue.firewall.let_go(event))
    catalogue.listen("opendata.", lambda event: catalogue.grading.on_event(event))
    catalogue.sweeps.append(lambda now: catalogue.grading.sweep(now))
    catalogue.listen("opendata.organization.", lambda event: catalogue.organizations.closing.look_again(event))
    catalogue.listen("opendata.organization.", lambda event: catalogue.renaming.follow(event))
    catalogue.listen("opendata.group.", lambda event: catalogue.renaming.follow(event))


def forgetting(catalogue: Catalogue) -> list[Forget]:
    """What the nouns do of their own when a dataset is purged."""
    from .harvest import forgetting as gathering
    from .participation import forgetting as saying

    parts = catalogue.parts
    return [
        lambda purged: saying.forget(parts.table, purged),
        lambda purged: catalogue.follows.forget("dataset", purged.id, purged.still),
        lambda purged: catalogue.notices.forget(purged),
        lambda purged: catalogue.activity_store.forget(purged.events, purged.still),
        lambda purged: catalogue.usage.forget(purged.id, parts.clock(), purged.still),
        lambda purged: catalogue.publishing.requests.forget(purged),
        lambda purged: gathering.forget(parts.table, purged),
        lambda purged: catalogue.jobs.forget(purged),
        lambda purged: catalogue.versions.forget(purged),
        lambda purged: catalogue.live.compaction.forget(purged),
        lambda purged: catalogue.insight.join_store.forget(purged),
        lambda purged: catalogue.cards.remove([purged.id], new_token),
    ]

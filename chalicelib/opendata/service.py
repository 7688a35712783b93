"""The room's services, put together."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from chalicelib.shared.objects import Objects
from chalicelib.shared.parts import Parts

from .datastore import DataStore
from .organizations import Organizations
from .packages import Packages
from .resources import Resources
from .store import Register, Store
from .tables import Tables
from .uploads import Uploads


@dataclass(frozen=True)
class Catalogue:
    """Everything the room can do.

    Attributes:
        site: public address, as CKAN's `site_url`.
        staff: who publishes for which agency.
        uploads: the consumer of the queue `opendata-uploads`.
        store: of organisations and datasets.
    """

    site: str
    staff: Register
    organizations: Organizations
    packages: Packages
    resources: Resources
    datastore: DataStore
    uploads: Uploads
    store: Store


def open_catalogue(parts: Parts, objects: Objects, *, folder: Path | None = None) -> Catalogue:
    """The room on these parts; `folder` is where tables may be kept on the local disk."""
    store = Store(parts.table, parts.journal)
    packages = Packages(store, site=parts.base_url, ids=parts.ids, clock=parts.clock)
    resources = Resources(store, packages, objects, site=parts.base_url, ids=parts.ids, clock=parts.clock)
    return Catalogue(
        site=parts.base_url,
        staff=Register(parts.table),
        organizations=Organizations(store, ids=parts.ids, clock=parts.clock),
        packages=packages,
        resources=resources,
        datastore=DataStore(resources, Tables(objects, folder)),
        uploads=Uploads(store, objects, clock=parts.clock),
        store=store,
    )

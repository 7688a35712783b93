"""The services around publication, put together: the steps of a dataset, workbooks of drafts, requests for data."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from chalicelib.shared.dataclass import dataclass
from chalicelib.shared.parts import Parts

if TYPE_CHECKING:
    from .access import Access
    from .editing import Editing
    from .governance.gate import Gate
    from .governance.service import Governance
    from .importing.service import Importing
    from .packages import Packages
    from .reading import Reading
    from .requests.reading import RequestReading
    from .requests.service import Requests
    from .store import Store


@dataclass
class Publishing:
    """What stands between a draft and the public."""

    parts: Parts
    store: Store
    access: Access
    gate: Gate
    packages: Packages
    editing: Editing
    reading: Reading

    @cached_property
    def governance(self) -> Governance:
        """The way of datasets to the public."""
        from .governance.service import Governance
        from .governance.store import GovernanceRows

        parts = self.parts
        return Governance(
            self.store,
            self.packages,
            self.access,
            self.gate,
            GovernanceRows(parts.table),
            self.reading,
            parts.cursors,
            ids=parts.ids,
            clock=parts.clock,
        )

    @cached_property
    def importing(self) -> Importing:
        """Workbooks of datasets."""
        from .importing.service import Importing

        return Importing(self.store, self.access, self.editing, clock=self.parts.clock)

    @cached_property
    def requests(self) -> Requests:
        """Requests for data."""
        from .requests.service import Requests
        from .requests.store import RequestRows

        parts, rows = self.parts, RequestRows(self.parts.table)
        return Requests(
            self.store,
            rows,
            parts.journal,
            self.packages,
            self.request_reading,
            ids=parts.ids,
            clock=parts.clock,
        )

    @cached_property
    def request_reading(self) -> RequestReading:
        """Requests for data as people read them."""
        from .requests.reading import RequestReading
        from .requests.store import RequestRows

        rows = RequestRows(self.parts.table)
        return RequestReading(self.store, rows, self.packages, self.gate, self.parts.cursors)

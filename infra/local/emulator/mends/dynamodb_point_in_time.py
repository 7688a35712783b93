"""Restores of a table as it was (needed by moto 5.2.5).

moto's RestoreTableToPointInTime copies the table as it is now, whatever time is asked for, and a deleted table is gone.
Here a table with point-in-time recovery remembers what each write replaced, a restore takes back what came later, and
the deletion of such a table leaves a backup of the type SYSTEM (Developer Guide, "Point-in-time recovery": kept for 35
days). A time before recovery was switched on, or ahead of now, is refused as AWS does.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from moto.core.exceptions import JsonRESTError
from moto.core.utils import unix_time
from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.table import Backup, RestoredPITTable, Table
from moto.dynamodb.responses import DynamoHandler


class InvalidRestoreTime(JsonRESTError):
    """The time is not between the first and the last moment that can be restored."""

    def __init__(self) -> None:
        super().__init__("InvalidRestoreTimeException", "The time is outside of the window that can be restored")


class _History:
    """Stands where moto keeps the shard of a stream, which hears of every write."""

    def __init__(self) -> None:
        self.items: list[tuple[float, Any, Any]] = []

    def __deepcopy__(self, memo: dict[int, Any]) -> _History:
        return _History()

    def add(self, old: Any, new: Any) -> None:
        """Notes what a write replaced: None where nothing was."""
        self.items.append((unix_time(), new if old is None else old, old))

    def undo(self, table: Table, until: float) -> None:
        """Takes back in `table` all writes later than `until`."""
        rows: Any = table.items
        for at, named, before in reversed(self.items):
            if at <= until:
                break
            if before is not None:
                rows[named.hash_key][named.range_key] = before
            elif named.hash_key in rows:
                rows[named.hash_key].pop(named.range_key, None)


def install() -> None:
    """Remember writes, heed the time of a restore, back up what is deleted."""
    switch, delete, handle = (
        DynamoDBBackend.update_continuous_backups,
        DynamoDBBackend.delete_table,
        DynamoHandler.restore_table_to_point_in_time,
    )

    def update_continuous_backups(self: DynamoDBBackend, table_name: str, point_in_time_spec: Any) -> Any:
        answer = switch(self, table_name, point_in_time_spec)
        table = self.get_table(table_name)
        if point_in_time_spec["PointInTimeRecoveryEnabled"] and table.stream_shard is None and table.has_range_key:
            table.stream_shard = _History()  # type: ignore[assignment]  # hears the same calls
        return answer

    def delete_table(self: DynamoDBBackend, name: str) -> Table:
        table = delete(self, name)
        if isinstance(table.stream_shard, _History):
            kept = Backup(self.account_id, self.region_name, f"{table.name}$DeletedTableBackup", table, None, "SYSTEM")
            self.backups[kept.arn] = kept
        return table

    def restore_table_to_point_in_time(self: DynamoHandler) -> Any:
        asked = self.body.get("RestoreDateTime")
        source = self.dynamodb_backend.get_table(self.body["SourceTableName"])
        history: Any = source.stream_shard
        if not isinstance(history, _History):
            return handle(self)
        until = unix_time() if asked is None or self.body.get("UseLatestRestorableTime") else _seconds(asked)
        earliest = source.continuous_backups["PointInTimeRecoveryDescription"]["EarliestRestorableDateTime"]
        if not earliest <= until <= unix_time():
            raise InvalidRestoreTime
        answer = handle(self)
        made = self.dynamodb_backend.get_table(self.body["TargetTableName"])
        if not isinstance(made, RestoredPITTable):
            raise TypeError("moto made another kind of table")
        history.undo(made, until)
        return answer

    DynamoDBBackend.update_continuous_backups = update_continuous_backups  # type: ignore[method-assign] # the mend
    DynamoDBBackend.delete_table = delete_table  # type: ignore[method-assign] # the mend
    DynamoHandler.restore_table_to_point_in_time = restore_table_to_point_in_time  # type: ignore[method-assign] # the mend


def _seconds(time: Any) -> float:
    return time.timestamp() if isinstance(time, dt.datetime) else float(time)

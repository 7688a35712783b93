"""Saved queries of CloudWatch Logs: PutQueryDefinition and DescribeQueryDefinitions (moto 5.2.5 has neither)."""

from __future__ import annotations

import uuid
from typing import Any
from weakref import WeakKeyDictionary

from moto.core.responses import ActionResult
from moto.logs.models import LogsBackend
from moto.logs.responses import LogsResponse

_kept: WeakKeyDictionary[LogsBackend, dict[str, dict[str, Any]]] = WeakKeyDictionary()


def install() -> None:
    """Add the two operations."""

    def put_query_definition(self: LogsResponse) -> ActionResult:
        query = {"queryDefinitionId": self._get_param("queryDefinitionId") or str(uuid.uuid4())}
        query |= {name: self._get_param(name) for name in ("name", "queryString", "logGroupNames")}
        _kept.setdefault(self.logs_backend, {})[query["queryDefinitionId"]] = query
        return ActionResult({"queryDefinitionId": query["queryDefinitionId"]})

    def describe_query_definitions(self: LogsResponse) -> ActionResult:
        begins = self._get_param("queryDefinitionNamePrefix") or ""
        there = _kept.get(self.logs_backend, {}).values()
        return ActionResult({"queryDefinitions": [each for each in there if each["name"].startswith(begins)]})

    LogsResponse.put_query_definition = put_query_definition  # type: ignore[attr-defined] # the mend
    LogsResponse.describe_query_definitions = describe_query_definitions  # type: ignore[attr-defined] # the mend

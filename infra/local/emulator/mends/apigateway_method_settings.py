"""Takes a method's own settings away from a stage (needed by moto 5.2.5, which ignores that patch operation)."""

from __future__ import annotations

from typing import Any

from moto.apigateway.models import Stage


def install() -> None:
    """`remove` of `/{path}/{method}`, the path's slashes written as `~1` (API Gateway, "Patch operations")."""
    apply_operations = Stage.apply_operations

    def applying(self: Stage, patch_operations: list[dict[str, Any]]) -> Stage:
        for operation in patch_operations:
            key = operation["path"].removeprefix("/")
            if operation["op"] == "remove" and self.method_settings:
                self.method_settings.pop(key, None)
        return apply_operations(self, patch_operations)

    Stage.apply_operations = applying  # type: ignore[method-assign] # the mend

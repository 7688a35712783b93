"""Imports the Swagger 2.0 document of `chalice deploy` (needed by moto 5.2.5).

moto takes OpenAPI 3 only, insists on `info.description`, and calls `put_integration` without `uri` for MOCK
integrations (the CORS preflight), which its own signature refuses. The parts of the document that moto reads
are the same in both versions.
"""

from __future__ import annotations

import copy
from typing import Any

from moto.apigateway.models import APIGatewayBackend


def _acceptable(document: dict[str, Any]) -> dict[str, Any]:
    document = copy.deepcopy(document)
    if document.get("swagger") == "2.0":
        del document["swagger"]
        document["openapi"] = "3.0.1"
    document.setdefault("info", {}).setdefault("description", "")
    return document


def install() -> None:
    """Adapt documents and MOCK integrations on their way in."""
    import_rest_api = APIGatewayBackend.import_rest_api
    put_rest_api = APIGatewayBackend.put_rest_api
    put_integration = APIGatewayBackend.put_integration

    def importing(self: APIGatewayBackend, api_doc: dict[str, Any], fail_on_warnings: bool) -> Any:
        return import_rest_api(self, _acceptable(api_doc), fail_on_warnings)

    def putting(
        self: APIGatewayBackend,
        function_id: str,
        api_doc: dict[str, Any],
        fail_on_warnings: bool,
        mode: str = "merge",
    ) -> Any:
        return put_rest_api(self, function_id, _acceptable(api_doc), fail_on_warnings, mode=mode)

    def integrating(self: APIGatewayBackend, *args: Any, **kwargs: Any) -> Any:
        if len(args) < 5:
            kwargs.setdefault("uri", None)
        if len(args) < 6:
            kwargs.setdefault("integration_method", None)
        return put_integration(self, *args, **kwargs)

    APIGatewayBackend.import_rest_api = importing  # type: ignore[method-assign] # the mend
    APIGatewayBackend.put_rest_api = putting  # type: ignore[method-assign] # the mend
    APIGatewayBackend.put_integration = integrating  # type: ignore[method-assign] # the mend

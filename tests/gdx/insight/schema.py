"""The record of X-Road's operational monitoring as far as Klang fills it.

Names, types, units and lengths of `query_operational_data_response_payload_schema.yaml` (X-Road, PR-OPMON annex B); a
field that is not listed here must not be in a record.
"""

from __future__ import annotations

from typing import Any

_TEXT = {"type": "string", "maxLength": 255}
_COUNT = {"type": "integer", "minimum": 0}

RECORD: dict[str, Any] = {
    "type": "object",
    "properties": {
        "monitoringDataTs": _COUNT,
        "securityServerType": {"type": "string", "enum": ["Client", "Producer"]},
        "requestInTs": _COUNT,
        "requestOutTs": _COUNT,
        "responseInTs": _COUNT,
        "responseOutTs": _COUNT,
        "clientXRoadInstance": _TEXT,
        "clientMemberClass": _TEXT,
        "clientMemberCode": _TEXT,
        "clientSubsystemCode": _TEXT,
        "serviceXRoadInstance": _TEXT,
        "serviceMemberClass": _TEXT,
        "serviceMemberCode": _TEXT,
        "serviceSubsystemCode": _TEXT,
        "serviceCode": _TEXT,
        "restMethod": _TEXT,
        "restPath": _TEXT,
        "messageId": _TEXT,
        "messageIssue": _TEXT,
        "messageProtocolVersion": _TEXT,
        "succeeded": {"type": "boolean"},
        "faultCode": _TEXT,
        "faultString": {"type": "string", "maxLength": 2048},
        "requestSize": _COUNT,
        "responseSize": _COUNT,
        "statusCode": _COUNT,
        "serviceType": {"type": "string", "enum": ["WSDL", "REST", "OPENAPI3"]},
        "xRequestId": {"type": "string", "pattern": "^[0-9a-f-]{36}$"},
    },
    "required": ["securityServerType", "requestInTs", "responseOutTs", "succeeded", "messageId", "serviceCode"],
    "additionalProperties": False,
}

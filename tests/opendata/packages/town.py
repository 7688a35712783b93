"""What tests of packages ask of the portal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tests.opendata.people import operator
from tests.opendata.portal import METADATA, Portal
from tests.support.client import Answer

LINK = {"url": "https://x.example/a.csv", "name": "แผนที่"}


@dataclass
class Town:
    """The portal and the operator's token."""

    portal: Portal
    operator: str

    def write(self, action: str, token: str | None = None, /, **given: Any) -> Any:
        """The result of an action, as the publisher unless somebody else is named."""
        return self.portal.result(self.portal.act(action, token or self.portal.publisher, **given))

    def refused(self, action: str, token: str | None = None, /, **given: Any) -> tuple[int, Any]:
        """Status and error of an action that must fail."""
        answer = self.portal.act(action, token or self.portal.publisher, **given)
        assert answer.status >= 400, answer.text
        error = answer.json["error"]
        return answer.status, error

    def show(self, name: str = "food-licences", token: str | None = None) -> Any:
        """A package as its publisher sees it."""
        return self.portal.result(self.portal.ask("package_show", token or self.portal.publisher, id=name))

    def form(
        self, action: str, fields: Mapping[str, str], files: Mapping[str, tuple[str, bytes]], **more: str
    ) -> Answer:
        """An action by a multipart form."""
        boundary = "----form"
        parts = [
            f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
            for name, value in fields.items()
        ]
        for name, (file, content) in files.items():
            head = f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"; filename="{file}"\r\n\r\n'
            parts.append(head.encode() + content + b"\r\n")
        headers = {"content-type": f"multipart/form-data; boundary={boundary}", "Authorization": self.portal.publisher}
        body = b"".join(parts) + f"--{boundary}--\r\n".encode()
        return self.portal.client.post(f"/api/3/action/{action}", body=body, headers={**headers, **more})


def whole(name: str = "food-licences", **changes: Any) -> dict[str, Any]:
    """Parameters of a public dataset with two resources."""
    resources = [{**LINK, "name": "a", "wms_layer": {"n": [1, "ก"]}}, {**LINK, "name": "b", "size": 5}]
    return {**METADATA, "name": name, "owner_org": "laemngop", "resources": resources, **changes}


def settled(portal: Portal) -> Town:
    """The portal with two organisations in it."""
    portal.organization()
    portal.act("organization_create", portal.other, name="other", title="อื่น")
    return Town(portal, operator(portal))

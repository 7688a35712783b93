"""boto3 sessions that can only reach the emulator: its address and its made-up credentials travel with them."""

from __future__ import annotations

from typing import Any

from boto3.session import Session


class LocalSession(Session):
    """A session whose every client speaks to one endpoint.

    Nothing is read from the environment or from files, so a developer's real credentials can never be used here.

    Args:
        endpoint: the emulator's address.
        region: the AWS region.
    """

    def __init__(self, endpoint: str, region: str) -> None:
        super().__init__(
            aws_access_key_id="testing",  # the emulators take any
            aws_secret_access_key="testing",  # noqa: S106 - no secret: the emulators take any
            region_name=region,
        )
        self.endpoint = endpoint

    def client(self, service_name: Any, *args: Any, **options: Any) -> Any:
        """A client of the emulator."""
        return super().client(service_name, *args, **{**options, "endpoint_url": self.endpoint})

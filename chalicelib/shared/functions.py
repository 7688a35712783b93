"""What a room may ask of another function of its platform, whatever stands behind it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

Json = dict[str, Any]


class Functions(Protocol):
    """Functions of the same stage, called for their answers."""

    def call(self, name: str, event: Mapping[str, Any], *, patience: float) -> Json:
        """The answer of a function.

        Args:
            name: as in `app.py`.
            event: JSON types only.
            patience: seconds to wait for the answer.

        Raises:
            shared.errors.Unavailable: it is too busy, failed, or did not answer in time; asking again may help.
        """
        ...

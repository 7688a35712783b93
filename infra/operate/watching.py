"""What rings."""

from __future__ import annotations

from typing import Any

import boto3

from infra.stages import REGION
from infra.watching.told import states

from .command import Asked, Command


def alarms(asked: Asked) -> dict[str, Any]:
    """The alarms of a platform, as CloudWatch has them."""
    session = asked.session or boto3.session.Session(region_name=REGION)
    return states(session.client("cloudwatch"), asked.house.settings.environment, asked.room)


COMMANDS = (Command("alarms", "tell which alarms ring, and what the runbook says of each", alarms),)

"""PutCompositeAlarm (moto 5.2.5 keeps composite alarms, but has no operation that makes one), and DescribeAlarms that
tells of the kinds that were asked for alone: without `AlarmTypes`, of metric alarms (API Reference, DescribeAlarms).
"""

from __future__ import annotations

from typing import Any

from moto.cloudwatch.models import Alarm
from moto.cloudwatch.responses import CloudWatchResponse
from moto.core.responses import ActionResult


def install() -> None:
    """Add the operation, and keep the kinds apart."""
    describe = CloudWatchResponse.describe_alarms

    def describe_alarms(self: CloudWatchResponse) -> ActionResult:
        wanted = self._get_param("AlarmTypes") or ["MetricAlarm"]
        found: Any = describe(self).result
        return ActionResult({f"{kind}s": found[f"{kind}s"] for kind in wanted})

    CloudWatchResponse.put_composite_alarm = CloudWatchResponse.put_metric_alarm  # type: ignore[attr-defined] # the mend
    CloudWatchResponse.describe_alarms = describe_alarms  # type: ignore[method-assign] # the mend
    Alarm.alarm_rule = property(lambda self: self.rule)  # type: ignore[attr-defined] # the name that is written out

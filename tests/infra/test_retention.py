"""The page on retention says what the template and the code do."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from chalicelib.shared.journal import CLAIM_LIVES, DONE_LIVES, EFFECT_LIVES
from infra.deploy.keeping import TEMPLATE as KEEPING
from infra.deploy.releases import KEPT
from infra.provision import load_template
from infra.stages import LOG_DAYS, REGION

PAGE = (Path(__file__).resolve().parents[2] / "docs/how-to/retention-and-residency.md").read_text("utf-8")
DAY = 24 * 3600
TEMPLATE = load_template()


def _rows(section: str) -> list[list[str]]:
    """The cells of a section's table, without its head."""
    (text,) = re.findall(rf"^## {section}\n(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL)
    lines = [line for line in text.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def _of(kind: str) -> dict[str, dict[str, Any]]:
    return {name: each.properties for name, each in TEMPLATE.resources.items() if each.type == kind}


def _told(what: str) -> str:
    (found,) = [cells[1] for cells in _rows("Everything else") if cells[0].startswith(what)]
    return found


def test_every_rule_of_every_bucket_is_told_as_it_is() -> None:
    rules = {}
    for bucket in _of("AWS::S3::Bucket").values():
        purpose = re.sub(r"^klang-\$\{Environment\}-|-\$\{BucketSuffix\}$", "", bucket["BucketName"]["Fn::Sub"])
        for rule in bucket["LifecycleConfiguration"]["Rules"]:
            if "Prefix" in rule:
                days = str(rule.get("ExpirationInDays", "-"))
                rules[(purpose, rule["Prefix"])] = (days, str(rule["NoncurrentVersionExpiration"]["NoncurrentDays"]))
    told = {(cells[0], cells[1]): (cells[2], cells[3]) for cells in _rows("Objects") if not cells[1].startswith("(")}
    assert told == rules
    assert {cells[0] for cells in _rows("Objects")} == {purpose for purpose, _ in rules} | {"gdx-log"}


def test_the_log_is_locked_as_long_as_the_page_says() -> None:
    lock = _of("AWS::S3::Bucket")["GdxLogBucket"]["ObjectLockConfiguration"]["Rule"]["DefaultRetention"]
    assert f"locked for {lock['Fn::If'][1]['Years']} years" in PAGE


def test_what_else_is_told_is_what_is_set() -> None:
    assert _told("logs of functions") == f"{LOG_DAYS} days"
    for table in _of("AWS::DynamoDB::Table").values():
        # without a RecoveryPeriodInDays it is 35 (API Reference, PointInTimeRecoverySpecification)
        assert table["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
        assert table["TimeToLiveSpecification"] == {"AttributeName": "ttl", "Enabled": True}
    assert _told("point-in-time recovery") == "35 days"
    kept = {name.endswith("Dlq"): each["MessageRetentionPeriod"] / DAY for name, each in _of("AWS::SQS::Queue").items()}
    assert _told("messages in a queue") == f"{kept[False]:.0f} days"
    assert _told("messages in a dead-letter queue") == f"{kept[True]:.0f} days"
    assert len({(n.endswith("Dlq"), q["MessageRetentionPeriod"]) for n, q in _of("AWS::SQS::Queue").items()}) == 2
    assert _told("answers to Idempotency-Keys") == f"{CLAIM_LIVES // DAY} days"
    assert _told("what was done because of an event") == f"{EFFECT_LIVES // DAY} days"
    assert _told("outbox rows") == f"{DONE_LIVES // DAY} days"
    (bucket,) = [each for each in load_template(KEEPING).resources.values() if each.type == "AWS::S3::Bucket"]
    (old,) = [rule for rule in bucket.properties["LifecycleConfiguration"]["Rules"] if rule["Id"] == "old-versions"]
    days = old["NoncurrentVersionExpiration"]["NoncurrentDays"]
    assert _told("releases") == f"the last {KEPT} that were well; old versions {days} days"


def test_the_region_is_the_one_that_is_told() -> None:
    assert f"`{REGION}`" in PAGE


def test_who_was_erased_is_known_longer_than_any_backup_reaches_back() -> None:
    """Whether these entries ended by themselves, or were deleted with everything else."""
    ((days, old),) = [(cells[2], cells[3]) for cells in _rows("Objects") if cells[1] == "erased/"]
    assert min(int(days), int(old)) > int(_told("point-in-time recovery").split()[0])

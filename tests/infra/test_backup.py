"""Copies of a stage's data: all that holds state, for no longer than an erasure is known, taken away by nobody."""

from __future__ import annotations

import subprocess
import sys
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest

from infra.deploy.keeping import TEMPLATE as KEEPING
from infra.provision import PLATFORMS, TEMPLATE, load_template
from tests.infra.test_guards import guards, lets_in, of_type, statements

FILE = TEMPLATE.with_name("backup.yaml")
COPIES = load_template(FILE)
VALUES = {
    "${Environment}": "prod",
    "${BucketSuffix}": "th",
    "${AWS::Region}": "ap-southeast-1",
    "${AWS::AccountId}": "123456789012",
}
MOST_DAYS = COPIES.parameters["KeptDays"]["MaxValue"]


def filled(text: str, platform: str) -> str:
    for name, value in {**VALUES, "${Platform}": platform, "${Stage}": f"prod-{platform}"}.items():
        text = text.replace(name, value)
    return text


def of(name: str) -> dict[str, Any]:
    return COPIES.resources[name].properties


def stateful(platform: str) -> list[str]:
    """The ARNs of what a platform keeps: by the template of its data, and by that of its deployments."""
    arns = []
    for each in (*load_template().resources.values(), *load_template(KEEPING).resources.values()):
        if each.condition not in (None, platform.capitalize()):
            continue
        if each.type == "AWS::DynamoDB::Table":
            name = filled(each.properties["TableName"]["Fn::Sub"], platform)
            arns.append(f"arn:aws:dynamodb:ap-southeast-1:123456789012:table/{name}")
        elif each.type == "AWS::S3::Bucket":
            assert each.properties["VersioningConfiguration"] == {"Status": "Enabled"}, "AWS Backup wants versions"
            arns.append(f"arn:aws:s3:::{filled(each.properties['BucketName']['Fn::Sub'], platform)}")
    return arns


def test_cfn_lint_finds_nothing_and_it_fits_into_a_call() -> None:
    lint = Path(sys.executable).with_name("cfn-lint")
    done = subprocess.run([lint, FILE], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")
    assert len(COPIES.text.encode()) <= 51_200


@pytest.mark.parametrize("platform", PLATFORMS)
def test_every_table_and_every_bucket_that_holds_state_is_copied_and_may_be_read(platform: str) -> None:
    kept = stateful(platform)
    assert len(kept) >= 3
    chosen = [filled(each["Fn::Sub"], platform) for each in of("Selection")["BackupSelection"]["Resources"]]
    assert [arn for arn in kept if not any(fnmatchcase(arn, each) for each in chosen)] == []
    (policy,) = of("Role")["Policies"]
    rights = {each["Sid"]: each["Resource"] for each in policy["PolicyDocument"]["Statement"]}
    named = [rights["Table"], *rights["Buckets"]]
    assert [filled(each["Fn::Sub"], platform) for each in named] == chosen
    others = [arn for other in PLATFORMS if other != platform for arn in stateful(other)]
    assert [arn for arn in others if any(fnmatchcase(arn, each) for each in chosen)] == []


def test_the_policies_of_the_buckets_let_the_role_read() -> None:
    """By its name: each platform's bucket knows whose roles are the platform's."""
    asked = 0
    for bucket in of_type("AWS::S3::BucketPolicy").values():
        platform = next(each for each in PLATFORMS if bucket["Bucket"]["Ref"].startswith(each.capitalize()))
        guard = statements(bucket, "PolicyDocument").get("ContentsForThePlatformOnly")
        if guard is not None:
            asked += 1
            assert lets_in(guards(guard, "prod"), filled(of("Role")["RoleName"]["Fn::Sub"], platform))
    assert asked >= 4


def test_a_copy_is_made_each_night_and_goes_to_the_other_vault_for_as_long() -> None:
    (rule,) = of("Plan")["BackupPlan"]["BackupPlanRule"]
    assert rule["ScheduleExpression"] == "cron(0 18 * * ? *)" and rule["TargetBackupVault"] == {"Ref": "Vault"}
    days = {"DeleteAfterDays": {"Ref": "KeptDays"}}
    assert rule["Lifecycle"] == days
    assert rule["CopyActions"] == [{"DestinationBackupVaultArn": {"Ref": "CopyTo"}, "Lifecycle": days}]
    assert of("Selection")["BackupPlanId"] == {"Ref": "Plan"}
    assert all(COPIES.resources[name].condition == "Here" for name in ("Plan", "Role", "Selection"))


def test_no_copy_lives_longer_than_it_is_known_whom_to_erase_again() -> None:
    (erased,) = (
        rule
        for rule in of_type("AWS::S3::Bucket")["CitizenDocumentsBucket"]["LifecycleConfiguration"]["Rules"]
        if rule.get("Prefix") == "erased/"
    )
    assert min(erased["ExpirationInDays"], erased["NoncurrentVersionExpiration"]["NoncurrentDays"]) > MOST_DAYS
    lock = of("Vault")["LockConfiguration"]
    assert lock["MaxRetentionDays"] == lock["MinRetentionDays"] == {"Ref": "KeptDays"}
    page = (FILE.parents[1] / "docs/how-to/retention-and-residency.md").read_text("utf-8")
    assert f"| {COPIES.parameters['KeptDays']['Default']} days, or as chosen (at most {MOST_DAYS}) |" in page


def test_nobody_takes_a_copy_away_and_the_stack_takes_no_vault_with_it() -> None:
    (denied,) = of("Vault")["AccessPolicy"]["Statement"]
    assert (denied["Effect"], denied["Principal"]) == ("Deny", "*")
    assert "backup:DeleteRecoveryPoint" in denied["Action"]
    lock = of("Vault")["LockConfiguration"]["ChangeableForDays"]["Fn::If"]
    assert lock == ["ForGood", 3, {"Ref": "AWS::NoValue"}]  # three days is the least that AWS takes
    document = FILE.read_text("utf-8")
    for name in ("Vault", "VaultKey"):
        body = document.split(f"\n  {name}:\n")[1]
        assert body.splitlines()[1:3] == ["    DeletionPolicy: Retain", "    UpdateReplacePolicy: Retain"]

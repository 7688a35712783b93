"""The conditions of the transactions on DynamoDB itself (moto): one application, one licence, one status."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pytest

from chalicelib.shared import status_list
from chalicelib.shared.aws.clients import Clients
from chalicelib.shared.aws.dynamo import DynamoTable
from chalicelib.shared.aws.keys import KmsSigner, room_secret
from chalicelib.shared.journal import chain_is_whole
from chalicelib.shared.keyring import Keyring
from chalicelib.shared.storage import Item, Key
from tests.biz.town import MALEE
from tests.support.cloud import REGION, local_cloud

from .sample import CLERK, SignTown

WHY = {"reasons": {"th": "ผิดแบบ", "en": "Not as drawn."}}


class Interrupted(DynamoTable):
    """DynamoDB, where something happens right after somebody has read a licence."""

    meanwhile: Any = None

    def get_many(self, keys: Sequence[Key]) -> Mapping[Key, Item]:
        found = super().get_many(keys)
        if self.meanwhile is not None and any(key.pk.startswith("LIC#") and key.sk == "META" for key in keys):
            happens, self.meanwhile = self.meanwhile, None
            happens()
        return found


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[SignTown, Interrupted]]:
    """The town of signs on a cloud of its own."""
    with local_cloud(["biz"]) as session:
        clients = Clients(REGION, session)
        table = Interrupted(lambda: clients.dynamodb, "klang-test-biz")
        keyring = Keyring(
            lambda: room_secret(table, lambda: clients.kms, "alias/klang-test-biz-data"),
            lambda: KmsSigner(lambda: clients.kms, "alias/klang-test-biz-signing"),
        )
        yield SignTown(tmp_path_factory.mktemp("signs"), table=table, keyring=keyring), table


def test_a_licence_is_renewed_changed_and_given_back_on_aws(cloud: tuple[SignTown, Interrupted]) -> None:
    town, table = cloud
    first = town.sign()
    town.on("2027-10-01")
    renewal, end = town.begin("renew", first), town.begin("cancel", first)
    town.patch(end, {"reason": "เลิก"})
    second = town.carried(renewal)
    assert town.call(MALEE, "POST", f"/applications/{end}/submit").status == 200, "the renewal let go of the licence"
    assert town.call(CLERK, "POST", f"/applications/{end}/actions/accept", json={}).status == 409, "renewed meanwhile"
    town.ok(MALEE, "POST", f"/applications/{end}/withdraw")
    changing = town.begin("amend", second)
    town.patch(changing, {"words": "ชา"})
    third = town.carried(changing)
    ending = town.begin("cancel", third)
    town.patch(ending, {"reason": "เลิก"})
    town.file(ending)
    assert town.call(MALEE, "POST", "/applications", json={"procedure": "amend", "licence": third}).status == 409
    town.act(CLERK, ending, "accept")
    assert table.get(Key(f"LIC#{third}", "FILED")) is None
    assert [town.licence(no).status for no in (first, second, third)] == ["valid", "replaced", "cancelled"]
    off = [
        town.biz.store.flipped(town.licence(no).list_id).get(town.licence(no).index, 0) for no in (first, second, third)
    ]
    assert off == [status_list.Status.VALID, status_list.Status.INVALID, status_list.Status.INVALID]
    assert all(chain_is_whole(town.journal.history(f"LIC#{no}")) for no in (first, second, third))


@pytest.mark.parametrize("change", ["suspend", "revoke"])
def test_an_officer_who_revokes_in_between_wins_on_aws(cloud: tuple[SignTown, Interrupted], change: str) -> None:
    town, table = cloud
    no = town.sign()
    case = town.begin("amend", no)
    town.patch(case, {"words": "ชา"})
    town.file(case)
    table.meanwhile = lambda: town.ok(CLERK, "POST", f"/licences/{no}/{change}", json=WHY)
    lost = town.call(CLERK, "POST", f"/applications/{case}/actions/approve", json={})
    assert (lost.status, lost.json["type"].rpartition("/")[2]) == (412, "stale")
    again = town.call(CLERK, "POST", f"/applications/{case}/actions/approve", json={})
    assert again.status == 409 and no in again.text
    assert town.licence(no).replaced_by is None


def test_of_two_filed_at_once_one_is_taken_on_aws(cloud: tuple[SignTown, Interrupted]) -> None:
    town, _ = cloud
    no = town.sign()
    one, other = town.begin("replace", no), town.begin("replace", no)
    for case in (one, other):
        town.patch(case, {"loss": "หาย"})
    town.file(one)
    lost = town.call(MALEE, "POST", f"/applications/{other}/submit")
    assert lost.status == 409 and "Another application about this licence" in lost.text
    assert town.case(other).received_at is None

"""Powers of attorney on real AWS interfaces: the condition of a transaction is DynamoDB's own."""

from __future__ import annotations

import pytest

from chalicelib.biz.office import Told
from chalicelib.shared.errors import NotFound, Stale
from chalicelib.shared.identity import Caller
from chalicelib.shared.ids import new_id, new_token
from chalicelib.shared.journal import Once

from ..test_cloud import cloud_town as cloud_town
from ..town import MALEE, SOMCHAI, Town
from .deeds import command, drafted, held, opened, show


def test_acting_listing_and_the_end_of_it_on_aws(cloud_town: Town) -> None:
    town = cloud_town
    deed = held(town)
    case = drafted(town, deed)
    second = opened(town, deed)
    assert town.ok(SOMCHAI, "POST", f"/applications/{case}/submit")["by_agent"]
    page = town.ok(SOMCHAI, "GET", f"/applications?delegation={deed}&limit=1")
    rest = town.ok(SOMCHAI, "GET", f"/applications?delegation={deed}&limit=1&cursor={page['next']}")
    assert [page["items"][0]["id"], rest["items"][0]["id"]] == [second, case]
    assert len(show(town, deed)["done"]) == 6
    caller = Caller("citizen", id=town.keyring.pseudonym(SOMCHAI), name="สมชาย ใจดี")
    office = town.biz.office
    looked_up = office.own(None, second, caller, "fill")
    command(town, MALEE, deed, "revoke")
    told = Told("application.changed", {"fields": []}, heard=False)
    with pytest.raises(Stale):
        office.save(Once(new_id(), "", new_token(), claimed=False), looked_up, [told], by=caller.label)
    with pytest.raises(NotFound):
        office.own(None, second, caller, "fill")
    assert [item["status"] for item in town.ok(SOMCHAI, "GET", "/delegations?side=agent")["items"]] == ["revoked"]

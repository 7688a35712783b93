"""Whom the rule of four eyes binds cannot slip it: not by switching it off, forgetting it, or going by another way."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from chalicelib.opendata.standard.governance import needs_four_eyes
from tests.opendata.governance.town import Municipality
from tests.opendata.people import operator
from tests.opendata.portal import METADATA
from tests.support.client import Answer

EYES = [{"key": "four_eyes", "value": "true"}]
OTHER = [{"key": "contact", "value": "ชั้น 2"}]


@pytest.fixture
def town(tmp_path: Path) -> Municipality:
    town = Municipality(tmp_path / "tables")
    town.result(town.act("organization_patch", operator(town), id="laemngop", extras=[*EYES, *OTHER]))
    return town


def careful(town: Municipality) -> bool:
    group = town.catalogue.store.group("organization", "laemngop")
    assert group is not None
    return needs_four_eyes(group)


def refused(answer: Answer) -> bool:
    return answer.status == 403 and "four" in answer.json["error"]["message"].replace("_", " ")


@pytest.mark.parametrize("action", ["organization_patch", "organization_update"])
@pytest.mark.parametrize(
    "extras",
    [
        [],
        OTHER,
        [{"key": "four_eyes", "value": "false"}],
        [{"key": "four_eyes", "value": ""}],
        [{"key": "Four_Eyes", "value": "true"}],
    ],
)
def test_its_own_admin_does_not_switch_it_off(town: Municipality, action: str, extras: list[dict[str, str]]) -> None:
    given: dict[str, Any] = {"id": "laemngop", "name": "laemngop", "title": "ใหม่", "extras": extras}
    assert refused(town.act(action, town.publisher, **given))
    assert careful(town)
    shown = town.result(town.ask("organization_show", id="laemngop"))
    assert shown["title"] == "เทศบาลตำบลแหลมงอบ"  # nothing of the refused change was written
    assert town.act(action, operator(town), **given).status == 200
    assert not careful(town)


def test_a_client_that_does_not_speak_of_extras_takes_nothing_away(town: Municipality) -> None:
    town.result(town.act("organization_update", town.publisher, id="laemngop", name="laemngop", title="ใหม่"))
    town.result(town.act("organization_patch", town.publisher, id="laemngop", description="x"))
    shown = town.result(town.ask("organization_show", id="laemngop"))
    assert careful(town)
    assert [extra["key"] for extra in shown["extras"]] == ["four_eyes"]
    town.result(town.act("organization_patch", town.publisher, id="laemngop", extras=[*OTHER, *EYES]))
    assert careful(town)


def test_its_own_admin_may_switch_it_on_but_not_off_again(town: Municipality) -> None:
    town.result(town.act("organization_patch", operator(town), id="laemngop", extras=[]))
    town.result(town.act("organization_patch", town.publisher, id="laemngop", extras=EYES))
    assert refused(town.act("organization_patch", town.publisher, id="laemngop", extras=[]))


def test_deleting_the_organization_and_bringing_it_back_keeps_it(town: Municipality) -> None:
    town.result(town.act("organization_delete", town.publisher, id="laemngop"))
    back = town.act("organization_patch", town.publisher, id="laemngop", state="active", extras=[])
    assert back.status == 403
    new = town.act("organization_create", town.publisher, name="laemngop-2", title="เทศบาล")
    assert new.status == 409  # the agency has its organisation
    town.result(town.act("organization_patch", operator(town), id="laemngop", state="active"))
    assert careful(town)


def test_what_was_published_elsewhere_does_not_come_in_by_one_hand(town: Municipality) -> None:
    """A publisher of two organisations, of which only one wants four eyes."""
    boss = operator(town)
    town.result(town.act("organization_create", boss, name="easy", title="ที่อื่น"))
    person = town.result(town.act("user_show", town.publisher))["name"]
    town.result(town.act("organization_member_create", boss, id="easy", username=person, role="admin"))
    made = town.result(town.act("package_create", town.publisher, **METADATA, name="by-side", owner_org="easy"))
    move = {"id": made["id"], "organization_id": "laemngop"}
    assert refused(town.act("package_owner_org_update", town.publisher, **move))
    moved = town.act("package_patch", town.publisher, id=made["id"], owner_org="laemngop")
    assert refused(moved)
    assert town.result(town.ask("package_show", id="by-side"))["organization"]["name"] == "easy"
    town.result(town.act("package_patch", town.publisher, id=made["id"], private=True))
    assert town.act("package_owner_org_update", town.publisher, **move).status == 200
    assert refused(town.act("package_patch", town.publisher, id=made["id"], private=False))


def test_an_editor_brings_nothing_public_into_an_organization(town: Municipality) -> None:
    boss = operator(town)
    town.result(town.act("organization_patch", boss, id="laemngop", extras=[]))
    town.result(town.act("organization_create", boss, name="easy", title="ที่อื่น"))
    person = town.result(town.act("user_show", town.editor))["name"]
    town.result(town.act("organization_member_create", boss, id="easy", username=person, role="admin"))
    made = town.result(town.act("package_create", town.editor, **METADATA, name="by-side", owner_org="easy"))
    moved = town.act("package_owner_org_update", town.editor, id=made["id"], organization_id="laemngop")
    assert moved.status == 403
    assert town.act("package_owner_org_update", boss, id=made["id"], organization_id="laemngop").status == 200

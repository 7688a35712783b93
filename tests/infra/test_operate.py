"""What an operator does by hand, with the rooms of a stage and no HTTP."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from chalicelib.gdx.ids import MemberId, SubsystemId
from chalicelib.gdx.model import Member, Subsystem
from chalicelib.settings import ROOMS, Settings
from chalicelib.shared.identity import Staff
from chalicelib.shared.journal import Head, Once
from chalicelib.shared.outbox import GIVE_UP_AFTER
from chalicelib.shared.storage import Key
from chalicelib.wiring import House, open_house
from infra.local.surroundings import variables
from infra.operate.__main__ import run
from infra.operate.command import NotDone, house_of
from infra.operate.events import given_up, revive
from infra.operate.exchange import examine, furnish
from infra.operate.keys import (
    announce_key,
    login_secret,
    move_key,
    new_key,
    public_key,
    revoke_key,
    signing_of,
)
from infra.operate.offers import offers_stand
from infra.operate.search import search
from infra.operate.staff import Appointment, appoint
from tests.support.cloud import ENVIRONMENT, ORIGIN, REGION, local_cloud

PID = "3990100006066"


@pytest.fixture
def house() -> Iterator[House]:
    with local_cloud() as session:
        settings = Settings.from_env({**variables(ENVIRONMENT, ORIGIN), "AWS_REGION": REGION})
        yield open_house(settings, session=session)


def _appointment(*roles: str) -> Appointment:
    return Appointment(pid=PID, agency="TH/CENTRAL/DGA", roles=list(roles), name="ธนา")


def test_the_first_operator_is_known_to_the_room(house: House) -> None:
    pseudonyms = {room: house.parts(room).keyring.pseudonym(PID) for room in ("gdx", "opendata", "biz", "citizen")}
    appoint(house, "gdx", _appointment("operator"))
    appoint(house, "opendata", _appointment("publisher"))
    appoint(house, "biz", _appointment("operator"))
    appoint(house, "citizen", _appointment("assistant"))
    staff: dict[str, Staff] = {
        "gdx": house.gdx.operators,
        "opendata": house.opendata.staff,
        "biz": house.biz.postings,
        "citizen": house.citizen.staff,
    }
    for room, pseudonym in pseudonyms.items():
        posting = staff[room].posting(pseudonym)
        assert posting is not None and posting.agency == "TH/CENTRAL/DGA"


def test_a_room_without_staff_and_a_wrong_id_are_refused_without_repeating_the_id(house: House) -> None:
    with pytest.raises(NotDone, match="front has no staff"):
        appoint(house, "front", _appointment())
    with pytest.raises(NotDone) as refused:
        appoint(house, "gdx", _appointment().model_copy(update={"pid": "3990100006060"}))
    assert "3990100006060" not in str(refused.value)


def test_the_public_key_is_the_one_in_kms(house: House) -> None:
    (key,) = public_key(house, "citizen")["keys"]
    assert (key["kty"], key["crv"]) == ("EC", "P-256")
    assert "d" not in key


def test_offers_of_rights_are_paused_and_go_on(house: House) -> None:
    assert offers_stand(house, still=True)
    assert house.citizen.offering.pausing.now() is not None
    with pytest.raises(NotDone):
        offers_stand(house, still=True)
    assert not offers_stand(house, still=False)
    assert house.citizen.offering.pausing.now() is None


def test_what_was_given_up_is_listed_without_its_content_and_sent_again(house: House) -> None:
    journal = house.parts("biz").journal
    event, _ = journal.happened(
        Head(), subject="1", type="biz.test", by="test", data={"secret": "x"}, queue="biz-events"
    )
    journal.commit(Once("k" * 20, "f", "t" * 32), [], [("CASE#1", event)])
    house.clients.sqs.purge_queue(
        QueueUrl=house.clients.sqs.get_queue_url(QueueName="klang-test-biz-events")["QueueUrl"]
    )
    for hour in range(GIVE_UP_AFTER + 1):
        journal.sweep(house.clock().replace(year=2100, hour=hour % 24, day=1 + hour // 24))
    (found,) = given_up(house, "biz")
    assert (found["id"], found["type"]) == (event.id, "biz.test") and "secret" not in str(found)
    assert revive(house, "biz") == 1
    assert given_up(house, "biz") == []


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["nowhere", "revive"], "no stage nowhere"),
        (["dev", "revive"], "say which"),
        (["prod-gdx", "revive", "--room", "biz"], "does not open biz"),
        (["prod-gdx", "appoint"], "wrong: agency, name, pid, roles"),
    ],
)
def test_a_command_that_cannot_be_meant_is_told(arguments: list[str], reason: str) -> None:
    with pytest.raises(NotDone, match=reason):
        run(arguments, given=["{}"])


def test_a_stage_is_opened_as_its_functions_open_it() -> None:
    assert house_of("prod-biz").settings.platforms == ("biz",)
    assert house_of("local").settings.platforms == ROOMS


@pytest.mark.parametrize("room", ["gdx", "biz", "citizen"])
def test_the_next_signing_key_is_published_before_it_signs_and_the_past_one_until_it_is_revoked(
    house: House, room: str
) -> None:
    signing = signing_of(house, room)
    (present,) = signing.jwks()["keys"]
    made = new_key(house, room)
    assert [key["kid"] for key in signing.jwks()["keys"]] == [present["kid"], made["announced"]]
    with pytest.raises(NotDone, match="keep the old key set"):
        move_key(house, room, made["key"], at_once=False)
    assert move_key(house, room, made["key"], at_once=True) == {"signs": made["announced"]}
    with pytest.raises(NotDone, match="no past key"):
        revoke_key(house, room, "nonsense", "x")
    new = open_house(house.settings, session=house.clients._given)  # the next process
    assert signing_of(new, room).note()
    assert [key["kid"] for key in signing_of(new, room).jwks()["keys"]] == [made["announced"], present["kid"]]
    revoke_key(new, room, present["kid"], "compromised")
    assert [key["kid"] for key in signing_of(new, room).jwks()["keys"]] == [made["announced"]]


def test_only_an_announced_key_of_the_right_kind_signs(house: House) -> None:
    kms = house.clients.kms
    other = kms.create_key(KeySpec="ECC_NIST_P384", KeyUsage="SIGN_VERIFY")["KeyMetadata"]["KeyId"]
    with pytest.raises(NotDone, match="P256"):
        announce_key(house, "gdx", other)
    silent = kms.create_key(KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY")["KeyMetadata"]["KeyId"]
    with pytest.raises(NotDone, match="announce it first"):
        move_key(house, "biz", silent, at_once=True)
    with pytest.raises(NotDone, match="signs nothing"):
        new_key(house, "opendata")


def test_the_doctor_comes_by_hand_too(house: House) -> None:
    house.gdx.directory.register_member(Member(MemberId.parse("TH/LOCAL/X"), "ก", "k"), "test")
    house.gdx.directory.register_subsystem(Subsystem(SubsystemId.parse("TH/LOCAL/X/y"), "ก", "k"), "test")
    found = {finding["id"]: finding["verdict"] for finding in examine(house, "TH/LOCAL/X/y")}
    assert found == {"active": "ok", "keys": "fail", "endpoint": "ok"}
    for unknown in ("TH/LOCAL/X/z", "nonsense"):
        with pytest.raises(NotDone):
            examine(house, unknown)


def test_the_shipped_code_lists_need_their_owners_first(house: House) -> None:
    with pytest.raises(NotDone, match="The member is not registered"):
        furnish(house)
    for code in ("DOPA", "DGA", "DBD"):
        house.gdx.directory.register_member(Member(MemberId.parse(f"TH/CENTRAL/{code}"), code, code), "test")
    assert furnish(house) == {"code-lists": 4, "sandbox": 6}
    assert furnish(house) == {"code-lists": 0, "sandbox": 0}


def test_commands_of_the_exchange_are_for_the_exchange() -> None:
    for command in ("furnish", "doctor"):
        with pytest.raises(NotDone, match="--room gdx"):
            run(["prod-biz", command])


def test_the_search_index_is_published_rebuilt_and_put_back(house: House) -> None:
    assert search(house, "snapshots", "") == {"held": False, "waiting": 0, "snapshots": []}
    first = search(house, "publish-search", "")
    second = search(house, "rebuild-search", "")
    assert search(house, "roll-back-search", first["asked"]) == {"asked": first["asked"], "held": True}
    listed = search(house, "snapshots", "")
    assert listed["held"] and [each["asked"] for each in listed["snapshots"]] == [False, True]
    assert [each["id"] for each in listed["snapshots"]] == [second["asked"], first["asked"]]
    with pytest.raises(NotDone, match="no such snapshot"):
        search(house, "roll-back-search", "elsewhere")
    assert search(house, "publish-search", "")["count"] == 0
    assert not search(house, "snapshots", "")["held"]


def test_the_search_index_is_the_catalogues(house: House) -> None:
    with pytest.raises(NotDone, match="--room opendata"):
        run(["local", "publish-search", "--room", "gdx"])


def test_a_login_providers_secret_is_kept_sealed_and_in_use_at_once(house: House) -> None:
    login_secret(house, "digital-id", "s3cret")
    assert house.citizen.sessions.entering.secrets.of("digital-id") == "s3cret"
    login_secret(house, "digital-id", "another")
    assert house.citizen.sessions.entering.secrets.of("digital-id") == "another"
    row = house.parts("citizen").table.get(Key("LOGIN-SECRET#digital-id", "1"))
    assert row is not None and "another" not in str(row.data)


@pytest.mark.parametrize(("provider", "secret"), [("test-id", "x"), ("nobody", "x"), ("digital-id", ""), ("", "x")])
def test_a_secret_for_nobody_or_none_at_all_is_refused(house: House, provider: str, secret: str) -> None:
    with pytest.raises(NotDone):
        login_secret(house, provider, secret)

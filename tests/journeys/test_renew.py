"""A restaurant's licence comes to its end and is renewed in time, over real HTTP and a year that passes."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
from pathlib import Path

import pytest

from demo.world import World
from infra.local.stack import Stack
from tests.journeys.licensed import (
    ANONG,
    BUNDIT,
    MALEE,
    PORTAL,
    act,
    answer,
    begin,
    letters,
    licensed,
    on_the_list,
    papers,
    pay,
    shown,
    submit,
)
from tests.journeys.passing_time import morning_of

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("journey")]


@pytest.fixture(scope="module")
def world(stack: Stack) -> World:
    """The world with a licensed restaurant."""
    return licensed(stack)


def checked_offline(world: World, desk: Path, slip: str, at: dt.datetime) -> tuple[int, str]:
    """What the published verifier says of a licence at a moment, in a Python without the project and a network."""
    (desk / "verifier.py").write_bytes(world.public("/biz/v1/verifier.py").body)
    (desk / "jwks.json").write_bytes(world.public("/biz/v1/jwks.json").body)
    (desk / "slip.txt").write_text(slip, encoding="utf-8")
    issuer = world.public("/.well-known/jwt-vc-issuer/biz").json["issuer"]
    order = ["verifier.py", "slip.txt", "--keys", "jwks.json", "--issuer", issuer, "--at", at.isoformat()]
    done = subprocess.run([sys.executable, "-I", *order], cwd=desk, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout.splitlines()[0]


def test_a_licence_is_renewed_before_it_ends(world: World, tmp_path: Path) -> None:
    old, case_before = world.known["licence"], world.known["case"]
    card = shown(world, old)
    last = dt.date.fromisoformat(card["valid_until"])
    renewal = next(each for each in card["procedures"] if each["procedure"] == "renew")
    first = dt.date.fromisoformat(renewal["first"])
    assert not renewal["open"] and first == last - dt.timedelta(days=60)

    # too early, and somebody else's: refused, each in its way
    early = world.person(MALEE).post(PORTAL, {"procedure": "renew", "licence": old}, expect=409).json
    assert str(last.year + 543) in early["detail"], "the refusal names the days"
    for stranger in ("somchai", ANONG):
        world.person(stranger).post(PORTAL, {"procedure": "renew", "licence": old}, expect=404)

    # the day comes, and a letter that says how
    morning_of(world, first)
    reminder = world.until(
        "the letter that reminds of the end",
        lambda: next((each for each in letters(world, old) if "ends on" in each), None),
    )
    assert renewal["name"]["en"] in reminder

    # what the licence says is there already; only what is asked may change
    case = begin(world, "renew", old)
    malee = world.person(MALEE)
    malee.post(f"{PORTAL}/{case}/prefill")
    before = malee.get(f"{PORTAL}/{case}").json
    assert before["answers"]["establishment"]["area_m2"] == 240 and before["changes"] == []
    refused = answer(world, case, {"establishment": {"area_m2": 400}}, expect=422)
    assert refused["errors"][0]["pointer"] == "/establishment/area_m2"
    answer(world, case, {"establishment": {"food_handlers": 7}})
    assert malee.get(f"{PORTAL}/{case}/quote").json["total_baht"] == "200.00"
    submit(world, case)

    # one application about a licence at a time
    world.person(MALEE).post(PORTAL, {"procedure": "amend", "licence": old}, expect=409)

    # the office sees what is different, and decides
    seen = world.person(ANONG).get(f"{PORTAL}/{case}").json
    assert [(each["pointer"], each["before"], each["after"]) for each in seen["changes"]] == [
        ("/establishment/food_handlers", 9, 7)
    ]
    assert seen["about"] == old and "ต่ออายุ" in seen["service_name"]["th"]
    act(world, ANONG, case, "accept")
    act(world, BUNDIT, case, "approve")

    done = pay(world, case)
    new = done["licence"]
    assert new != old and done["state"] == "renewed"
    both = {no: shown(world, no) for no in (old, new)}
    assert (both[old]["status"], both[old]["replaced_by"]) == ("valid", new)
    assert (both[new]["status"], both[new]["replaces"]) == ("not_yet_valid", old)
    begins = last + dt.timedelta(days=1)
    assert both[new]["valid_from"] == begins.isoformat()
    again = malee.post(PORTAL, {"procedure": "renew", "licence": old}, expect=409).json
    assert new in again["detail"] and both[old]["procedures"] == []
    held = papers(world, case)
    assert (on_the_list(world, held["licence"]), on_the_list(world, papers(world, case_before)["licence"])) == (0, 0)
    page = world.public(f"/biz/v1/verify/{held['verify_token']}", accept="text/html").body.decode()
    assert "ยังไม่ถึงวันเริ่มใช้" in page
    midnight = dt.datetime.combine(begins, dt.time(), dt.timezone(dt.timedelta(hours=7)))
    minute = dt.timedelta(minutes=1)
    assert checked_offline(world, tmp_path, held["slip"], midnight - minute) == (
        1,
        f"BAD: it is not valid yet: valid from {midnight.isoformat(timespec='minutes')}",
    )
    assert checked_offline(world, tmp_path, held["slip"], midnight)[0] == 3, "signed and in time; no list was given"

    # the first day of the new one
    told = len(letters(world, old))
    morning_of(world, begins)
    assert [shown(world, no)["status"] for no in (old, new)] == ["expired", "valid"]
    assert len(letters(world, old)) == told, "nobody is reminded of what was renewed"

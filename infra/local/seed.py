"""Fills a fresh stack: members and agreements of the exchange, staff of every room, the bank's secret.

Everything goes through the rooms' own commands, as an operator would do it on the first day of an environment, so
nothing is there that the platforms would not allow. Seeding twice changes nothing but what has changed in the seed.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chalicelib.gdx.registers.seed import load as load_code_lists
from chalicelib.gdx.seed import load as load_directory
from chalicelib.shared.identity import Posting
from chalicelib.shared.ids import new_id, new_token
from chalicelib.shared.journal import Once
from chalicelib.wiring import MEMBERS
from infra.local.bank import PROVIDER
from infra.local.personas import Kind, Persona, Personas
from infra.local.services import enter as enter_services

if TYPE_CHECKING:
    from chalicelib.wiring import House

DIRECTORY = Path(__file__).resolve().parent.parent / "seed" / "gdx.json"
CODE_LISTS = DIRECTORY.with_name("code_lists.json")


@dataclass(frozen=True)
class Wishes:
    """What only this run knows.

    Attributes:
        personas: whose postings are entered.
        jwks: public keys of agencies' systems, by subsystem id.
        addresses: where agencies and platforms answer, by the names that `gdx.json` uses.
        bank_secret: shared with the simulated bank.
        login_secrets: what login providers gave the portal, by id.
    """

    personas: Personas
    jwks: Mapping[str, Mapping[str, Any]]
    addresses: Mapping[str, str]
    bank_secret: str
    login_secrets: Mapping[str, str]


def directory() -> dict[str, Any]:
    """The exchange's directory: `gdx.json`, and what the files of `gdx/` add to its lists."""
    whole: dict[str, Any] = json.loads(DIRECTORY.read_text(encoding="utf-8"))
    for file in sorted(DIRECTORY.with_suffix("").glob("*.json")):
        for name, entries in json.loads(file.read_text(encoding="utf-8")).items():
            if name != "about":
                whole[name] = [*whole[name], *entries]
    return whole


def seed(house: House, wishes: Wishes) -> None:
    """Enters everything into the open rooms of a house.

    Raises:
        Refusal: a room does not accept what the seed says.
    """
    open_rooms = house.settings.platforms
    if "gdx" in open_rooms:
        _seed_gdx(house, wishes)
    if "opendata" in open_rooms:
        _seed_opendata(house, wishes)
    if "biz" in open_rooms:
        _seed_biz(house, wishes)
    if "citizen" in open_rooms:
        _seed_citizen(house, wishes)


def _seed_gdx(house: House, wishes: Wishes) -> None:
    platforms = {MEMBERS[room]: {"keys": [_public_key(house, room)]} for room in MEMBERS}
    load_directory(
        house.gdx,
        directory(),
        house.clock(),
        addresses=wishes.addresses,
        keys={**platforms, **wishes.jwks},
    )
    load_code_lists(house.gdx.registers, json.loads(CODE_LISTS.read_text(encoding="utf-8")))
    house.gdx.sandbox.open("seed")
    for persona, pid in _staff(wishes, "operator"):
        house.gdx.operators.appoint(pid, _posting(persona))


def _seed_opendata(house: House, wishes: Wishes) -> None:
    keyring = house.parts("opendata").keyring
    for persona, pid in [*_staff(wishes, "publisher"), *_staff(wishes, "operator")]:
        house.opendata.staff.post(keyring.pseudonym(pid), _posting(persona), new_token())


def _seed_biz(house: House, wishes: Wishes) -> None:
    for persona, pid in [*_staff(wishes, "officer"), *_staff(wishes, "operator")]:
        posting = _posting(persona)
        house.biz.enlist(_once(), pid, posting.agency, sorted(posting.roles), posting.name)
    house.biz.know_provider(_once(), PROVIDER, wishes.bank_secret)


def _seed_citizen(house: House, wishes: Wishes) -> None:
    keyring = house.parts("citizen").keyring
    for persona, pid in [*_staff(wishes, "assistant"), *_staff(wishes, "operator")]:
        house.citizen.staff.post(keyring.pseudonym(pid), _posting(persona), new_token())
    enter_services(house.citizen)
    house.citizen.bills.till.know_provider(_once(), PROVIDER, wishes.bank_secret)
    for provider, secret in wishes.login_secrets.items():
        house.citizen.sessions.entering.secrets.keep(provider, secret)


def _public_key(house: House, room: str) -> dict[str, Any]:
    """The platform's public key as KMS gives it, whether or not the platform is open in this process."""
    return dict(house.parts(room).keyring.signer.public_jwk)


def _staff(wishes: Wishes, kind: Kind) -> list[tuple[Persona, str]]:
    return [(persona, persona.pid) for persona in wishes.personas if persona.kind == kind and persona.pid is not None]


def _posting(persona: Persona) -> Posting:
    if persona.agency is None:
        raise ValueError(f"{persona.id} serves no agency")
    return Posting(persona.agency, frozenset(persona.roles), persona.name_th)


def _once() -> Once:
    # No claim: entering the same posting again is harmless, and a changed seed must not be taken for a repeat.
    return Once(new_id(), "", new_token(), claimed=False)

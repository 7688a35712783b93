"""`python -m infra.operate STAGE COMMAND`: what an operator does by hand, under their own rights in AWS.

There is no way over HTTP to name the first operator, nor to put back what the sweep gave up: both are rare, and a route
for them would be there on all other days too. STAGE is a stage of `infra.stages`, or `local` for the laptop's stack
(with AWS_ENDPOINT_URL at the emulator). See docs/how-to/operate.md.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError
from cryptography.hazmat.primitives.serialization import load_der_public_key
from pydantic import Field, ValidationError

from chalicelib.citizen.offers.pausing import Pause
from chalicelib.gdx.ids import BadId, SubsystemId
from chalicelib.gdx.registers.seed import load
from chalicelib.settings import ROOMS, Settings
from chalicelib.shared.errors import Refusal
from chalicelib.shared.identity import Posting
from chalicelib.shared.ids import new_id, new_token
from chalicelib.shared.journal import OPEN, Once
from chalicelib.shared.keyring import ec_jwk
from chalicelib.shared.storage import every
from chalicelib.shared.thai import is_national_id
from chalicelib.shared.web import Incoming
from chalicelib.wiring import House, open_house
from infra.local.seed import CODE_LISTS
from infra.local.surroundings import variables
from infra.stages import REGION, stages

if TYPE_CHECKING:
    from boto3.session import Session

LOCAL = "local"
OFFERS = ("pause-offers", "resume-offers")
SEARCH = ("snapshots", "publish-search", "rebuild-search", "roll-back-search")
COMMANDS = (
    *("public-key", "appoint", "given-up", "revive", "announce-key", "doctor", "furnish", "login-secret"),
    *OFFERS,
    *SEARCH,
)
_LAPTOP = "http://127.0.0.1:8000"


class NotDone(Exception):
    """The command cannot be carried out; the text says why, without personal data."""


class Appointment(Incoming):
    """Who gets which posting; comes by standard input, so that no national id stands in a shell's history."""

    pid: str = Field(repr=False)
    agency: str = Field(min_length=1)
    roles: list[str]
    name: str = Field(min_length=1)


def house_of(stage: str, session: Session | None = None) -> House:
    """The rooms of a stage, as its own functions open them, but with the operator's rights.

    Raises:
        NotDone: there is no such stage.
    """
    if stage != LOCAL and stage not in stages():
        raise NotDone(f"no stage {stage}; there are: {', '.join((*stages(), LOCAL))}")
    chosen = variables(LOCAL, _LAPTOP) if stage == LOCAL else stages()[stage].variables()
    return open_house(Settings.from_env({**chosen, "AWS_REGION": REGION}), session=session)


def public_key(house: House, room: str) -> dict[str, Any]:
    """The room's public key as a JWK Set: what the exchange's directory must hold of a platform."""
    return {"keys": [dict(house.parts(room).keyring.signer.public_jwk)]}


def appoint(house: House, room: str, appointment: Appointment) -> None:
    """Gives a person a posting in a room; no roles take it away.

    Raises:
        NotDone: not a national id, or the room has no staff.
    """
    if not is_national_id(appointment.pid):
        raise NotDone("the check digit of the national id is wrong")
    posting = Posting(appointment.agency, frozenset(appointment.roles), appointment.name)
    match room:
        case "gdx":
            house.gdx.operators.appoint(appointment.pid, posting)
        case "opendata":
            pseudonym = house.parts(room).keyring.pseudonym(appointment.pid)
            house.opendata.staff.post(pseudonym, posting, new_token())
        case "biz":
            once = Once(new_id(), "", new_token(), claimed=False)
            house.biz.enlist(once, appointment.pid, posting.agency, sorted(posting.roles), posting.name)
        case "citizen":
            pseudonym = house.parts(room).keyring.pseudonym(appointment.pid)
            house.citizen.staff.post(pseudonym, posting, new_token())
        case _:
            raise NotDone(f"{room} has no staff")


def given_up(house: House, room: str) -> list[dict[str, str]]:
    """Events that the sweep gave up: what they are and of what, never their content."""
    rows = every(house.parts(room).table, "DEAD", index=OPEN)
    return [{name: row.data["event"][name] for name in ("id", "type", "subject", "at")} for row in rows]


def revive(house: House, room: str) -> int:
    """Sends again what the sweep gave up; returns how many events."""
    return house.parts(room).journal.revive(house.clock())


def announce_key(house: House, key: str) -> str:
    """Publishes the KMS key to which the exchange's signing alias is to be moved; returns its `kid`.

    Raises:
        NotDone: it is no ES256 key.
    """
    try:
        jwk = ec_jwk(load_der_public_key(house.clients.kms.get_public_key(KeyId=key)["PublicKey"]))
    except ValueError:
        raise NotDone("the exchange signs with keys of the spec ECC_NIST_P256") from None
    house.gdx.onboarding.signing.announce(jwk)
    return str(jwk["kid"])


def examine(house: House, subsystem: str) -> list[dict[str, str]]:
    """What the doctor finds at an agency's system.

    Raises:
        NotDone: there is no such system, or it was examined too often.
    """
    try:
        return [asdict(finding) for finding in house.gdx.onboarding.doctor.examine(SubsystemId.parse(subsystem))]
    except (BadId, Refusal) as refusal:
        raise NotDone(str(refusal)) from None


def furnish(house: House) -> dict[str, int]:
    """Publishes the shipped code lists and opens the sandbox; how much changed. The same again changes nothing.

    Raises:
        NotDone: the members that own the lists have not been registered yet.
    """
    lists = json.loads(CODE_LISTS.read_text(encoding="utf-8"))
    try:
        return {"code-lists": load(house.gdx.registers, lists), "sandbox": house.gdx.sandbox.open("operator")}
    except Refusal as refusal:
        raise NotDone(f"{refusal} {'; '.join(fault.en for fault in refusal.faults)}") from None


def login_secret(house: House, provider: str, secret: str) -> None:
    """Keeps the secret with which the portal proves itself at a login provider, sealed; what is given is what is sent.

    Raises:
        NotDone: there is no such provider, it takes no secret, or the secret is empty.
    """
    entering = house.citizen.sessions.entering
    known = entering.providers.get(provider)
    if known is None or not known.needs_secret:
        wanting = [each.id for each in entering.providers.values() if each.needs_secret]
        raise NotDone(f"no provider {provider!r} takes a secret; those that do: {', '.join(wanting) or 'none'}")
    if not secret or not secret.isprintable():
        raise NotDone("send the secret by standard input, one line")
    entering.secrets.keep(provider, secret)


def offers_stand(house: House, *, still: bool) -> bool:
    """Stops everything new about offers of rights, or lets it go on; whether they stand still now.

    Raises:
        NotDone: they do already.
    """
    pausing = house.citizen.offering.pausing
    if not still:
        pausing.go_on()
        return False
    try:
        pausing.stop(Pause(house.clock().isoformat(), "operator", "operator"))
    except Refusal as refusal:
        raise NotDone(str(refusal)) from None
    return True


def search(house: House, command: str, snapshot: str) -> Any:
    """What an operator does to the search index; see docs/how-to/operate-search.md.

    Raises:
        NotDone: there is no such snapshot, or somebody else publishes this very moment.
    """
    catalogue = house.opendata
    if command == "snapshots":
        head = catalogue.snapshots.head()
        asked = "" if head is None else head.snapshot.id
        return {
            "held": head is not None and head.held,
            "waiting": catalogue.publisher.waiting(),
            "snapshots": [{"asked": each.id == asked, **asdict(each)} for each in catalogue.snapshots.kept()],
        }
    if command == "roll-back-search":
        back = catalogue.publisher.back_to(snapshot)
        if back is None:
            raise NotDone("there is no such snapshot of this version; `snapshots` lists them")
        return {"asked": back.id, "held": True}
    made = catalogue.publisher.publish(whole=command == "rebuild-search", release=True)
    if made is None:
        raise NotDone("another publisher was faster; look at `snapshots`")
    return {"asked": made.id, "count": made.count, "size": made.size}


def run(arguments: list[str], session: Session | None = None, given: Iterable[str] = sys.stdin) -> Any:
    """Does what the command line says; returns what to print.

    Raises:
        NotDone: see above.
    """
    parser = argparse.ArgumentParser(prog="python -m infra.operate", description=__doc__)
    parser.add_argument("stage", help="e.g. prod-gdx, or `local`")
    parser.add_argument("command", choices=COMMANDS)
    parser.add_argument("--key", help="id of the KMS key to announce", default="")
    parser.add_argument("--subsystem", help="whom to examine, e.g. TH/CENTRAL/DOPA/civil", default="")
    parser.add_argument("--provider", help="id of the login provider whose secret comes by standard input", default="")
    parser.add_argument("--snapshot", help="id of the snapshot to go back to", default="")
    parser.add_argument("--room", choices=ROOMS, help="needed where a stage opens several platforms")
    options = parser.parse_args(arguments)
    house = house_of(options.stage, session)
    open_rooms = house.settings.platforms
    if options.room is None and len(open_rooms) > 1:
        raise NotDone(f"say which: --room {'|'.join(open_rooms)}")
    room = options.room or open_rooms[0]
    if room not in open_rooms:
        raise NotDone(f"{options.stage} does not open {room}")
    if options.command in ("announce-key", "doctor", "furnish") and room != "gdx":
        raise NotDone(f"{options.command} is for the exchange: --room gdx")
    if options.command in ("login-secret", *OFFERS) and room != "citizen":
        raise NotDone(f"{options.command} is for the portal: --room citizen")
    if options.command in SEARCH and room != "opendata":
        raise NotDone(f"{options.command} is for the catalogue: --room opendata")
    match options.command:
        case "public-key":
            return public_key(house, room)
        case "given-up":
            return given_up(house, room)
        case "revive":
            return {"revived": revive(house, room)}
        case "announce-key":
            return {"announced": announce_key(house, options.key)}
        case "doctor":
            return examine(house, options.subsystem)
        case "furnish":
            return furnish(house)
        case "login-secret":
            login_secret(house, options.provider, "".join(given).strip())
            return {"kept": options.provider}
        case command if command in OFFERS:
            return {"paused": offers_stand(house, still=command == "pause-offers")}
        case command if command in SEARCH:
            return search(house, command, options.snapshot)
        case _:
            try:
                appoint(house, room, Appointment.model_validate_json("".join(given)))
            except ValidationError as error:
                wrong = sorted({".".join(map(str, fault["loc"])) or "the whole" for fault in error.errors()})
                raise NotDone(f"send JSON with pid, agency, roles and name; wrong: {', '.join(wrong)}") from None
            return {"appointed": room}


def main() -> int:
    """Exit status 0, or 1 with the reason on stderr."""
    try:
        print(json.dumps(run(sys.argv[1:]), indent=2, ensure_ascii=False))
    except (NotDone, BotoCoreError, ClientError) as reason:
        print(reason, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

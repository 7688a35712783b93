"""Login providers as configuration: ThaID, DGA Digital ID, or any other OpenID provider.

`providers.json` holds what is the same for everybody who uses a provider (templates); the setting `LOGINS` names the
template, if any, and says what is this portal's own: client id, redirect addresses, and whatever differs. A secret is
never among them: it lies sealed in the room's table (`secrets.py`).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, ValidationError, model_validator

from chalicelib.shared.sourced import Code, Part, Slug, Sourced
from chalicelib.shared.thai import Text

TEMPLATES = Path(__file__).with_name("providers.json")
IAL = r"^[0-9]{1,2}(\.[0-9]{1,2})?$"
LOOPBACK = ("http://127.0.0.1:", "http://localhost:", "http://[::1]:")


class BadProvider(ValueError):
    """A login provider's configuration is not whole; the process must not start."""


def _address(text: str) -> str:
    plain = text.isascii() and text.isprintable() and " " not in text and "#" not in text and "\\" not in text
    authority = text.partition("://")[2].partition("/")[0]
    if not plain or "@" in authority or not authority or not text.startswith(("https://", *LOOPBACK)):
        raise ValueError("must be an https address (http on this machine), without user and fragment")
    return text


Address = Annotated[str, Field(max_length=500), AfterValidator(_address)]
Ial = Annotated[str, Field(pattern=IAL)]


class Endpoints(Part):
    """Where a provider answers (OpenID Connect Discovery 1.0 s.3)."""

    authorization: Address
    token: Address
    jwks: Address
    userinfo: Address | None = None
    end_session: Address | None = None


class Claims(Part):
    """How a provider calls what Klang must know.

    Attributes:
        pid: the national id.
        pid_verified: a claim that must be true for the national id to count; None where the provider has no such claim
            because it only ever gives what the civil register says.
        name: the whole name, Thai; where it is missing it is made of the two below.
        given_name: first name.
        family_name: last name.
    """

    pid: Code = "pid"
    pid_verified: Code | None = None
    name: Code = "name"
    given_name: Code = "given_name"
    family_name: Code = "family_name"


class Assurance(Part):
    """From a provider's word for how sure it is to Klang's identity assurance level (ETDA and NDID scale, e.g. 2.3).

    Attributes:
        claims: where the word stands; the first that is there counts.
        values: the provider's word -> our level; any other word is the default.
        default: the level of a login that says nothing, or something unknown.
        ask: our level -> `acr_values` of the request, where the provider can be asked for more.
    """

    claims: tuple[Code, ...] = ("acr", "ial", "ial_level")
    values: Mapping[str, Ial] = Field(default_factory=dict)
    default: Ial = "1.1"
    ask: Mapping[Ial, str] = Field(default_factory=dict)

    def level(self, said: Mapping[str, Any]) -> str:
        """Klang's level of these claims."""
        for name in self.claims:
            word = said.get(name)
            if word is not None and word != "":
                return self.values.get(str(word), self.default)
        return self.default


class LoginProvider(Sourced):
    """An OpenID provider at which people log in to the portal.

    Attributes:
        id: its name in our addresses and tables.
        names: as people know it.
        issuer: exactly as in its ID tokens (`iss`).
        client_id: who we are there.
        scopes: what we ask for; `openid` must be among them.
        auth: how we prove ourselves at the token endpoint; PKCE comes on top of each.
        endpoints: None: read from its discovery document.
        algorithm: the one signature algorithm of its ID tokens; never `none`, never HMAC.
        names_itself: whether it puts `iss` into its answers (RFC 9207); then an answer without it is refused.
        redirect_uris: where it may send people back to, compared character by character.
        after_logout: where it may send people after they signed out there too; registered there.
        logout_parameter: how it calls that address.
        source: where all this comes from.
        verified: how far it was checked.
    """

    id: Slug
    names: Text
    issuer: Address
    client_id: str = Field(min_length=1, max_length=200)
    scopes: tuple[str, ...] = ("openid", "profile", "pid")
    auth: Literal["none", "client_secret_basic", "client_secret_post", "private_key_jwt"] = "none"
    endpoints: Endpoints | None = None
    algorithm: Literal["RS256", "ES256", "PS256"] = "RS256"
    names_itself: bool = False
    claims: Claims = Claims()
    assurance: Assurance = Assurance()
    redirect_uris: tuple[Address, ...] = Field(min_length=1)
    after_logout: Address | None = None
    logout_parameter: Literal["post_logout_redirect_uri", "post_logout_redirect_url"] = "post_logout_redirect_uri"

    @model_validator(mode="after")
    def _asks_for_openid(self) -> LoginProvider:
        if "openid" not in self.scopes or any(not part or not part.isascii() or " " in part for part in self.scopes):
            raise ValueError("scopes are single words, and openid is one of them")
        return self

    @property
    def needs_secret(self) -> bool:
        """Whether an operator must have given us a secret."""
        return self.auth in ("client_secret_basic", "client_secret_post")


def templates() -> Mapping[str, Mapping[str, Any]]:
    """The shipped templates by name."""
    found: Mapping[str, Mapping[str, Any]] = json.loads(TEMPLATES.read_text(encoding="utf-8"))
    return found


def providers(logins: Sequence[Mapping[str, Any]]) -> dict[str, LoginProvider]:
    """The providers of the setting `LOGINS`, by id, in its order.

    Args:
        logins: each a template's name (`template`) with what is different, or everything.

    Raises:
        BadProvider: names what is wrong.
    """
    found: dict[str, LoginProvider] = {}
    known = templates() if any("template" in login for login in logins) else {}
    for login in logins:
        name = login.get("template")
        if name is not None and name not in known:
            raise BadProvider(f"LOGINS: no template {name!r}; there are: {', '.join(known)}")
        own = {key: value for key, value in login.items() if key != "template"}
        ready = {"id": name, **known.get(str(name), {}), **own}
        try:
            provider = LoginProvider.model_validate(ready)
        except ValidationError as error:
            raise BadProvider(f"LOGINS: {_places(error)}") from None
        if provider.id in found:
            raise BadProvider(f"LOGINS: {provider.id} stands twice")
        found[provider.id] = provider
    _have_one_name_each(found.values())
    return found


def _have_one_name_each(chosen: Iterable[LoginProvider]) -> None:
    # two entries with one issuer could take each other's ID tokens: what tells them apart must be `aud`
    seen = [(provider.issuer, provider.client_id) for provider in chosen]
    if len(set(seen)) != len(seen):
        raise BadProvider("LOGINS: two providers have one issuer and one client_id")


def _places(error: ValidationError) -> str:
    faults = error.errors(include_url=False, include_input=False)
    return "; ".join(f"{'.'.join(map(str, fault['loc'])) or 'the whole'}: {fault['msg']}" for fault in faults)

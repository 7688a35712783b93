"""Whatever JSON is sent to whatever action: an answer or a refusal, never a 500."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.opendata.actions.registry import ACTIONS
from tests.opendata.portal import METADATA, Portal

KNOWN = [
    "id", "name", "name_or_id", "package_id", "resource_id", "owner_org", "private", "tags", "extras", "upload", "url",
    "format", "filters", "sort", "fields", "limit", "offset", "q", "fq", "rows", "all_fields", "resources", "groups",
    "state", "type", "extras", "match", "update", "filter", "include", "update__resources__0__name", "match__tags__0",
    "update__resources__extend", "order", "datasets", "org_id", "organization_id", "callback", "clear_upload", "size",
    "last_modified", "url_type", *METADATA,
]  # fmt: skip
VALUES = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.floats(allow_nan=False, allow_infinity=False),
        st.text(max_size=10),
        st.sampled_from(["laemngop", "food-licences", "RESOURCE", "csv", "true", "https://x.example", "a desc"]),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.sampled_from(["key", "value", "name", "size"]), inner, max_size=3),
    ),
    max_leaves=5,
)


def test_no_action_falls_over(tmp_path: Path) -> None:
    portal = Portal(tmp_path / "tables")
    portal.organization()
    resource = portal.table_of(portal.dataset()["id"], b"a,b\n1,2\n")

    @settings(max_examples=250, deadline=None)
    @given(
        st.sampled_from(sorted(ACTIONS)),
        st.dictionaries(st.one_of(st.sampled_from(KNOWN), st.text(max_size=5)), VALUES, max_size=6),
    )
    def act(action: str, asked: dict[str, Any]) -> None:
        sent = {name: resource if value == "RESOURCE" else value for name, value in asked.items()}
        answer = portal.client.post(f"/api/3/action/{action}", json=sent, token=portal.publisher)
        assert answer.status in (200, 400, 403, 404, 409), (action, answer.text)

    act()

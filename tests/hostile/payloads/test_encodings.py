"""Bodies that are packed: ours are never unpacked, answers of others only as far as they are wanted."""

from __future__ import annotations

import gzip
import json
import tracemalloc
import zlib
from collections.abc import Iterator

import pytest

from chalicelib.shared.egress import MAX_ANSWER, GuardedHttp, Unreachable
from tests.shared.provider import LOOPBACK, Provider, serving
from tests.shared.web_room import CLIENT, GOOD, SOMEBODY, problem_of

BODY = json.dumps(GOOD).encode()
SWOLLEN = bytes(MAX_ANSWER * 20)


def packed(times: int, content: bytes = SWOLLEN) -> bytes:
    for _ in range(times):
        content = gzip.compress(content, 1)
    return content


@pytest.mark.parametrize(
    "encoding", ["gzip", "GZIP", "deflate", "br", "zstd", "compress", "gzip, gzip", "x-gzip", "aws-chunked"]
)
def test_what_is_sent_packed_is_not_unpacked(encoding: str) -> None:
    for body in (packed(1, BODY), packed(2), BODY, zlib.compress(BODY)):
        answer = CLIENT.post("/test/v1/shops", token=SOMEBODY, body=body, headers={"content-encoding": encoding})
        problem_of(answer, 415, "unsupported-media")


def test_what_is_packed_and_does_not_say_so_is_no_json() -> None:
    for body in (packed(1, BODY), packed(2, BODY), zlib.compress(BODY)):
        problem_of(CLIENT.post("/test/v1/shops", token=SOMEBODY, body=body), 400, "malformed")
    plain = CLIENT.post("/test/v1/shops", token=SOMEBODY, body=BODY, headers={"content-encoding": "identity"})
    assert plain.status == 201


@pytest.fixture(scope="module")
def provider() -> Iterator[int]:
    with serving() as port:
        Provider.encoded = ENCODED
        yield port


ENCODED = {
    "/gzip": ("gzip", packed(1)),
    "/twice": ("gzip, gzip", packed(2)),
    "/five": ("gzip, gzip, gzip, gzip, gzip", packed(5)),
    "/forty": (", ".join(["gzip"] * 40), packed(6)),
    "/deflate": ("deflate", zlib.compress(SWOLLEN, 1)),
    "/raw": ("deflate", zlib.compress(SWOLLEN, 1)[2:-4]),
    "/two-in-one": ("gzip", packed(1) + packed(1)),
    "/no-gzip": ("gzip", b"not packed at all"),
    "/cut": ("gzip", packed(1, b"x" * 1_000)[:-9] + b"\x00" * 9),
    "/broken": ("gzip", packed(1, b"x" * 1_000)[:20] + b"\xff" * 20),
}


@pytest.mark.parametrize("path", ENCODED)
def test_an_answer_is_unpacked_no_further_than_it_may_be_long(path: str, provider: int) -> None:
    tracemalloc.start()
    try:
        with pytest.raises(Unreachable):
            GuardedHttp(LOOPBACK).send("GET", f"http://127.0.0.1:{provider}{path}", headers={})
        assert tracemalloc.get_traced_memory()[1] < 8 * MAX_ANSWER
    finally:
        tracemalloc.stop()


def test_an_encoding_that_nobody_knows_stays_as_it_came(provider: int) -> None:
    Provider.encoded["/odd"] = ("klang", b"as it is")
    answer = GuardedHttp(LOOPBACK).send("GET", f"http://127.0.0.1:{provider}/odd", headers={})
    assert answer.body == b"as it is"

"""Which fields pass a proxy: by table where RFC 9110 names them, by property for all others."""

from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chaos.proxy.headers import end_to_end, has_body, insists_on, request_fields, response_fields

TOKEN = st.text(string.ascii_letters + string.digits + "-_", min_size=1, max_size=12).map(str.encode)
VALUE = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x24F), max_size=20).map(str.encode)
FIELD = st.tuples(TOKEN, VALUE)

HOP_BY_HOP = {
    b"connection",
    b"keep-alive",
    b"proxy-authenticate",
    b"proxy-authorization",
    b"proxy-connection",
    b"te",
    b"trailer",
    b"transfer-encoding",
    b"upgrade",
}
OURS = {b"host", b"via", b"expect", b"content-length", b"x-forwarded-for", b"x-forwarded-proto", b"x-forwarded-host"}


@given(st.lists(FIELD))
def test_what_belongs_to_nobody_on_the_way_passes_as_it_is_and_in_its_order(fields: list[tuple[bytes, bytes]]) -> None:
    free = [(name, value) for name, value in fields if name.lower() not in HOP_BY_HOP | OURS]
    lowered = [(name.lower(), value) for name, value in free]
    sent = request_fields(free, client="10.0.0.1", scheme="http", host="shop")
    assert [field for field in sent if field[0] not in OURS] == lowered
    assert response_fields(free) == [*lowered, (b"via", b"1.1 chaos-proxy")]


@given(st.lists(FIELD), st.lists(TOKEN, min_size=1), st.sampled_from([b",", b", ", b" ,, "]))
def test_nothing_that_connection_names_passes(
    fields: list[tuple[bytes, bytes]], named: list[bytes], comma: bytes
) -> None:
    asked = [*fields, (b"Connection", comma.join(named)), *((name.upper(), b"hop") for name in named)]
    passed = {name for name, _ in end_to_end(asked)}
    assert not passed & {name.lower() for name in named}
    assert not passed & HOP_BY_HOP
    assert end_to_end(end_to_end(asked)) == end_to_end(asked)


@pytest.mark.parametrize("name", sorted(HOP_BY_HOP), ids=bytes.decode)
def test_a_field_for_one_connection_is_dropped_both_ways(name: bytes) -> None:
    fields = [(name.title(), b"x"), (b"etag", b"1")]
    assert response_fields(fields)[0] == (b"etag", b"1")
    assert name not in dict(request_fields(fields, client=None, scheme="http", host=None))


@pytest.mark.parametrize(
    ("received", "sent"),
    [
        pytest.param([], b"10.0.0.1", id="the client itself"),
        pytest.param([b"1.1.1.1"], b"1.1.1.1, 10.0.0.1", id="appended to what came"),
        pytest.param(
            [b"1.1.1.1", b"2.2.2.2, 3.3.3.3"], b"1.1.1.1, 2.2.2.2, 3.3.3.3, 10.0.0.1", id="of many fields one"
        ),
    ],
)
def test_who_asked_is_told(received: list[bytes], sent: bytes) -> None:
    fields = [(b"x-forwarded-for", value) for value in received]
    passed = request_fields(fields, client="10.0.0.1", scheme="http", host=None)
    assert [value for name, value in passed if name == b"x-forwarded-for"] == [sent]


def test_what_was_asked_for_is_told_unless_a_proxy_further_out_did() -> None:
    first = dict(request_fields([(b"host", b"shop.example")], client=None, scheme="http", host="10.0.0.2:80"))
    assert first == {
        b"host": b"10.0.0.2:80",
        b"x-forwarded-proto": b"http",
        b"x-forwarded-host": b"shop.example",
        b"via": b"1.1 chaos-proxy",
    }
    told = [(b"host", b"inner"), (b"x-forwarded-host", b"shop.example"), (b"x-forwarded-proto", b"https")]
    second = request_fields([*told, (b"via", b"1.0 edge")], client=None, scheme="http", host=None)
    assert second == [*told, (b"via", b"1.0 edge, 1.1 chaos-proxy")]


def test_an_expectation_is_answered_here() -> None:
    assert b"expect" not in dict(request_fields([(b"Expect", b"100-continue")], client=None, scheme="http", host=None))


def test_a_length_beside_chunks_is_not_believed() -> None:
    fields = [(b"content-length", b"5"), (b"transfer-encoding", b"chunked")]
    assert end_to_end(fields) == []
    assert has_body(fields)


@pytest.mark.parametrize(
    ("fields", "announced"),
    [
        pytest.param([], False, id="nothing announced"),
        pytest.param([(b"content-length", b"0")], False, id="an empty one"),
        pytest.param([(b"content-length", b"7")], True, id="one with a length"),
        pytest.param([(b"transfer-encoding", b"chunked")], True, id="one in chunks"),
    ],
)
def test_a_body_is_announced(fields: list[tuple[bytes, bytes]], announced: bool) -> None:
    assert has_body(fields) is announced


@pytest.mark.parametrize(
    ("offered", "insisted"),
    [
        pytest.param(b"websocket", "websocket", id="a WebSocket is nothing without its upgrade"),
        pytest.param(b"h2c", None, id="HTTP/2 in the clear is only an offer"),
        pytest.param(b"h2c, WebSocket", "h2c, websocket", id="both"),
        pytest.param(b"", None, id="an empty field offers nothing"),
    ],
)
def test_an_upgrade_is_insisted_on_or_not(offered: bytes, insisted: str | None) -> None:
    assert insists_on([(b"connection", b"upgrade"), (b"upgrade", offered)]) == insisted

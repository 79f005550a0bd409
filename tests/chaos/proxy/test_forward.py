"""Requests and answers through the proxy, byte by byte on real sockets."""

from __future__ import annotations

import asyncio
import gzip
import json
import tracemalloc
from typing import Any

import pytest

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
CHUNKS = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"


def get(target: str = "/", *fields: str, method: str = "GET") -> bytes:
    return "\r\n".join([f"{method} {target} HTTP/1.1", "Host: shop.example", *fields, "", ""]).encode()


def fields_of(head: bytes) -> list[tuple[str, str]]:
    lines = head.decode("latin-1").split("\r\n")[1:]
    return [(name.lower(), value.strip()) for name, _, value in (line.partition(":") for line in lines if line)]


def answering(answer: bytes, heads: list[bytes] | None = None) -> Any:
    """An upstream that answers every request on a connection with the same bytes."""

    async def act(line: Any) -> None:
        while True:
            try:
                head = await line.until()
            except asyncio.IncompleteReadError:
                return
            if heads is not None:
                heads.append(head)
            await line.say(answer)

    return act


@pytest.mark.parametrize(
    "target",
    [
        "/a%2Fb/%7Euser/caf%C3%A9",
        "/a/../b/./c//d",
        "/search?q=a+b%20c&empty=&=x&q=2",
        "/?next=http://elsewhere/?a=b",
        "/a;v=1/[x]/'y'|z",
        "/%zz%",
    ],
)
async def test_a_target_passes_to_the_byte(play: Any, target: str) -> None:
    heads: list[bytes] = []
    async with play(answering(OK, heads)) as stage:
        line = await stage.connect()
        await line.say(get(target))
        await line.until(b"ok")
    assert heads[0].split(b"\r\n")[0] == f"GET {target} HTTP/1.1".encode()


async def test_fields_pass_in_their_order_and_as_often_as_they_come(play: Any) -> None:
    heads: list[bytes] = []
    answer = (
        b"HTTP/1.1 200 OK\r\nSet-Cookie: a=1; Path=/\r\nX-Odd: \xe9\r\nSet-Cookie: b=2\r\nDate: yesterday\r\n"
        b"Connection: X-Hop\r\nX-Hop: 1\r\nKeep-Alive: timeout=5\r\nContent-Length: 2\r\n\r\nok"
    )
    async with play(answering(answer, heads)) as stage:
        line = await stage.connect()
        await line.say(get("/", "Accept: a", "X-Utf: é", "Cookie: c=1", "Accept: b", "Connection: X-Mine", "X-Mine: 1"))
        head = await line.until()
    assert fields_of(head) == [
        ("set-cookie", "a=1; Path=/"),
        ("x-odd", "é"),
        ("set-cookie", "b=2"),
        ("date", "yesterday"),
        ("content-length", "2"),
        ("via", "1.1 chaos-proxy"),
    ]
    sent = fields_of(heads[0])
    assert [field for field in sent if field[0] in ("accept", "x-utf", "cookie")] == [
        ("accept", "a"),
        ("x-utf", "é".encode().decode("latin-1")),
        ("cookie", "c=1"),
        ("accept", "b"),
    ]
    named = {name for name, _ in sent}
    assert named.isdisjoint({"x-mine", "connection", "user-agent", "accept-encoding"})


@pytest.mark.parametrize("preserved", [False, True])
async def test_the_host_is_the_upstreams_unless_told_otherwise(play: Any, preserved: bool) -> None:
    heads: list[bytes] = []
    async with play(answering(OK, heads), preserve_host=preserved) as stage:
        line = await stage.connect()
        await line.say(get())
        await line.until(b"ok")
    told = dict(fields_of(heads[0]))
    assert (told["host"] == "shop.example") is preserved
    assert told["x-forwarded-host"] == "shop.example"
    assert told["x-forwarded-for"] == "127.0.0.1"


async def test_connections_are_kept_on_both_sides(play: Any) -> None:
    connections: list[Any] = []

    async def act(line: Any) -> None:
        connections.append(line)
        await answering(OK)(line)

    async with play(act) as stage:
        line = await stage.connect()
        for _ in range(5):
            await line.say(get())
            await line.until(b"ok")
    assert len(connections) == 1


async def test_an_answer_passes_piece_by_piece(play: Any) -> None:
    heard = asyncio.Event()

    async def act(line: Any) -> None:
        await line.until()
        await line.say(CHUNKS + b"8\r\ndata: 1\n\r\n")
        await heard.wait()
        await line.say(b"8\r\ndata: 2\n\r\n0\r\n\r\n")

    async with play(act) as stage:
        line = await stage.connect()
        await line.say(get("/events"))
        await line.until(b"data: 1\n")
        heard.set()
        await line.until(b"data: 2\n")
        await line.until(b"0\r\n\r\n")


@pytest.mark.parametrize(
    ("announced", "first", "second", "end"),
    [
        pytest.param(
            "Transfer-Encoding: chunked", b"3\r\none\r\n", b"3\r\ntwo\r\n0\r\n\r\n", b"0\r\n\r\n", id="in chunks"
        ),
        pytest.param("Content-Length: 6", b"one", b"two", b"two", id="with a length"),
    ],
)
async def test_a_request_passes_piece_by_piece(
    play: Any, announced: str, first: bytes, second: bytes, end: bytes
) -> None:
    arrived = asyncio.Event()
    heads: list[bytes] = []

    async def act(line: Any) -> None:
        heads.append(await line.until())
        await line.until(b"one")
        arrived.set()
        await line.until(end)
        await line.say(OK)

    async with play(act) as stage:
        line = await stage.connect()
        await line.say(get("/", announced, method="POST") + first)
        await asyncio.wait_for(arrived.wait(), 20)
        await line.say(second)
        await line.until(b"ok")
    assert announced.lower() in heads[0].decode().lower()


async def test_an_answer_may_come_before_the_request_is_whole(play: Any) -> None:
    async def act(line: Any) -> None:
        await line.until()
        await line.say(CHUNKS)
        for piece in (b"one", b"two"):
            await line.until(piece)
            await line.say(b"3\r\n" + piece + b"\r\n")
        await line.until(b"0\r\n\r\n")
        await line.say(b"0\r\n\r\n")

    async with play(act) as stage:
        line = await stage.connect()
        await line.say(get("/echo", "Transfer-Encoding: chunked", method="POST"))
        for piece in (b"one", b"two"):
            await line.say(b"3\r\n" + piece + b"\r\n")
            await line.until(piece)
        await line.say(b"0\r\n\r\n")
        await line.until(b"0\r\n\r\n")


async def test_a_refusal_comes_back_though_the_request_was_not_read(play: Any) -> None:
    async def act(line: Any) -> None:
        await line.until()
        await line.say(b"HTTP/1.1 413 Too Large\r\nContent-Length: 3\r\nConnection: close\r\n\r\nbig")

    async with play(act) as stage:
        line = await stage.connect()
        await line.say(get("/", "Content-Length: 1000000", method="POST") + b"x" * 1000)
        assert b" 413 " in await line.until(b"big")


async def test_compressed_bytes_stay_compressed(play: Any) -> None:
    packed = gzip.compress(b"hello")
    answer = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n%s" % (len(packed), packed)
    async with play(answering(answer)) as stage:
        line = await stage.connect()
        await line.say(get())
        assert ("content-encoding", "gzip") in fields_of(await line.until())
        assert await line.exactly(len(packed)) == packed


@pytest.mark.parametrize(
    ("method", "answer"),
    [
        pytest.param("HEAD", b"HTTP/1.1 200 OK\r\nContent-Length: 1234\r\n\r\n", id="HEAD keeps the length of GET"),
        pytest.param("GET", b"HTTP/1.1 204 No Content\r\nX-Id: 1\r\n\r\n", id="204"),
        pytest.param("GET", b'HTTP/1.1 304 Not Modified\r\nETag: "1"\r\nContent-Length: 99\r\n\r\n', id="304"),
        pytest.param("GET", b"HTTP/1.1 302 Found\r\nLocation: /there\r\nContent-Length: 0\r\n\r\n", id="a redirect"),
        pytest.param("GET", b"HTTP/1.1 599 Odd\r\nContent-Length: 0\r\n\r\n", id="a code that nobody knows"),
    ],
)
async def test_an_answer_without_a_body_leaves_the_connection_usable(play: Any, method: str, answer: bytes) -> None:
    heads: list[bytes] = []
    async with play(answering(answer, heads)) as stage:
        line = await stage.connect()
        for _ in range(2):
            await line.say(get("/", method=method))
            head = await line.until()
            assert head.split(b" ")[1] == answer.split(b" ")[1]
            assert fields_of(head)[:-1] == fields_of(answer)
    assert len(heads) == 2, "a redirect was followed, or an answer stuck"


async def test_who_expects_100_continue_gets_it_before_sending(play: Any) -> None:
    heads: list[bytes] = []

    async def act(line: Any) -> None:
        heads.append(await line.until())
        await line.until(b"body")
        await line.say(OK)

    async with play(act) as stage:
        line = await stage.connect()
        await line.say(get("/", "Expect: 100-continue", "Content-Length: 4", method="PUT"))
        assert (await line.until()).startswith(b"HTTP/1.1 100 ")
        await line.say(b"body")
        await line.until(b"ok")
    assert "expect" not in dict(fields_of(heads[0]))


async def test_a_client_that_goes_away_takes_its_request_along(play: Any) -> None:
    asked, gone = asyncio.Event(), asyncio.Event()

    async def act(line: Any) -> None:
        await line.until()
        asked.set()
        await line.closed()
        gone.set()

    async with play(act) as stage:
        line = await stage.connect()
        await line.say(get("/slow"))
        await asyncio.wait_for(asked.wait(), 20)
        await line.hang_up()
        await asyncio.wait_for(gone.wait(), 20)
        assert stage.counted(code="499", cause="client") == 1


async def test_half_a_request_never_looks_like_a_whole_one(play: Any) -> None:
    got = bytearray()
    arrived, gone = asyncio.Event(), asyncio.Event()

    async def act(line: Any) -> None:
        await line.until(b"half\r\n")
        arrived.set()
        while piece := await line.reader.read(1000):
            got.extend(piece)
        gone.set()

    async with play(act) as stage:
        line = await stage.connect()
        await line.say(get("/", "Transfer-Encoding: chunked", method="POST") + b"4\r\nhalf\r\n")
        await asyncio.wait_for(arrived.wait(), 20)
        line.reset()
        await asyncio.wait_for(gone.wait(), 20)
    assert b"0\r\n\r\n" not in got


@pytest.mark.parametrize(
    ("answer", "version"),
    [
        pytest.param(CHUNKS + b"4\r\nhalf\r\n", "1.1", id="of chunks"),
        pytest.param(b"HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\nhalf", "1.1", id="with a length"),
        pytest.param(CHUNKS + b"4\r\nhalf\r\n", "1.0", id="to a client of HTTP/1.0, who takes a close for the end"),
    ],
)
async def test_half_an_answer_never_looks_like_a_whole_one(play: Any, answer: bytes, version: str) -> None:
    passed = asyncio.Event()

    async def act(line: Any) -> None:
        await line.until()
        await line.say(answer)
        await passed.wait()

    async with play(act) as stage:
        line = await stage.connect()
        await line.say(get().replace(b"HTTP/1.1", f"HTTP/{version}".encode()))
        await line.until(b"half")
        passed.set()
        with pytest.raises(ConnectionResetError):
            await line.rest()
        assert stage.counted(code="200", cause="service") == 1


@pytest.mark.parametrize(
    ("said", "error"),
    [
        pytest.param(b"", "connection_terminated", id="hangs up without a word"),
        pytest.param(b"HTTP/1.1 200 OK\r\nContent-Le", "connection_terminated", id="hangs up in the head"),
        pytest.param(b"SSH-2.0-OpenSSH_9.2\r\n\r\n", "http_protocol_error", id="speaks no HTTP"),
        pytest.param(
            b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n", "http_protocol_error", id="changes the protocol"
        ),
        pytest.param(
            b"HTTP/1.1 999 Odd\r\nContent-Length: 0\r\n\r\n", "http_protocol_error", id="has a code of its own"
        ),
    ],
)
async def test_an_upstream_that_gives_no_answer_is_a_502(play: Any, said: bytes, error: str) -> None:
    async def act(line: Any) -> None:
        await line.until()
        if said:
            await line.say(said)

    async with play(act) as stage:
        line = await stage.connect()
        await line.say(get("/", "Content-Length: 0", method="POST"))
        head = await line.until()
        assert b" 502 " in head
        assert dict(fields_of(head))["proxy-status"] == f"chaos-proxy; error={error}"
        assert stage.counted(code="502", cause="service") == 1


async def test_an_upstream_that_is_not_there_is_a_502_with_a_sentence(before: Any, nobody: str) -> None:
    async with before(nobody) as stage:
        line = await stage.connect()
        await line.say(get())
        told = dict(fields_of(await line.until()))
        assert told["proxy-status"] == "chaos-proxy; error=connection_refused"
        body = json.loads(await line.exactly(int(told["content-length"])))
        assert body == {"error": f"chaos proxy: {nobody} refused the connection"}


async def test_an_upstream_without_a_name_is_a_502(before: Any) -> None:
    async with before("http://nowhere.invalid") as stage:
        line = await stage.connect()
        await line.say(get())
        assert dict(fields_of(await line.until()))["proxy-status"] == "chaos-proxy; error=dns_error"


async def test_an_upstream_that_is_too_slow_is_a_504_with_a_sentence(play: Any) -> None:
    async def act(line: Any) -> None:
        await line.until()
        await line.closed()

    async with play(act, patience=0.2) as stage:
        line = await stage.connect()
        await line.say(get())
        head = await line.until()
        assert b" 504 " in head
        assert dict(fields_of(head))["proxy-status"] == "chaos-proxy; error=http_response_timeout"
        assert b"did not answer within 0.2 s" in await line.until(b"}")
        assert stage.counted(code="504", cause="service") == 1


async def test_a_client_may_take_longer_for_its_request_than_the_upstream_for_its_answer(play: Any) -> None:
    async def act(line: Any) -> None:
        await line.until(b"ab")
        await line.say(OK)

    async with play(act, patience=0.2) as stage:
        line = await stage.connect()
        await line.say(get("/", "Content-Length: 2", method="POST") + b"a")
        await asyncio.sleep(0.5)  # a client of that slowness, not a wait for something
        await line.say(b"b")
        assert b" 200 " in await line.until(b"ok")


@pytest.mark.parametrize(
    ("request_head", "status", "why"),
    [
        pytest.param(get("/", "Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13"), 501, b"websocket", id="a WebSocket"),
        pytest.param(get("http://elsewhere/"), 400, b"forward proxy", id="somebody else's URL"),
        pytest.param(get("*", method="OPTIONS"), 400, b"no path", id="no path at all"),
        pytest.param(get("/").replace(b"Host:", b"X-Odd: \xe9\r\nHost:"), 400, b"x-odd", id="a field in an unknown encoding"),
    ],
)  # fmt: skip
async def test_what_cannot_pass_is_refused_with_a_sentence(
    before: Any, nobody: str, request_head: bytes, status: int, why: bytes
) -> None:
    async with before(nobody) as stage:
        line = await stage.connect()
        await line.say(request_head)
        head = await line.until()
        assert f" {status} ".encode() in head
        assert "proxy-status" in dict(fields_of(head))
        assert why in await line.until(b"}")


async def test_an_offer_of_http_2_is_passed_over(play: Any) -> None:
    heads: list[bytes] = []
    async with play(answering(OK, heads)) as stage:
        line = await stage.connect()
        await line.say(get("/", "Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: AAMAAABk"))
        await line.until(b"ok")
    assert {"upgrade", "http2-settings"}.isdisjoint(dict(fields_of(heads[0])))


async def test_the_upstreams_own_paths_stay_its_own(play: Any) -> None:
    heads: list[bytes] = []
    async with play(answering(OK, heads)) as stage:
        line = await stage.connect()
        paths = ["/metrics", "/healthz", "/readyz", "/chaos/about", "/chaos/leases"]
        for path in paths:
            await line.say(get(path))
            await line.until(b"ok")
    assert [head.split(b" ")[1].decode() for head in heads] == paths


async def test_large_bodies_pass_in_flat_memory(play: Any) -> None:
    piece, pieces = b"x" * 65536, 480  # 30 MB each way

    async def act(line: Any) -> None:
        await line.until()
        for _ in range(pieces):
            await line.exactly(len(piece))
        await line.say(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % (len(piece) * pieces))
        for _ in range(pieces):
            await line.say(piece)

    async with play(act) as stage:
        line = await stage.connect()
        tracemalloc.start()
        try:
            await line.say(get("/", f"Content-Length: {len(piece) * pieces}", method="PUT"))
            for _ in range(pieces):
                await line.say(piece)
            await line.until()
            for _ in range(pieces):
                await line.exactly(len(piece))
            most = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
    assert most < 4_000_000

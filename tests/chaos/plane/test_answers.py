"""What a client gets of each kind of fault: from the whole stack in this process, and over real connections."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from time import monotonic
from typing import Any

import httpx
import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from chaos.faults.kinds import Fault, HangFault, LatencyFault, LeaseRequest, ResetFault, SlowBodyFault, parse_fault
from chaos.plane.asgi import ChaosMiddleware
from chaos.plane.lease import Ceilings, LeaseTable
from chaos.plane.reset import ResettableProtocol

BODY = b"0123456789" * 100


class Shop:
    """A service that answers a thousand bytes, and remembers who got through."""

    def __init__(
        self,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self.sold = 0
        self.leases = LeaseTable(Ceilings(), clock=clock)
        self.app = ChaosMiddleware(Starlette(routes=[Route("/", self.sell)]), self.leases, sleep=sleep)

    async def sell(self, _request: Request) -> Response:
        self.sold += 1
        return Response(BODY)

    def fail(self, fault: Fault, renew_within: float = 5.0) -> None:
        self.leases.grant(LeaseRequest(id="a1b2c3d4", ttl=60, faults=[fault], renew_within=renew_within))

    @property
    def injected(self) -> int:
        return sum(dose.injected for lease in (*self.leases.active(), *self.leases.recent()) for dose in lease.doses)

    def client(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(transport=httpx.ASGITransport(self.app), base_url="http://shop")


@pytest.mark.parametrize(
    ("fields", "status", "cause"),
    [
        pytest.param({"kind": "error", "status": 503}, 503, None, id="an error"),
        pytest.param({"kind": "dependency", "cause": "payment"}, 502, "payment", id="a dependency names its cause"),
        pytest.param({"kind": "dependency", "cause": "inventory", "status": 503}, 503, "inventory", id="with a status"),
        pytest.param({"kind": "bad_payload"}, 200, None, id="a wrong payload is a 200"),
    ],
)
async def test_an_answer_in_place_of_the_applications(fields: dict[str, Any], status: int, cause: str | None) -> None:
    shop = Shop()
    shop.fail(parse_fault(fields))
    async with shop.client() as client:
        answer = await client.get("/")
    assert (answer.status_code, answer.headers.get("x-failure-cause")) == (status, cause)
    assert answer.json()["lease"] == "a1b2c3d4"
    assert (shop.sold, shop.injected) == (0, 1)


@pytest.mark.parametrize(
    ("fields", "kind", "body"),
    [
        pytest.param({"kind": "bad_payload", "payload": "empty"}, "text/plain; charset=utf-8", b"", id="no payload"),
        pytest.param({"kind": "error", "body": "sold out"}, "text/plain; charset=utf-8", b"sold out", id="a text"),
        pytest.param({"kind": "error", "body": '{"why": "é"}'}, "application/json", '{"why": "é"}'.encode(), id="JSON"),
    ],
)
async def test_the_body_that_was_asked_for(fields: dict[str, Any], kind: str, body: bytes) -> None:
    shop = Shop()
    shop.fail(parse_fault(fields))
    async with shop.client() as client:
        answer = await client.get("/")
    assert (answer.headers["content-type"], answer.content) == (kind, body)


async def test_a_slow_body_comes_in_pieces_over_its_time() -> None:
    events: list[float | int] = []
    at = 0.0

    async def sleep(seconds: float) -> None:
        nonlocal at
        at += seconds
        events.append(seconds)

    async def receive() -> dict[str, Any]:
        return {"type": "http.request"}

    async def send(message: Any) -> None:
        events.append(len(message.get("body", b"")))

    shop = Shop(sleep, lambda: at)
    shop.fail(SlowBodyFault(delay=1.25))
    await shop.app({"type": "http", "method": "GET", "path": "/", "headers": [], "query_string": b""}, receive, send)
    # The head, then ten times a pause and a piece.
    assert events == [0, *[0.125, 100] * 10]
    assert shop.sold == 1


async def test_a_slow_body_makes_up_for_each_pause_that_took_too_long() -> None:
    at = 0.0

    async def sleep(seconds: float) -> None:
        nonlocal at
        at += seconds + 0.0078125

    shop = Shop(sleep, lambda: at)
    shop.fail(SlowBodyFault(delay=1.25))
    async with shop.client() as client:
        await client.get("/")
    assert at == 1.25 + 0.0078125


async def test_a_body_without_a_byte_is_slow_too() -> None:
    at = 0.0

    async def sleep(seconds: float) -> None:
        nonlocal at
        at += seconds

    shop = Shop(sleep, lambda: at)
    shop.fail(SlowBodyFault(delay=0.2))
    async with shop.client() as client:
        answer = await client.head("/")
    assert (answer.status_code, at) == (200, pytest.approx(0.2))


@asynccontextmanager
async def served(shop: Shop, **config: Any) -> AsyncIterator[tuple[str, int]]:
    """The shop on a real port; afterwards the server is down."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = uvicorn.Server(
            uvicorn.Config(shop.app, log_config=None, lifespan="off", ws="none", timeout_graceful_shutdown=1, **config)
        )
        serving = asyncio.create_task(server.serve(sockets=[listening]))
        try:
            yield listening.getsockname()
        finally:
            server.should_exit = True
            await asyncio.wait_for(serving, 20)


async def ask(at: tuple[str, int]) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    reader, writer = await asyncio.open_connection(*at)
    writer.write(b"GET / HTTP/1.1\r\nHost: shop\r\n\r\n")
    await writer.drain()
    return reader, writer


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not condition():  # noqa: ASYNC110  # the server does not tell
            await asyncio.sleep(0.01)


async def test_a_reset_is_a_tcp_reset_where_the_server_lends_its_connection() -> None:
    shop = Shop()
    shop.fail(ResetFault())
    async with served(shop, http=ResettableProtocol) as at:
        for _ in range(3):
            reader, writer = await ask(at)
            with pytest.raises(ConnectionResetError):
                await reader.read()
            writer.close()
        await until(lambda: shop.injected == 3)
        shop.leases.halt()
        reader, writer = await ask(at)
        assert (await reader.readline()).startswith(b"HTTP/1.1 200")
        writer.close()


async def test_a_reset_elsewhere_cuts_an_answer_that_says_500() -> None:
    shop = Shop()
    shop.fail(ResetFault())
    async with served(shop, http="h11") as at:
        reader, writer = await ask(at)
        answer = await asyncio.wait_for(reader.read(), 20)
        writer.close()
    assert answer.startswith(b"HTTP/1.1 500")
    assert b"content-length: 1" in answer.lower()
    assert answer.endswith(b"\r\n\r\n")  # and not the byte that it promised


async def test_who_hangs_until_the_fault_ends_is_answered_504() -> None:
    shop = Shop()
    shop.fail(HangFault())
    async with served(shop) as at:
        reader, writer = await ask(at)
        await until(lambda: shop.injected == 1)
        shop.leases.halt()
        assert (await asyncio.wait_for(reader.readline(), 20)).startswith(b"HTTP/1.1 504")
        writer.close()
    assert shop.sold == 0


async def test_a_hang_is_over_when_the_client_gives_up() -> None:
    shop, over = Shop(), asyncio.Event()
    inner = shop.app

    async def noting(scope: Any, receive: Any, send: Any) -> None:
        await inner(scope, receive, send)
        over.set()

    shop.app = noting  # type: ignore[assignment]
    shop.fail(HangFault())
    async with served(shop) as at:
        _, writer = await ask(at)
        await until(lambda: shop.injected == 1)
        assert not over.is_set()
        writer.close()
        await asyncio.wait_for(over.wait(), 20)
        assert len(shop.leases.active()) == 1


@pytest.mark.parametrize(
    ("fault", "status"),
    [
        pytest.param(HangFault(), 504, id="a hang"),
        pytest.param(LatencyFault(delay=60), 200, id="a delay"),
        pytest.param(SlowBodyFault(delay=60), 200, id="a slow body"),
    ],
)
async def test_whoever_waits_is_let_go_when_nobody_renews(fault: Fault, status: int) -> None:
    shop = Shop()
    shop.fail(fault, renew_within=0.1)
    async with shop.client() as client:
        answer = await asyncio.wait_for(client.get("/", timeout=None), 20)
    assert answer.status_code == status
    assert shop.injected == 1
    assert [lease.ending for lease in shop.leases.recent()] == ["lapsed"]


async def test_a_slow_body_hurries_once_its_fault_is_over() -> None:
    shop = Shop()
    shop.fail(SlowBodyFault(delay=60))
    async with served(shop) as at:
        reader, writer = await ask(at)
        head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 20)
        assert head.startswith(b"HTTP/1.1 200")
        shop.leases.halt()
        assert await asyncio.wait_for(reader.readexactly(len(BODY)), 20) == BODY
        writer.close()

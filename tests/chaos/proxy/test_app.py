"""Faults through the proxy, and what its metrics make of them: all as clients see it."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import closing
from typing import Any

import httpx
import pytest

from chaos.proxy.forward import open_session
from chaos.proxy.metrics import Route

ANSWER = b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 11\r\n\r\n{"order":1}'


class Shop:
    """An upstream that counts who got through."""

    def __init__(self) -> None:
        self.sold = 0

    async def act(self, line: Any) -> None:
        while True:
            try:
                head = await line.until()
            except asyncio.IncompleteReadError:
                return
            if b"content-length: 4" in head.lower():
                await line.exactly(4)
            self.sold += 1
            await line.say(ANSWER)


@pytest.fixture
def shop() -> Shop:
    return Shop()


@pytest.fixture
async def stage(shop: Shop, play: Any) -> AsyncIterator[Any]:
    async with play(shop.act, routes=(Route("/checkout", "POST"),)) as stage:
        yield stage


@pytest.fixture
async def client(stage: Any) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=stage.url, timeout=20) as client:
        yield client


async def buy(client: httpx.AsyncClient, **headers: str) -> httpx.Response:
    return await client.post("/checkout", content=b"cart", headers=headers)


async def metrics(stage: Any) -> str:
    async with httpx.AsyncClient() as scraper:
        return (await scraper.get(f"{stage.control_url}/metrics")).text


@pytest.mark.parametrize(
    ("fault", "status", "body", "code", "cause"),
    [
        pytest.param({"kind": "error", "status": 503}, 503, "on purpose", "503", "service", id="an error"),
        pytest.param({"kind": "error", "status": 418, "body": "tea"}, 418, "tea", "4xx", "none", id="an error of the client's kind"),
        pytest.param({"kind": "dependency", "cause": "payment"}, 502, "payment", "502", "service", id="a dependency"),
        pytest.param({"kind": "bad_payload", "payload": "empty"}, 200, "", "200", "none", id="an empty payload looks well from outside"),
    ],
)  # fmt: skip
async def test_a_fault_takes_the_place_of_the_answer(
    shop: Shop,
    stage: Any,
    client: httpx.AsyncClient,
    fault: dict[str, Any],
    status: int,
    body: str,
    code: str,
    cause: str,
) -> None:
    assert (await stage.fault(fault)).status_code == 201
    answer = await buy(client)
    assert (answer.status_code, body in answer.text, shop.sold) == (status, True, 0)
    assert stage.counted(route="/checkout", method="POST", code=code, cause=cause, synthetic="false") == 1
    page = await metrics(stage)
    assert f'chaos_injected_total{{id="a1b2c3d4",kind="{fault["kind"]}",route="*"}} 1.0' in page
    assert 'chaos_active{id="a1b2c3d4"} 1.0' in page


async def test_a_reset_is_one_and_counts_as_a_bad_gateway(shop: Shop, stage: Any) -> None:
    await stage.fault({"kind": "reset"})
    line = await stage.connect()
    await line.say(b"POST /checkout HTTP/1.1\r\nHost: shop\r\nContent-Length: 4\r\n\r\ncart")
    with pytest.raises(ConnectionResetError):
        await line.rest()
    assert shop.sold == 0
    assert stage.counted(code="502", cause="service") == 1


async def test_a_client_that_gives_up_on_a_hang_is_counted(stage: Any) -> None:
    await stage.fault({"kind": "hang"})
    line = await stage.connect()
    await line.say(b"GET / HTTP/1.1\r\nHost: shop\r\n\r\n")
    await stage.until(stage.injected, "the fault")
    await line.hang_up()
    await stage.until(lambda: stage.counted(code="499", cause="client"), "the count")


async def test_a_delay_is_in_the_duration(shop: Shop, stage: Any, client: httpx.AsyncClient) -> None:
    await stage.fault({"kind": "latency", "delay": 0.12})
    assert (await buy(client)).json() == {"order": 1}
    assert shop.sold == 1
    labels = 'method="POST",route="/checkout",service="shop",synthetic="false"'
    assert f'http_request_duration_seconds_bucket{{le="0.1",{labels}}} 0.0' in await metrics(stage)


async def test_a_slow_body_comes_whole_and_late(stage: Any, client: httpx.AsyncClient) -> None:
    await stage.fault({"kind": "slow_body", "delay": 0.3})
    async with client.stream("GET", "/") as answer:
        pieces = [piece async for piece in answer.aiter_raw()]
    assert b"".join(pieces) == b'{"order":1}'
    assert len(pieces) > 1
    assert stage.counted(route="other", code="200", cause="none") == 1


@pytest.mark.parametrize(
    ("match", "headers", "hit"),
    [
        pytest.param({"tier": "free"}, {"X-Customer-Tier": "free"}, True, id="of the tier"),
        pytest.param({"tier": "free"}, {"X-Customer-Tier": "plus"}, False, id="of another tier"),
        pytest.param({"header": "X-Region: eu-*"}, {"X-Region": "eu-west"}, True, id="with the header"),
        pytest.param({"header": "X-Region: eu-*"}, {}, False, id="without it"),
        pytest.param({"route": "/checkout"}, {"X-Synthetic": "true"}, False, id="a synthetic probe is spared"),
        pytest.param({"method": "GET"}, {}, False, id="of another method"),
        pytest.param({"route": "/cart*"}, {}, False, id="of another route"),
    ],
)
async def test_a_fault_meets_those_that_it_matches(
    stage: Any, client: httpx.AsyncClient, match: dict[str, str], headers: dict[str, str], hit: bool
) -> None:
    await stage.fault({"kind": "error", **match})
    assert ((await buy(client, **headers)).status_code == 500) is hit
    assert stage.counted(synthetic="true") == ("X-Synthetic" in headers)


async def test_what_only_the_service_could_do_is_refused_with_a_sentence(stage: Any) -> None:
    refused = await stage.fault({"kind": "stale"})
    assert refused.status_code == 422
    assert "needs chaos.middleware" in refused.text
    assert stage.proxy.leases.idle


async def test_the_control_plane_is_not_where_clients_are(stage: Any, client: httpx.AsyncClient) -> None:
    assert (await client.get("/chaos/about")).json() == {"order": 1}
    async with httpx.AsyncClient(base_url=stage.control_url) as control:
        assert (await control.get("/chaos/about")).status_code == 401
        assert (await control.get("/healthz")).json() == {"status": "ok"}
        assert (await control.get("/checkout")).status_code == 404
        told = (await control.get("/chaos/about", headers={"Authorization": "Bearer sesame"})).json()
    assert (told["service"], told["environment"]) == ("shop", "lab")


async def test_at_the_end_nobody_waits_for_a_fault(stage: Any, client: httpx.AsyncClient) -> None:
    await stage.fault({"kind": "latency", "delay": 60, "rate": 1.0})
    waiting = asyncio.create_task(client.get("/"))
    await stage.until(stage.injected, "the fault")
    stage.ending.ask()
    assert (await waiting).json() == {"order": 1}
    async with httpx.AsyncClient(base_url=stage.control_url, headers={"Authorization": "Bearer sesame"}) as control:
        [lease] = (await control.get("/chaos/leases")).json()["ended"]
    assert (lease["ending"], lease["injected"]) == ("halted", 1), "a controller hears how it ended"


async def test_at_the_end_a_request_on_its_way_is_finished(play: Any) -> None:
    asked, ending = asyncio.Event(), asyncio.Event()

    async def act(line: Any) -> None:
        await line.until()
        asked.set()
        await ending.wait()
        await line.say(ANSWER)

    async with play(act) as stage, httpx.AsyncClient(base_url=stage.url, timeout=20) as client:
        waiting = asyncio.create_task(client.get("/"))
        await asyncio.wait_for(asked.wait(), 20)
        stage.ending.ask()
        await stage.until(lambda: refused(stage.port), "the door to close")
        ending.set()
        assert (await waiting).json() == {"order": 1}


def refused(port: int) -> bool:
    """Whether nobody listens on a port any more."""
    with closing(socket.socket()) as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


async def test_a_server_that_speaks_websocket_is_told_to_close_it(stage: Any) -> None:
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    async with open_session() as session:
        await stage.proxy.traffic(session)({"type": "websocket", "path": "/"}, None, send)
    assert [(message["type"], message["reason"]) for message in sent] == [
        ("websocket.close", "chaos proxy: only HTTP passes here")
    ]

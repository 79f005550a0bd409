"""The open loop against real sockets: one that answers, one that never does, one that is not there."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from itertools import takewhile

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from lab.shape import steady
from lab.traffic.carts import cart_pool
from lab.traffic.generator import Generator, Limits
from lab.traffic.tally import TrafficMetrics
from lab.traffic.timetable import Arrival, arrivals

CARTS = [b'{"items": [{"sku": "SKU-001", "quantity": 1}]}']

Serve = Callable[..., Awaitable[str]]


def generator(target: str, limits: Limits, rps: float = 100.0) -> Generator:
    timetable = arrivals(steady(rps), 0.0, spacing="paced", seed=1)
    return Generator(target, timetable, CARTS, rate=steady(rps), limits=limits, metrics=TrafficMetrics())


@pytest.fixture
async def serve() -> AsyncIterator[Serve]:
    """A server on loopback that answers every request with the given bytes, or, without any, never."""
    servers = []
    writers: list[asyncio.StreamWriter] = []

    async def started(answer: bytes | None = None) -> str:
        async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writers.append(writer)
            while await reader.read(65536):
                if answer is not None:
                    writer.write(answer)

        server = await asyncio.start_server(talk, "127.0.0.1", 0)
        servers.append(server)
        port = server.sockets[0].getsockname()[1]
        return f"http://127.0.0.1:{port}"

    yield started
    for server in servers:
        server.close()
    for writer in writers:
        writer.close()
        await writer.wait_closed()


FINE = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
BROKEN = b"HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n"


async def test_a_frozen_shop_does_not_slow_the_timetable_down_and_every_timeout_counts(serve: Serve) -> None:
    tally = await generator(await serve(), Limits(timeout=0.3, run_for=1.0)).run()
    due = takewhile(lambda arrival: arrival.offset <= 1.0, arrivals(steady(100), 0.0, spacing="paced", seed=1))
    # About a hundred fall due in a second; a closed loop, waiting for each, would have sent three.
    assert tally.planned == tally.sent == sum(1 for _ in due) >= 100
    assert tally.answers["timeout"] == tally.sent
    assert tally.achieved == 1


@pytest.mark.parametrize(
    ("answer", "outcome"), [pytest.param(FINE, "2xx", id="good answers"), pytest.param(BROKEN, "5xx", id="errors")]
)
async def test_answers_are_counted_by_what_they_say(serve: Serve, answer: bytes, outcome: str) -> None:
    run = generator(await serve(answer), Limits(run_for=0.5))
    tally = await run.run()
    assert tally.planned == tally.sent == tally.answered
    assert tally.answers[outcome] == tally.sent > 0  # type: ignore[index]
    assert tally.summary()["bad"] == (0 if outcome == "2xx" else tally.sent)


async def test_nobody_listening_is_an_error_for_each_request(serve: Serve, free_port: Callable[[], int]) -> None:
    tally = await generator(f"http://127.0.0.1:{free_port()}", Limits(run_for=0.3)).run()
    assert tally.answers["error"] == tally.sent > 0


async def test_what_is_in_flight_is_bounded_and_the_rest_is_counted_as_dropped(serve: Serve) -> None:
    run = generator(await serve(), Limits(timeout=60, in_flight=10), rps=200)
    running = asyncio.create_task(run.run())
    while run.tally.dropped < 50:  # noqa: ASYNC110 - the tally is plain numbers, on purpose
        await asyncio.sleep(0.01)
    run.stop()
    tally = await running
    assert tally.sent == 10
    assert tally.dropped == tally.planned - 10 >= 50
    assert tally.summary()["unanswered"] == 10


async def test_what_is_overdue_is_dropped_and_said_and_not_sent_as_a_flood(serve: Serve) -> None:
    """As after a pause of the whole process: everything of the first ten seconds is due at once."""
    late = [Arrival(offset, False, "free", 0.5, f"order-{offset}") for offset in (-10.0, -6.0, -0.2, 0.0)]
    metrics = TrafficMetrics()
    run = Generator(await serve(FINE), iter(late), CARTS, rate=steady(1), limits=Limits(), metrics=metrics)
    tally = await run.run()
    assert (tally.planned, tally.sent, tally.dropped) == (4, 2, 2)
    assert tally.late == 1
    assert 0.2 <= tally.max_late_seconds < 5
    assert tally.achieved == 0.5

    def exported(name: str, **labels: str) -> float | None:
        return metrics.registry.get_sample_value(f"lab_traffic_{name}", labels)

    assert exported("dropped_total", reason="overdue") == 2
    assert exported("dropped_total", reason="in_flight") == 0
    assert exported("lateness_seconds_count") == 2
    assert exported("lateness_seconds_bucket", le="0.1") == 1


async def test_each_order_carries_its_key_and_only_probes_say_that_they_are_synthetic() -> None:
    seen: list[dict[str, str]] = []

    async def note(request: web.Request) -> web.Response:
        seen.append(dict(request.headers))
        return web.json_response({})

    app = web.Application()
    app.router.add_post("/checkout", note)
    sent = [Arrival(0.0, False, "business", 0.5, "order-1"), Arrival(0.01, True, "free", 0.5, "probe-1")]
    async with TestServer(app) as shop:
        target = str(shop.make_url(""))
        await Generator(target, iter(sent), CARTS, rate=steady(1), limits=Limits(), metrics=TrafficMetrics()).run()
    by_key = {headers["Idempotency-Key"]: headers for headers in seen}
    assert by_key["order-1"]["X-Customer-Tier"] == "business"
    assert "X-Synthetic" not in by_key["order-1"]
    assert by_key["probe-1"]["X-Synthetic"] == "true"


async def test_a_stop_waits_for_the_answers_that_are_out(serve: Serve) -> None:
    run = generator(await serve(FINE), Limits(), rps=500)
    running = asyncio.create_task(run.run())
    while run.tally.sent < 50:  # noqa: ASYNC110 - the tally is plain numbers, on purpose
        await asyncio.sleep(0.01)
    run.stop()
    tally = await running
    assert tally.summary()["unanswered"] == 0
    assert tally.planned == tally.sent == tally.answers["2xx"]


def test_carts_repeat_with_their_seed_and_hold_goods_and_a_buyer() -> None:
    pool = cart_pool(5, 20)
    assert pool == cart_pool(5, 20) != cart_pool(6, 20)
    for cart in map(json.loads, pool):
        assert cart["buyer"]["name"]
        assert all(item["quantity"] > 0 for item in cart["items"])

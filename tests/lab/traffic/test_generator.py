"""The open loop against real sockets: one that answers, one that never does, one that is not there."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from itertools import takewhile

import pytest

from lab.shape import steady
from lab.traffic.carts import cart_pool
from lab.traffic.generator import Generator, Limits
from lab.traffic.tally import TrafficMetrics
from lab.traffic.timetable import arrivals

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


def test_carts_repeat_with_their_seed_and_hold_goods_and_a_buyer() -> None:
    pool = cart_pool(5, 20)
    assert pool == cart_pool(5, 20) != cart_pool(6, 20)
    for cart in map(json.loads, pool):
        assert cart["buyer"]["name"]
        assert all(item["quantity"] > 0 for item in cart["items"])

"""The kinds of fault on the shop itself: what its own metrics say of each, and which SLO pays."""

from __future__ import annotations

import asyncio
import random
import socket
from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx
import pytest
import uvicorn
from prometheus_client import Gauge
from prometheus_client.parser import text_string_to_metric_families

from chaos.faults.kinds import LeaseRequest, StaleFault, parse_fault
from chaos.middleware import Plane
from chaos.plane.reset import ResettableProtocol
from chaos.pricing.impact import hits
from lab.checkout.app import build_app
from lab.checkout.inventory import Inventory
from lab.checkout.nature import DEPENDENCIES, Nature
from slotui.core.sli import EventSli, Selector
from slotui.core.slo import Slo

CART = {"items": [{"sku": "SKU-001", "quantity": 2}]}
AVAILABLE = {"checkout-availability"}
SPENT_BY_KIND = [
    pytest.param({"kind": "error"}, AVAILABLE, "500", "checkout", (3, 3, 3), id="an error"),
    pytest.param({"kind": "dependency", "cause": "cart"}, {*AVAILABLE, "cart-availability"}, "502", "cart",
                 (6, 3, 3), id="cart, and nobody asks the others"),
    pytest.param({"kind": "dependency", "cause": "inventory", "status": 503}, {*AVAILABLE, "inventory-availability"},
                 "503", "inventory", (6, 6, 3), id="inventory, after cart was asked"),
    pytest.param({"kind": "dependency", "cause": "payment"}, {*AVAILABLE, "payment-availability"}, "502", "payment",
                 (6, 6, 6), id="payment, after the others were asked"),
    pytest.param({"kind": "bad_payload"}, AVAILABLE, "200", "checkout", (3, 3, 3), id="a wrong payload"),
    pytest.param({"kind": "bad_payload", "payload": "empty"}, AVAILABLE, "200", "checkout", (3, 3, 3),
                 id="an empty payload"),
    pytest.param({"kind": "reset"}, AVAILABLE, "500", "checkout", (3, 3, 3), id="a reset"),
    pytest.param({"kind": "hang"}, {*AVAILABLE, "checkout-latency"}, "500", "checkout", (3, 3, 3),
                 id="a hang given up"),
    pytest.param({"kind": "latency", "delay": 0.6}, {"checkout-latency"}, "200", "none", (6, 6, 6), id="a delay"),
    pytest.param({"kind": "slow_body", "delay": 0.6}, {"checkout-latency"}, "200", "none", (6, 6, 6), id="a slow body"),
]  # fmt: skip


@pytest.fixture
async def shop() -> AsyncIterator[tuple[Plane, str]]:
    """The shop as `python -m lab.checkout` serves it, on a real port: its plane and its URL."""
    plane = Plane("sesame", service="checkout")
    app = build_app(Nature(failure_rate=0, median=0.0001, sigma=0), seed=1, plane=plane)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        config = uvicorn.Config(app, http=ResettableProtocol, log_config=None, ws="none", timeout_graceful_shutdown=1)
        server = uvicorn.Server(config)
        serving = asyncio.create_task(server.serve(sockets=[listening]))
        host, port = listening.getsockname()
        yield plane, f"http://{host}:{port}"
        server.should_exit = True
        await asyncio.wait_for(serving, 20)


async def counted(client: httpx.AsyncClient, *selectors: Selector) -> list[float]:
    page = (await client.get("/metrics")).text
    samples = [sample for family in text_string_to_metric_families(page) for sample in family.samples]
    return [sum(s.value for s in samples if selector.accepts(s.name, s.labels)) for selector in selectors]


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not condition():  # noqa: ASYNC110  # the shop does not tell
            await asyncio.sleep(0.005)


@pytest.mark.slow
@pytest.mark.parametrize(("fields", "spent", "code", "cause", "called"), SPENT_BY_KIND)
async def test_each_kind_spends_what_its_price_says(
    shop: tuple[Plane, str],
    slos: dict[str, Slo],
    fields: dict[str, Any],
    spent: set[str],
    code: str,
    cause: str,
    called: tuple[int, int, int],
) -> None:
    plane, url = shop
    fault = parse_fault({**fields, "route": "/checkout", "method": "POST", "rate": 0.5, "mode": "exact"})
    assert {hit.slo.name for hit in hits([fault], slos.values(), "checkout")} == spent
    plane.leases.grant(LeaseRequest(id="a1b2c3d4", ttl=60, faults=[fault]))
    events = {name: slo.sli for name, slo in slos.items() if isinstance(slo.sli, EventSli)}
    async with httpx.AsyncClient(base_url=url, timeout=1.5, trust_env=False) as client:
        for _ in range(6):
            try:
                await client.post("/checkout", json=CART)
            except httpx.TransportError:
                assert fields["kind"] in ("reset", "hang")
            plane.leases.renew("a1b2c3d4")
        async with asyncio.timeout(20):
            while await counted(client, events["checkout-availability"].eligible) != [6]:  # noqa: ASYNC110  # scraped
                await asyncio.sleep(0.02)
        eligible = {f"{dependency}-availability": count for dependency, count in zip(DEPENDENCIES, called, strict=True)}
        for name, sli in events.items():
            assert sli.good is not None
            whole = eligible.get(name, 6)
            assert await counted(client, sli.eligible, sli.good) == [whole, whole - 3 if name in spent else whole], name
        page = (await client.get("/metrics")).text
    assert f'cause="{cause}",code="{code}",method="POST",route="/checkout",service="checkout",synthetic="false"' in page
    assert f'chaos_injected_total{{id="a1b2c3d4",kind="{fields["kind"]}",route="/checkout"}} 3.0' in page


async def test_stale_stock_is_fresh_again_soon_after_its_fault() -> None:
    plane = Plane("sesame", service="checkout")
    ticks = iter(range(1, 1000))
    inventory = Inventory(
        Gauge("updated", "when", registry=None),
        random.Random(1),
        clock=lambda: float(next(ticks)),
        withholds=lambda every: plane.withholds("inventory", every),
    )
    keeping = asyncio.create_task(inventory.keep_fresh(every=0.01))

    await until(lambda: (inventory.updated_at or 0.0) > 2)
    lease = plane.leases.grant(LeaseRequest(id="a1b2c3d4", ttl=60, faults=[StaleFault()]))
    await until(lambda: lease.doses[0].injected > 0)
    stale_since = inventory.updated_at or 0.0
    await until(lambda: lease.doses[0].injected >= 5)
    assert inventory.updated_at == stale_since
    plane.leases.halt()
    await until(lambda: (inventory.updated_at or 0.0) > stale_since)
    keeping.cancel()
    with pytest.raises(asyncio.CancelledError):
        await keeping


async def test_an_update_that_waits_for_long_is_made_once_its_fault_is_over() -> None:
    plane = Plane("sesame", service="checkout")
    plane.leases.grant(LeaseRequest(id="a1b2c3d4", ttl=60, faults=[StaleFault()]))
    waiting = asyncio.create_task(plane.withholds("inventory", 3600))
    await asyncio.sleep(0)  # lets it run until it waits
    assert not waiting.done()
    plane.leases.halt()
    assert await asyncio.wait_for(waiting, 30) is False

"""The data plane on a real ASGI application: what customers get, what the control plane says, what is exposed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from prometheus_client import CollectorRegistry, generate_latest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from chaos.faults.kinds import LatencyFault, LeaseRequest
from chaos.middleware import Plane
from chaos.plane.asgi import ChaosMiddleware
from chaos.plane.lease import Ceilings, LeaseTable

TOKEN = "sesame"


class Shop:
    """A service with one route that remembers who got through."""

    def __init__(self) -> None:
        self.sold = 0
        self.plane = Plane(TOKEN, service="checkout", ceilings=Ceilings(max_ttl=3600))
        paths = ("/checkout", "/metrics", "/healthz")
        self.routes = [*self.plane.routes, *(Route(path, self.sell, methods=["GET", "POST"]) for path in paths)]
        self.app = Starlette(routes=self.routes, middleware=[Middleware(self.plane.middleware)])
        self.registry = CollectorRegistry()
        self.registry.register(self.plane.collector)

    async def sell(self, request: Request) -> JSONResponse:
        self.sold += 1
        return JSONResponse({"bytes": len(await request.body())})

    def exposed(self, name: str, **labels: str) -> float | None:
        generate_latest(self.registry)  # the whole page must be well formed
        return self.registry.get_sample_value(name, labels)


@pytest.fixture
def shop() -> Shop:
    return Shop()


@pytest.fixture
async def client(shop: Shop) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(shop.app)
    async with httpx.AsyncClient(
        transport=transport, base_url="http://shop", headers={"Authorization": f"Bearer {TOKEN}"}
    ) as client:
        yield client


def lease(*faults: dict[str, Any], **changed: Any) -> dict[str, Any]:
    return {"id": "a1b2c3d4", "ttl": 60, "faults": list(faults) or [{"kind": "error"}], **changed}


async def test_an_error_never_reaches_the_application(shop: Shop, client: httpx.AsyncClient) -> None:
    granted = await client.post("/chaos/leases", json=lease({"kind": "error", "status": 503, "route": "/checkout"}))
    assert granted.status_code == 201
    answer = await client.post("/checkout", content=b"x" * 10_000)
    assert answer.status_code == 503
    assert answer.json()["lease"] == "a1b2c3d4"
    assert shop.sold == 0
    assert (await client.delete("/chaos/leases/a1b2c3d4")).json()["injected"] == 1
    assert (await client.post("/checkout")).status_code == 200


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        pytest.param("/metrics", {}, id="the way to see a fault"),
        pytest.param("/healthz", {}, id="what restarts a service"),
        pytest.param("/checkout", {"X-Synthetic": "true"}, id="a synthetic probe"),
    ],
)
async def test_what_is_spared(client: httpx.AsyncClient, path: str, headers: dict[str, str]) -> None:
    await client.post("/chaos/leases", json=lease({"kind": "error", "route": "*"}))
    assert (await client.get(path, headers=headers)).status_code == 200
    assert (await client.get("/checkout")).status_code == 500


async def test_the_way_to_stop_a_fault_stays_open_during_it(client: httpx.AsyncClient) -> None:
    await client.post("/chaos/leases", json=lease({"kind": "error"}, {"kind": "latency", "delay": 60}))
    halted = (await client.post("/chaos/halt")).json()["halted"]
    assert [(x["id"], x["ending"]) for x in halted] == [("a1b2c3d4", "halted")]
    assert (await client.get("/checkout")).status_code == 200
    assert (await client.post("/chaos/leases/a1b2c3d4/renew")).status_code == 410


async def test_a_request_that_waits_is_let_go_when_the_fault_is_halted(client: httpx.AsyncClient) -> None:
    await client.post("/chaos/leases", json=lease({"kind": "latency", "delay": 60}))
    waiting = asyncio.create_task(client.get("/checkout"))
    await asyncio.sleep(0)  # lets it run until it waits
    assert (await client.get("/chaos/leases")).json()["active"][0]["injected"] == 1
    assert not waiting.done()
    await client.post("/chaos/halt")
    assert (await asyncio.wait_for(waiting, 30)).status_code == 200  # half the delay at most


async def test_a_delayed_request_waits_its_time_though_each_nap_takes_too_long() -> None:
    at, naps = 0.0, 0

    async def sleep(seconds: float) -> None:
        nonlocal at, naps
        at, naps = at + seconds + 0.002, naps + 1

    leases = LeaseTable(Ceilings(), clock=lambda: at)
    leases.grant(LeaseRequest(id="a1b2c3d4", ttl=60, faults=[LatencyFault(delay=0.6)]))
    app = ChaosMiddleware(Starlette(routes=Shop().routes), leases, sleep=sleep)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://shop") as client:
        assert (await client.get("/checkout")).status_code == 200
    assert (naps, at) == (3, pytest.approx(0.602))


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param({}, id="no token"),
        pytest.param({"Authorization": "Bearer wrong"}, id="a wrong token"),
        pytest.param({"Authorization": f"Basic {TOKEN}"}, id="another scheme"),
        pytest.param({"Authorization": "Bearer sésame".encode()}, id="a token that is not ASCII"),
    ],
)
async def test_nothing_happens_without_the_token(shop: Shop, headers: dict[str, Any]) -> None:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(shop.app), base_url="http://shop") as anybody:
        for method, path in [
            ("GET", "/chaos/about"),
            ("GET", "/chaos/leases"),
            ("POST", "/chaos/leases"),
            ("POST", "/chaos/leases/a1b2c3d4/renew"),
            ("DELETE", "/chaos/leases/a1b2c3d4"),
            ("POST", "/chaos/halt"),
        ]:
            answer = await anybody.request(method, path, json=lease() if method == "POST" else None, headers=headers)
            assert answer.status_code == 401
            assert "token" in answer.json()["error"]
    assert shop.plane.leases.idle
    assert shop.plane.leases.recent() == ()


@pytest.mark.parametrize(
    ("body", "status", "says"),
    [
        pytest.param(lease(ttl=3601), 403, "ceiling", id="more than the ceiling"),
        pytest.param(lease({"kind": "eror"}), 422, "eror", id="a kind that is none"),
        pytest.param(lease({"kind": "error", "rat": 0.5}), 422, "'rate'", id="a typo"),
        pytest.param(lease(operator="x" * 17_000), 413, "16384", id="a body that is too large"),
    ],
)
async def test_what_is_refused_says_why(
    shop: Shop, client: httpx.AsyncClient, body: dict[str, Any], status: int, says: str
) -> None:
    answer = await client.post("/chaos/leases", json=body)
    assert answer.status_code == status
    assert says in answer.json()["error"]
    assert shop.plane.leases.idle


async def test_an_id_is_granted_once(client: httpx.AsyncClient) -> None:
    await client.post("/chaos/leases", json=lease())
    assert (await client.post("/chaos/leases", json=lease())).status_code == 409
    assert (await client.post("/chaos/leases/unknown0/renew")).status_code == 404


async def test_about_says_what_this_is(client: httpx.AsyncClient) -> None:
    about = (await client.get("/chaos/about")).json()
    assert (about["environment"], about["service"], about["ceilings"]["max_ttl"]) == ("lab", "checkout", 3600)


async def test_a_series_exists_at_zero_from_the_grant_on(shop: Shop, client: httpx.AsyncClient) -> None:
    labels = {"id": "a1b2c3d4", "kind": "error", "route": "/check*"}
    assert shop.exposed("chaos_injected_total", **labels) is None
    await client.post("/chaos/leases", json=lease({"kind": "error", "route": "/check*"}))
    assert shop.exposed("chaos_injected_total", **labels) == 0
    assert shop.exposed("chaos_active", id="a1b2c3d4") == 1
    assert shop.exposed("chaos_lease_expires_timestamp_seconds", id="a1b2c3d4") is not None
    for _ in range(3):
        await client.get("/checkout")
    await client.delete("/chaos/leases/a1b2c3d4")
    assert shop.exposed("chaos_injected_total", **labels) == 3
    assert shop.exposed("chaos_active", id="a1b2c3d4") == 0
    assert shop.exposed("chaos_lease_expires_timestamp_seconds", id="a1b2c3d4") is None


async def test_without_a_lease_the_request_goes_straight_through() -> None:
    seen: list[object] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        seen.extend((scope, receive, send))

    middleware = ChaosMiddleware(app, LeaseTable(Ceilings()))
    scope, receive, send = {"type": "http"}, object(), object()
    await middleware(scope, receive, send)  # type: ignore[arg-type]
    assert [id(x) for x in seen] == [id(scope), id(receive), id(send)]

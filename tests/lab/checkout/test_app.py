"""The shop in this process, through its whole ASGI stack, asked as a customer and a scraper would ask it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families
from starlette.types import Message, Receive, Scope, Send

from chaos.middleware import Plane
from chaos.plane.answers import CAUSE_HEADER
from lab.checkout.app import build_app
from lab.checkout.ending import Ending
from lab.checkout.exchange import Watch
from lab.checkout.metrics import Metrics
from lab.checkout.nature import CAUSES, DEPENDENCIES, Nature
from slotui.core.sli import EventSli, Matcher, Selector
from slotui.core.slo import Slo

QUICK = Nature(failure_rate=0, median=0.0001, sigma=0)
CART = {"items": [{"sku": "SKU-001", "quantity": 2}]}

Shop = Callable[..., Awaitable[httpx.AsyncClient]]


@pytest.fixture
async def shop() -> AsyncIterator[Shop]:
    """A client of a shop with the nature and plane that are asked for."""
    clients = []

    async def opened(nature: Nature = QUICK, plane: Plane | None = None) -> httpx.AsyncClient:
        transport = httpx.ASGITransport(build_app(nature, seed=1, plane=plane), raise_app_exceptions=False)
        client = httpx.AsyncClient(transport=transport, base_url="http://shop")
        clients.append(client)
        return client

    yield opened
    for client in clients:
        await client.aclose()


async def counted(client: httpx.AsyncClient, selector: Selector) -> float:
    """The sum of the series that a selector picks from /metrics."""
    page = (await client.get("/metrics")).text
    samples = [sample for family in text_string_to_metric_families(page) for sample in family.samples]
    picked = [sample.value for sample in samples if selector.accepts(sample.name, sample.labels)]
    assert picked, f"no series for {selector}"
    return sum(picked)


async def buckets(client: httpx.AsyncClient, slo: Slo) -> tuple[float, float]:
    """(eligible, good) of an SLO."""
    assert isinstance(slo.sli, EventSli)
    assert slo.sli.good is not None
    return await counted(client, slo.sli.eligible), await counted(client, slo.sli.good)


async def test_every_selector_of_the_slos_finds_its_series_at_zero_before_the_first_request(
    shop: Shop, slos: dict[str, Slo]
) -> None:
    client = await shop()
    events = [slo for slo in slos.values() if isinstance(slo.sli, EventSli)]
    assert len(events) == 5
    for slo in events:
        assert await buckets(client, slo) == (0, 0)


async def test_every_outcome_of_a_checkout_exists_at_zero(shop: Shop) -> None:
    page = (await (await shop()).get("/metrics")).text
    for cause, code in (("payment", "502"), ("inventory", "503"), ("checkout", "500"), ("checkout", "200"),
                        ("none", "200"), ("checkout", "4xx"), ("payment", "504"), ("cart", "504"), ("checkout", "422")):  # fmt: skip
        for tier in ("free", "plus", "business"):
            for synthetic in ("true", "false"):
                assert (
                    f'http_requests_total{{cause="{cause}",code="{code}",method="POST",route="/checkout",'
                    f'service="checkout",synthetic="{synthetic}",tier="{tier}"}} 0.0' in page
                )


async def test_what_was_counted_is_what_was_sent(shop: Shop, slos: dict[str, Slo]) -> None:
    client = await shop()
    for number in range(60):
        headers = {"X-Customer-Tier": ("free", "plus", "business", "no such tier")[number % 4]}
        if number % 10 == 0:
            headers["X-Synthetic"] = "true"
        assert "order" in (await client.post("/checkout", json=CART, headers=headers)).json()
    await client.get("/healthz")
    assert await buckets(client, slos["checkout-availability"]) == (54, 54)
    assert await buckets(client, slos["checkout-latency"]) == (54, 54)


async def test_natural_failures_say_which_part_broke(shop: Shop, slos: dict[str, Slo]) -> None:
    client = await shop(Nature(failure_rate=1, median=0.0001, sigma=0))
    answers = [await client.post("/checkout", json=CART) for _ in range(60)]
    said = [answer.headers[CAUSE_HEADER.decode()] for answer in answers]
    assert set(said) == set(CAUSES)
    assert await buckets(client, slos["checkout-availability"]) == (60, 0)
    page = (await client.get("/metrics")).text
    samples = [s for f in text_string_to_metric_families(page) for s in f.samples if s.name == "http_requests_total"]
    for cause in CAUSES:
        assert sum(s.value for s in samples if s.labels["cause"] == cause) == said.count(cause)
    # Called one after the other: who comes after a failed one is not asked.
    asked = 60
    for dependency in DEPENDENCIES:
        failed = said.count(dependency)
        assert await buckets(client, slos[f"{dependency}-availability"]) == (asked, asked - failed)
        asked -= failed


@pytest.mark.parametrize(
    ("body", "status"),
    [
        pytest.param(b"", 400, id="an empty body"),
        pytest.param(b"[]", 400, id="a list"),
        pytest.param(b'{"items": []}', 400, id="no items"),
        pytest.param(b'{"items": [{"sku": "SKU-001", "quantity": 0}]}', 400, id="a quantity of nothing"),
        pytest.param(b'{"items": "' + b"x" * 70_000 + b'"}', 413, id="a cart of 70 kB"),
    ],
)
async def test_what_is_no_cart_is_refused_with_a_sentence(shop: Shop, body: bytes, status: int) -> None:
    answer = await (await shop()).post("/checkout", content=body)
    assert answer.status_code == status
    assert "cart" in answer.json()["error"]


async def test_made_up_paths_and_methods_make_no_new_series(shop: Shop) -> None:
    client = await shop()
    for path in ("/wp-admin", "/x/1", "/x/2"):
        assert (await client.get(path)).status_code == 404
    await client.request("BREW", "/x")
    page = (await client.get("/metrics")).text
    assert 'code="404",method="GET",route="other",service="checkout",synthetic="false",tier="free"} 3.0' in page
    assert "wp-admin" not in page
    assert "BREW" not in page


async def test_the_stock_is_dated_and_the_shop_ready_once_it_is_read() -> None:
    app = build_app(QUICK, seed=1)
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://shop") as client:
        assert (await client.get("/readyz")).status_code == 503
        async with app.router.lifespan_context(app):
            assert (await client.get("/readyz")).status_code == 200
            stock = (await client.get("/inventory")).json()
            stamp = await counted(client, Selector("inventory_updated_timestamp_seconds"))
            assert stamp == pytest.approx(stock["updated_at"])


async def test_an_injected_error_counts_as_the_customer_sees_it(shop: Shop, slos: dict[str, Slo]) -> None:
    plane = Plane("secret", service="checkout")
    client = await shop(plane=plane)
    lease = {"id": "drill-1", "ttl": 60, "faults": [{"kind": "error", "rate": 0.25, "mode": "exact", "status": 503}]}
    granted = await client.post("/chaos/leases", json=lease, headers={"Authorization": "Bearer secret"})
    assert granted.status_code == 201, granted.text
    statuses = [(await client.post("/checkout", json=CART)).status_code for _ in range(40)]
    assert statuses.count(503) == 10
    assert await buckets(client, slos["checkout-availability"]) == (40, 30)
    assert "chaos_injected_total{" in (await client.get("/metrics")).text


async def answered(status: int, *chunks: bytes, headers: dict[bytes, bytes] | None = None) -> dict[str, float]:
    """Let the meter see one checkout answered like this; returns the counts above 0 as `code/cause`."""

    async def app(_scope: Scope, _receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": status, "headers": list((headers or {}).items())})
        for chunk in chunks:
            await send({"type": "http.response.body", "body": chunk, "more_body": True})
        await send({"type": "http.response.body", "body": b""})

    return await metered(app)


async def metered(app: Callable[[Scope, Receive, Send], Awaitable[None]]) -> dict[str, float]:
    metrics = Metrics()
    scope = {"type": "http", "method": "POST", "path": "/checkout", "headers": []}

    async def send(_message: Message) -> None: ...

    async def receive() -> Message:
        return {"type": "http.disconnect"}

    try:
        await Watch(app, [metrics])(scope, receive, send)
    except RuntimeError as error:
        assert str(error) == "boom"  # noqa: PT017 - the one that the test's app raises
    return {
        f"{sample.labels['code']}/{sample.labels['cause']}": sample.value
        for family in metrics.requests.collect()
        for sample in family.samples
        if sample.value and sample.name.endswith("_total")
    }


ORDER = json.dumps({"order": "7"}).encode()


@pytest.mark.parametrize(
    ("status", "chunks", "headers", "expected"),
    [
        pytest.param(200, [ORDER], {}, "200/none", id="a usable payload is good"),
        pytest.param(200, [ORDER[:5], ORDER[5:]], {}, "200/none", id="also in pieces"),
        pytest.param(200, [], {}, "200/checkout", id="an empty 200 is not good"),
        pytest.param(200, [b"<html>"], {}, "200/checkout", id="nor is one that is not JSON"),
        pytest.param(200, [b'{"order": ""}'], {}, "200/checkout", id="nor one without an order"),
        pytest.param(500, [], {}, "500/checkout", id="an error that names no cause is the shop's own"),
        pytest.param(502, [], {CAUSE_HEADER: b"payment"}, "502/payment", id="a named cause is kept"),
        pytest.param(502, [], {CAUSE_HEADER: b"gremlins"}, "502/checkout", id="a made-up cause makes no series"),
        pytest.param(418, [], {}, "4xx/checkout", id="a rare status is counted by its class"),
    ],
)
async def test_blame(status: int, chunks: list[bytes], headers: dict[bytes, bytes], expected: str) -> None:
    assert await answered(status, *chunks, headers=headers) == {expected: 1}


async def test_an_app_that_raises_counts_as_a_failure_of_its_own() -> None:
    async def app(_scope: Scope, _receive: Receive, _send: Send) -> None:
        raise RuntimeError("boom")

    assert await metered(app) == {"500/checkout": 1}


async def test_an_answer_cut_in_the_middle_is_not_good() -> None:
    async def app(_scope: Scope, _receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": ORDER, "more_body": True})
        raise RuntimeError("boom")

    assert await metered(app) == {"200/checkout": 1}


async def test_a_delay_inside_is_measured_outside() -> None:
    ticks = iter([10.0, 10.75])
    metrics = Metrics()

    async def app(_scope: Scope, _receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": ORDER})

    async def send(_message: Message) -> None: ...

    async def receive() -> Message:
        return {"type": "http.disconnect"}

    scope = {"type": "http", "method": "POST", "path": "/checkout", "headers": []}
    await Watch(app, [metrics], monotonic=lambda: next(ticks))(scope, receive, send)
    sums = [s.value for f in metrics.durations.collect() for s in f.samples if s.name.endswith("_sum") and s.value]
    assert sums == [0.75]


async def stock_of(client: httpx.AsyncClient, sku: str) -> int:
    return int((await client.get("/inventory")).json()["stock"].get(sku, 0))


@pytest.fixture
async def lasting() -> AsyncIterator[httpx.AsyncClient]:
    """A shop that has read its stock, and takes a moment for each checkout."""
    app = build_app(Nature(failure_rate=0, median=0.02, sigma=0), seed=1)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://shop") as client,
    ):
        yield client


async def test_a_key_that_comes_again_charges_and_reserves_once(
    lasting: httpx.AsyncClient, slos: dict[str, Slo]
) -> None:
    client = lasting
    before = await stock_of(client, "SKU-001")
    headers = {"Idempotency-Key": "8e03978e-40d5"}
    together = await asyncio.gather(*(client.post("/checkout", json=CART, headers=headers) for _ in range(5)))
    later = await client.post("/checkout", json=CART, headers=headers)
    assert {answer.json()["order"] for answer in together} == {later.json()["order"]}
    assert await stock_of(client, "SKU-001") == before - 2
    for dependency in DEPENDENCIES:
        assert await buckets(client, slos[f"{dependency}-availability"]) == (1, 1)
    assert await buckets(client, slos["checkout-availability"]) == (6, 6)


@pytest.mark.parametrize(
    ("cart", "key", "status", "words"),
    [
        pytest.param({"items": [{"sku": "X", "quantity": 1}]}, "k", 422, "another cart", id="of another cart"),
        pytest.param(CART, "k" * 129, 400, "Idempotency-Key is 1 to 128", id="too long"),
        pytest.param(CART, "a key", 400, "visible ASCII", id="with a space"),
    ],
)
async def test_a_wrong_key_is_an_eligible_checkout_that_calls_nobody(
    shop: Shop, slos: dict[str, Slo], cart: dict[str, object], key: str, status: int, words: str
) -> None:
    client = await shop()
    await client.post("/checkout", json=CART, headers={"Idempotency-Key": "k"})
    answer = await client.post("/checkout", json=cart, headers={"Idempotency-Key": key})
    assert answer.status_code == status
    assert words in answer.json()["error"]
    assert await buckets(client, slos["checkout-availability"]) == (2, 1)
    assert await buckets(client, slos["payment-availability"]) == (1, 1)


async def test_goods_of_a_card_that_was_refused_are_on_the_shelf_again() -> None:
    app = build_app(Nature(failure_rate=1, median=0.0001, sigma=0), seed=1)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://shop") as client,
    ):
        refused = ""
        while refused != "payment":
            before = await stock_of(client, "SKU-001")
            refused = (await client.post("/checkout", json=CART)).headers[CAUSE_HEADER.decode()]
        assert await stock_of(client, "SKU-001") == before


async def test_a_probe_counts_as_one_with_the_dependencies_too(shop: Shop) -> None:
    client = await shop()
    await client.post("/checkout", json=CART, headers={"X-Synthetic": "true"})
    matchers = (Matcher("dependency", "=", "payment"), Matcher("outcome", "=", "ok"))
    for synthetic, count in (("true", 1), ("false", 0)):
        selector = Selector("dependency_requests_total", (*matchers, Matcher("synthetic", "=", synthetic)))
        assert await counted(client, selector) == count


async def test_every_answer_has_the_id_of_its_request(shop: Shop) -> None:
    client = await shop(plane=Plane("secret", service="checkout"))
    asked = await client.post("/checkout", json=CART, headers={"X-Request-Id": "basket-77"})
    assert asked.headers["x-request-id"] == "basket-77"
    made = {(await client.get("/nowhere")).headers["x-request-id"] for _ in range(3)}
    assert len(made) == 3
    strange = await client.get("/healthz", headers={"X-Request-Id": "a b"})
    assert strange.headers["x-request-id"] not in ("a b", "")


async def test_a_shop_that_stops_is_alive_but_not_ready_and_asks_callers_to_go() -> None:
    ending = Ending()
    app = build_app(QUICK, seed=1, ending=ending)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://shop") as client,
    ):
        assert (await client.get("/readyz")).json() == {"status": "ready"}
        ending.begin()
        answer = await client.get("/readyz")
        assert (answer.status_code, answer.json()) == (503, {"status": "stopping"})
        assert (await client.get("/healthz")).status_code == 200
        bought = await client.post("/checkout", json=CART)
        assert (bought.status_code, bought.headers["connection"]) == (200, "close")

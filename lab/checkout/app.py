"""The shop as an ASGI app: buying, stock, health, metrics, and the chaos control plane where one is mounted."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from functools import partial
from typing import Any

from prometheus_client import disable_created_metrics, generate_latest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from chaos.middleware import Plane
from chaos.plane.answers import CAUSE_HEADER
from lab.checkout.dependencies import Cart, Circumstances, Failed, Line, Payment, Warehouse
from lab.checkout.ending import Ending
from lab.checkout.exchange import EXCHANGE, Exchange, Watch, Witness
from lab.checkout.inventory import Inventory, never
from lab.checkout.metrics import Metrics
from lab.checkout.nature import Cause, Nature
from lab.checkout.orders import LONGEST_KEY, AnotherCart, Order, Orders, usable_key

CART_LIMIT = 64 * 1024
"""Bytes of a cart beyond which the service answers 413."""

_METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_STATUS: dict[Cause, int] = {"cart": 504, "payment": 502, "inventory": 503, "checkout": 500}


class Shop:
    """The handlers, and the nature they suffer from. `rng` decides every fate, so a seed repeats a run."""

    def __init__(
        self, nature: Nature, inventory: Inventory, metrics: Metrics, rng: random.Random, ending: Ending
    ) -> None:
        self._nature = nature
        self._inventory = inventory
        self._metrics = metrics
        self._rng = rng
        self._ending = ending
        self._cart = Cart(metrics.called)
        self._warehouse = Warehouse(inventory, metrics.called)
        self._payment = Payment(metrics.called)
        self._orders = Orders()

    async def checkout(self, request: Request) -> Response:
        """Place an order for the cart in the body, or answer the one that its `Idempotency-Key` has got before.

        What is refused here is a buyer's mistake, and all the same an eligible checkout that was not answered 2xx: the
        SLI asks what came of it, not whose fault it was. No dependency is called for it.
        """
        exchange: Exchange = request.scope[EXCHANGE]
        exchange.reached = True
        body = await _body(request)
        if body is None:
            return _refusal(413, f"a cart has at most {CART_LIMIT} bytes", "checkout")
        lines = _lines(body)
        if lines is None:
            return _refusal(400, "a cart is JSON with items: [{sku, quantity}]", "checkout")
        key = request.headers.get("idempotency-key")
        if key is not None and not usable_key(key):
            return _refusal(400, f"an Idempotency-Key is 1 to {LONGEST_KEY} visible ASCII characters", "checkout")
        place = partial(self._place, lines, synthetic=exchange.synthetic)
        try:
            order = await place() if key is None else await self._orders.once(key, body, place)
        except Failed as failed:
            return _refusal(_STATUS[failed.cause], str(failed), failed.cause)
        except AnotherCart:
            return _refusal(422, "this Idempotency-Key has been used for another cart: use a new one", "checkout")
        return JSONResponse({"order": order.id, "items": order.lines})

    async def _place(self, lines: Sequence[Line], *, synthetic: bool) -> Order:
        """Read the cart, reserve the goods, charge the card. Raises `Failed`; the goods are then on the shelf again."""
        fate = self._nature.draw(self._rng)
        circumstances = Circumstances(fate, synthetic)
        wanted = await self._cart.read(lines, circumstances)
        await self._warehouse.reserve(wanted, circumstances)
        try:
            await self._payment.charge(circumstances)
        except Failed:
            self._warehouse.give_back(wanted)
            raise
        if fate.failure == "checkout":
            raise Failed("checkout")
        return Order(f"{self._rng.getrandbits(128):032x}", len(wanted))

    async def stock(self, _request: Request) -> Response:
        return JSONResponse({"updated_at": self._inventory.updated_at, "stock": self._inventory.stock})

    async def healthy(self, _request: Request) -> Response:
        return JSONResponse({"status": "ok"})

    async def ready(self, _request: Request) -> Response:
        """Whether to send buyers here: not before there is stock, and not once the shop is about to stop."""
        loaded = self._inventory.updated_at is not None
        status = "stopping" if self._ending.begun else "ready" if loaded else "loading"
        return JSONResponse({"status": status}, 200 if status == "ready" else 503)

    async def exposition(self, _request: Request) -> Response:
        return Response(generate_latest(self._metrics.registry), media_type=_METRICS_TYPE)

    @asynccontextmanager
    async def life(self, _app: Starlette) -> AsyncIterator[None]:
        """Keep the stock fresh for as long as the service lives."""
        self._inventory.refresh()
        refreshing = asyncio.create_task(self._inventory.keep_fresh())
        try:
            yield
        finally:
            refreshing.cancel()
            with suppress(asyncio.CancelledError):
                await refreshing


def build_app(
    nature: Nature,
    *,
    seed: int | None = None,
    plane: Plane | None = None,
    metrics: Metrics | None = None,
    ending: Ending | None = None,
    witnesses: Sequence[Witness] = (),
) -> Starlette:
    """The whole service. From the outside in: what watches every exchange, injected faults, routes.

    `witnesses` are told of every exchange, beside the metrics.
    """
    disable_created_metrics()  # type: ignore[no-untyped-call]  # the client left it without types
    metrics = metrics or Metrics()
    ending = ending or Ending()
    rng = random.Random(seed)
    withholds = never if plane is None else partial(plane.withholds, "inventory")
    inventory = Inventory(metrics.inventory_updated.labels(metrics.service), rng, withholds=withholds)
    shop = Shop(nature, inventory, metrics, rng, ending)
    routes: list[BaseRoute] = [
        Route("/checkout", shop.checkout, methods=["POST"]),
        Route("/inventory", shop.stock, methods=["GET"]),
        Route("/healthz", shop.healthy, methods=["GET"]),
        Route("/readyz", shop.ready, methods=["GET"]),
        Route("/metrics", shop.exposition, methods=["GET"]),
    ]
    layers = [Middleware(Watch, witnesses=(metrics, *witnesses), ending=ending)]
    if plane is not None:
        metrics.registry.register(plane.collector)
        layers.append(Middleware(plane.middleware))
        routes.extend(plane.routes)
    return Starlette(routes=routes, middleware=layers, lifespan=shop.life)


async def _body(request: Request) -> bytes | None:
    """The cart's bytes, or None for more of them than any cart has."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > CART_LIMIT:
            return None
    return bytes(body)


def _lines(body: bytes) -> list[Line] | None:
    """(sku, quantity) of each line, or None for a body that is no cart."""
    try:
        cart: Any = json.loads(body.decode())
        lines = [(str(line["sku"]), int(line["quantity"])) for line in cart["items"]]
    except (ValueError, TypeError, KeyError, OverflowError, RecursionError):
        return None
    return lines if lines and all(quantity > 0 for _, quantity in lines) else None


def _refusal(status: int, why: str, cause: Cause) -> Response:
    return JSONResponse({"error": why}, status, headers={CAUSE_HEADER.decode(): cause})

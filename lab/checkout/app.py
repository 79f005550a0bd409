"""The shop as an ASGI app: buying, stock, health, metrics, and the chaos control plane where one is mounted."""

from __future__ import annotations

import asyncio
import json
import random
import uuid
from collections.abc import AsyncIterator
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
from lab.checkout.inventory import Inventory, never
from lab.checkout.metrics import Metrics, RequestMeter
from lab.checkout.nature import INVENTORY_SHARE, Cause, Nature

CART_LIMIT = 64 * 1024
"""Bytes of a cart beyond which the service answers 413."""

_METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_STATUS: dict[Cause, int] = {"payment": 502, "inventory": 503, "checkout": 500}


class DependencyFailed(Exception):
    """A part that a checkout needs gave no usable answer."""

    def __init__(self, cause: Cause) -> None:
        super().__init__(f"{cause} failed")
        self.cause = cause


class Shop:
    """The handlers, and the nature they suffer from. `rng` decides every fate, so a seed repeats a run."""

    def __init__(self, nature: Nature, inventory: Inventory, metrics: Metrics, rng: random.Random) -> None:
        self._nature = nature
        self._inventory = inventory
        self._metrics = metrics
        self._rng = rng

    async def checkout(self, request: Request) -> Response:
        """Reserve the goods, charge the card, answer the order's id."""
        body = await _body(request)
        if body is None:
            return _refusal(413, f"a cart has at most {CART_LIMIT} bytes", "checkout")
        items = _items(body)
        if items is None:
            return _refusal(400, "a cart is JSON with items: [{sku, quantity}]", "checkout")
        outcome = self._nature.draw(self._rng)
        try:
            await self._reserve(items, outcome.seconds * INVENTORY_SHARE, broken=outcome.failure == "inventory")
            await self._charge(outcome.seconds * (1 - INVENTORY_SHARE), broken=outcome.failure == "payment")
            if outcome.failure == "checkout":
                raise DependencyFailed("checkout")
        except DependencyFailed as failed:
            return _refusal(_STATUS[failed.cause], str(failed), failed.cause)
        return JSONResponse({"order": uuid.UUID(int=self._rng.getrandbits(128)).hex, "items": len(items)})

    async def _reserve(self, items: list[tuple[str, int]], seconds: float, *, broken: bool) -> None:
        await asyncio.sleep(seconds)
        if broken:
            raise DependencyFailed("inventory")
        for sku, quantity in items:
            self._inventory.take(sku, quantity)

    async def _charge(self, seconds: float, *, broken: bool) -> None:
        await asyncio.sleep(seconds)
        if broken:
            raise DependencyFailed("payment")

    async def stock(self, _request: Request) -> Response:
        return JSONResponse({"updated_at": self._inventory.updated_at, "stock": self._inventory.stock})

    async def healthy(self, _request: Request) -> Response:
        return JSONResponse({"status": "ok"})

    async def ready(self, _request: Request) -> Response:
        loaded = self._inventory.updated_at is not None
        return JSONResponse({"status": "ready" if loaded else "loading"}, 200 if loaded else 503)

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
) -> Starlette:
    """The whole service. From the outside in: request meter, injected faults, routes."""
    disable_created_metrics()  # type: ignore[no-untyped-call]  # the client left it without types
    metrics = metrics or Metrics()
    rng = random.Random(seed)
    withholds = never if plane is None else partial(plane.withholds, "inventory")
    inventory = Inventory(metrics.inventory_updated.labels(metrics.service), rng, withholds=withholds)
    shop = Shop(nature, inventory, metrics, rng)
    routes: list[BaseRoute] = [
        Route("/checkout", shop.checkout, methods=["POST"]),
        Route("/inventory", shop.stock, methods=["GET"]),
        Route("/healthz", shop.healthy, methods=["GET"]),
        Route("/readyz", shop.ready, methods=["GET"]),
        Route("/metrics", shop.exposition, methods=["GET"]),
    ]
    layers = [Middleware(RequestMeter, metrics=metrics)]
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


def _items(body: bytes) -> list[tuple[str, int]] | None:
    """(sku, quantity) of each line, or None for a body that is no cart."""
    try:
        cart: Any = json.loads(body)
        items = [(str(line["sku"]), int(line["quantity"])) for line in cart["items"]]
    except (ValueError, TypeError, KeyError):
        return None
    return items if items and all(quantity > 0 for _, quantity in items) else None


def _refusal(status: int, why: str, cause: Cause) -> Response:
    return JSONResponse({"error": why}, status, headers={CAUSE_HEADER.decode(): cause})

"""What mounting the chaos middleware costs while no fault is on: a bare ASGI service beside the same one behind it.

Without a network: both applications are called directly in this process, in turn, and the ratios of the pairs count.
Over HTTP (where wrk is on PATH): both on uvicorn, in one process on three ports, asked in turn; the third one also
lends its connections to the `reset` fault. A service that is busy all the time answers as many requests as its
processor time allows, so the time for one request is compared: throughput itself would also show what else the
machine does.
"""

from __future__ import annotations

import asyncio
import re
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psutil
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route
from starlette.types import ASGIApp

from chaos.middleware import Plane
from chaos.plane.reset import ResettableProtocol
from slotui.listening import bind, url_of

CALLS = 500
BLOCKS = 200
STARTS = 3
ROUNDS = 4
SERVICES = {"bare": "a bare service", "behind": "behind the middleware", "resettable": "and with resets"}
SCOPE = {"type": "http", "method": "GET", "path": "/", "root_path": "", "query_string": b"",
         "headers": [(b"host", b"shop"), (b"accept", b"*/*")]}  # fmt: skip


async def sell(_request: Request) -> JSONResponse:
    """The service."""
    return JSONResponse({"order": 1})


def shop(*, chaos: bool) -> ASGIApp:
    """The service, behind the middleware or not."""
    app = Starlette(routes=[Route("/", sell)])
    return Plane("token", service="shop").middleware(app) if chaos else app


async def seconds(app: ASGIApp) -> float:
    """Processor seconds of a block of calls."""

    async def receive() -> Any:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(_message: Any) -> None:
        return None

    began = time.process_time()
    for _ in range(CALLS):
        await app(dict(SCOPE), receive, send)
    return time.process_time() - began


async def direct() -> None:
    """Print what a call costs without a network."""
    bare, behind = shop(chaos=False), shop(chaos=True)
    pairs = []
    for turn in range(BLOCKS + 2):
        # Whoever is second has no advantage over all of them.
        first, second = (behind, bare) if turn % 2 else (bare, behind)
        took = {first: await seconds(first), second: await seconds(second)}
        pairs.append((took[behind], took[bare]))
    pairs = pairs[2:]
    more = statistics.median(a - b for a, b in pairs) / CALLS
    print(f"called directly: {spread([a / b for a, b in pairs])} the time of the bare service, +{more * 1e6:.2f} us")


async def serve() -> None:
    """Be all the services, and say where."""
    servers, urls = [], []
    for kind in SERVICES:
        bound = bind("127.0.0.1", 0, fix="")
        bound.listen(128)
        http = ResettableProtocol if kind == "resettable" else "h11"
        app = shop(chaos=kind != "bare")
        config = uvicorn.Config(app, http=http, access_log=False, log_level="error", lifespan="off")
        servers.append(uvicorn.Server(config).serve([bound]))
        urls.append(url_of(bound))
    print(*urls, flush=True)
    await asyncio.gather(*servers)


@contextmanager
def started() -> Iterator[tuple[psutil.Process, list[str]]]:
    """The services in a process of their own, and their URLs."""
    process = subprocess.Popen([sys.executable, __file__, "serve"], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        yield psutil.Process(process.pid), process.stdout.readline().split()
    finally:
        process.kill()
        process.communicate()


def load(process: psutil.Process, url: str) -> tuple[float, float]:
    """Processor seconds that a request takes, and requests a second, while wrk asks for a second."""
    before = process.cpu_times()
    said = subprocess.run(["wrk", "-t1", "-c16", "-d1s", url], capture_output=True, text=True, check=True).stdout
    after = process.cpu_times()
    found = re.search(r"(\d+) requests in ([\d.]+)s", said)
    assert found, said
    assert "Non-2xx" not in said, said
    busy = after.user + after.system - before.user - before.system
    return busy / int(found[1]), int(found[1]) / float(found[2])


def over_http() -> None:
    """Print what the middleware costs a service on uvicorn."""
    runs: dict[str, list[float]] = {kind: [] for kind in SERVICES}
    rates: dict[str, list[float]] = {kind: [] for kind in SERVICES}
    for _ in range(STARTS):
        with started() as (process, urls):
            services = dict(zip(SERVICES, urls, strict=True))
            for url in urls:
                load(process, url)
            for _ in range(ROUNDS):
                took = dict.fromkeys(services, 0.0)
                # There and back: a machine that gets busier meanwhile does so for all of them.
                for kind in (*services, *reversed(services)):
                    spent, rate = load(process, services[kind])
                    took[kind] += spent
                    rates[kind].append(rate)
                for kind, spent in took.items():
                    runs[kind].append(spent / took["bare"])
    for kind, name in SERVICES.items():
        ratio = "" if kind == "bare" else f"{spread(runs[kind])} its time; "
        print(f"over HTTP, {name}: {ratio}{statistics.median(rates[kind]):,.0f} requests a second")


def spread(ratios: list[float]) -> str:
    """The median, and where the middle half lies."""
    low, middle, high = statistics.quantiles(ratios, n=4)
    return f"{middle:.3f}x ({low:.3f}-{high:.3f})"


def main() -> None:
    """Print one line a measure."""
    if len(sys.argv) > 1:
        asyncio.run(serve())
        return
    asyncio.run(direct())
    if shutil.which("wrk") is None:
        print("over HTTP: not measured, wrk is not on PATH")
        return
    over_http()


if __name__ == "__main__":
    main()

"""What the lab's shop costs over the framework it is made of: a bare Starlette service beside it, both on uvicorn.

Both read a cart as JSON and answer an order as JSON, in one process on two ports, asked in turn by wrk. Nature is off
(no failures, no waiting): what is left is the shop's own work, the meters, the log, the calls of three dependencies,
the chaos middleware and the order's key. A service that is busy all the time answers as many requests as its processor
time allows, so the time for one request is compared: throughput itself would also show what else the machine does.

Budget: at least 0.7 of the bare service's requests a second.
"""

from __future__ import annotations

import asyncio
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from chaos.middleware import Plane
from chaos.plane.reset import ResettableProtocol
from lab.checkout.app import build_app
from lab.checkout.log import RequestLog
from lab.checkout.nature import Nature
from slotui.listening import bind, url_of

BUDGET = 0.7
STARTS = 3
ROUNDS = 4

ASK = """
local asked = 0
wrk.method = "POST"
wrk.body = '{"items": [{"sku": "SKU-001", "quantity": 2}, {"sku": "SKU-007", "quantity": 1}]}'
wrk.headers["Content-Type"] = "application/json"
wrk.headers["X-Customer-Tier"] = "plus"
request = function()
  asked = asked + 1
  wrk.headers["Idempotency-Key"] = string.format("%d-%d", os.time(), asked)
  return wrk.format()
end
"""


async def sell(request: Request) -> JSONResponse:
    """The bare service's only deed."""
    cart = await request.json()
    return JSONResponse({"order": "bcffd7ad6fbae486dd1222196d35360e", "items": len(cart["items"])})


async def serve() -> None:
    """Be both services, and say where."""
    bare = Starlette(routes=[Route("/checkout", sell, methods=["POST"])])
    idle = Nature(failure_rate=0, median=1e-6, sigma=0)
    shop = build_app(idle, seed=1, plane=Plane("token", service="checkout"), witnesses=[RequestLog()])
    servers, urls = [], []
    for app in (bare, shop):
        bound = bind("127.0.0.1", 0, fix="")
        bound.listen(128)
        config = uvicorn.Config(app, http=ResettableProtocol, ws="none", access_log=False, log_level="error")
        servers.append(uvicorn.Server(config).serve([bound]))
        urls.append(url_of(bound))
    print(*urls, flush=True)
    await asyncio.gather(*servers)


@contextmanager
def started() -> Iterator[tuple[psutil.Process, list[str]]]:
    """Both services in a process of their own, and their URLs."""
    process = subprocess.Popen([sys.executable, __file__, "serve"], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        yield psutil.Process(process.pid), process.stdout.readline().split()
    finally:
        process.kill()
        process.communicate()


def load(process: psutil.Process, url: str, script: Path) -> float:
    """Requests for each processor second, while wrk buys for a second."""
    before = process.cpu_times()
    command = ["wrk", "-t1", "-c16", "-d1s", "-s", str(script), f"{url}/checkout"]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    after = process.cpu_times()
    found = re.search(r"(\d+) requests in", said)
    assert found, said
    assert "Non-2xx" not in said, said
    return int(found[1]) / (after.user + after.system - before.user - before.system)


def measured(script: Path) -> list[tuple[float, float]]:
    """Pairs of requests a processor second: the bare service's and the shop's."""
    pairs = []
    for _ in range(STARTS):
        with started() as (process, urls):
            bare, shop = urls
            for url in urls:
                load(process, url, script)
            for _ in range(ROUNDS):
                # There and back: a machine that gets busier meanwhile does so for both.
                one, two = load(process, bare, script), load(process, shop, script)
                three, four = load(process, shop, script), load(process, bare, script)
                pairs.append(((one + four) / 2, (two + three) / 2))
    return pairs


def main() -> int:
    """Print the ratio; 1 where it is below the budget."""
    if len(sys.argv) > 1:
        asyncio.run(serve())
        return 0
    if shutil.which("wrk") is None:
        print("shop against bare Starlette: not measured, wrk is not on PATH")
        return 0
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "ask.lua"
        script.write_text(ASK)
        pairs = measured(script)
    low, middle, high = statistics.quantiles([shop / bare for bare, shop in pairs], n=4)
    rates = [statistics.median(rate) for rate in zip(*pairs, strict=True)]
    print(
        f"shop against bare Starlette: {middle:.3f} ({low:.3f}-{high:.3f}) of its requests, budget {BUDGET}; "
        f"{rates[1]:,.0f} and {rates[0]:,.0f} a processor second"
    )
    return int(middle < BUDGET)


if __name__ == "__main__":
    sys.exit(main())

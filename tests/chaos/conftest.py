"""A real service with the data plane, on a real port, with real customers; and the real command `chaos`."""

from __future__ import annotations

import asyncio
import http.client
import json
import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

from chaos.plane.token import load
from chaos.spend.client import ControlPlane, LeaseSeen
from slotui.source.scrape.source import ScrapeSource
from slotui.spec.load import load_slos

SLOS = Path(__file__).parents[2] / "lab" / "slos" / "checkout.yaml"

SERVICE = """
import sys, uvicorn
from pathlib import Path
from prometheus_client import CollectorRegistry, Counter, Histogram, ProcessCollector, generate_latest
from starlette.applications import Starlette
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from chaos.middleware import Plane
from chaos.plane.token import load_or_create

registry = CollectorRegistry()
ProcessCollector(registry=registry)
labels = {"service": "checkout", "method": "POST", "route": "/checkout", "synthetic": "false"}
requests = Counter("http_requests", "requests", [*labels, "code", "cause"], registry=registry)
for code, cause in (("200", "none"), ("500", "checkout"), ("503", "checkout")):
    requests.labels(**labels, code=code, cause=cause)
durations = Histogram("http_request_duration_seconds", "durations", [*labels], registry=registry, buckets=(0.1, 0.4))
durations = durations.labels(**labels)

async def checkout(request):
    await request.body()
    return JSONResponse({"order": 1})

async def metrics(request):
    return Response(generate_latest(registry), media_type="text/plain; version=0.0.4")

plane = Plane(load_or_create(Path(sys.argv[1])), service="checkout", remote=sys.argv[3] != "127.0.0.1")
registry.register(plane.collector)
inner = plane.middleware(Starlette(routes=[
    *plane.routes, Route("/checkout", checkout, methods=["POST"]), Route("/metrics", metrics)]))

async def app(scope, receive, send):
    if scope["type"] != "http" or scope["path"] != "/checkout":
        return await inner(scope, receive, send)
    async def counted(message):
        if message["type"] == "http.response.start":
            code = str(message["status"])
            requests.labels(**labels, code=code, cause="none" if code == "200" else "checkout").inc()
        await send(message)
    with durations.time():
        await inner(scope, receive, counted)

uvicorn.run(app, host=sys.argv[3], port=int(sys.argv[2]), log_level="error", access_log=False, lifespan="off")
"""

CHAOS = """
import chaos.cli.main, chaos.cli.options
from slotui.cli.options import open_source

# The same source, looking often: the tests wait for it to settle.
chaos.cli.options.connect = lambda reading: open_source(reading, every=0.2)
chaos.cli.main.main()
"""


@dataclass
class Customers:
    """Somebody who buys, again and again, some forty times a second; counts what they were answered."""

    port: int
    answers: dict[int, int] = field(default_factory=dict)
    broken: int = 0
    _stop: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def start(self) -> None:
        self._thread = threading.Thread(target=self._buy, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        if self._thread is not None:
            self._thread.join(timeout=20)

    def _buy(self) -> None:
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        body = json.dumps({"cart": "x" * 2000})
        while not self._stop.wait(0.02):
            try:
                line.request("POST", "/checkout", body)
                answer = line.getresponse()
                answer.read()
                self.answers[answer.status] = self.answers.get(answer.status, 0) + 1
            except (OSError, http.client.HTTPException):
                self.broken += 1
                line.close()
        line.close()


@dataclass
class World:
    """The service, its customers, its ledger, and how to run `chaos` against it."""

    folder: Path
    port: int
    customers: Customers
    started: list[subprocess.Popen[str]] = field(default_factory=list)
    service: subprocess.Popen[str] | None = None
    onlooker: ControlPlane | None = None
    host: str = "127.0.0.1"
    wrapped: tuple[str, ...] = ()
    environment: dict[str, str] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return f"http://{self.host}:{self.port}"

    @property
    def ledger(self) -> Path:
        return self.folder / "ledger.sqlite"

    @property
    def token(self) -> Path:
        return self.folder / "chaos.token"

    @property
    def target(self) -> list[str]:
        return ["--target", self.url, "--token-file", str(self.token)]

    @property
    def slos(self) -> str:
        return str(SLOS)

    @property
    def store(self) -> Path:
        return self.folder / "counts.sqlite"

    @property
    def source(self) -> list[str]:
        store, slos = self.store, self.slos
        return [
            "--scrape",
            f"{self.url}/metrics",
            "--store",
            str(store),
            "--slos",
            str(slos),
            "--ledger",
            str(self.ledger),
        ]

    def look_around(self) -> None:
        """Let the source see some traffic: a price rests on it, and a first look has nothing to compare with."""
        asyncio.run(self._looks())

    def sold(self) -> float:
        """How many checkouts the service has answered with 200, by its own count."""
        lines = httpx.get(f"{self.url}/metrics", trust_env=False, verify=False, timeout=5).text.splitlines()  # noqa: S501
        return sum(
            float(line.rsplit(" ", 1)[1]) for line in lines if re.match(r'http_requests_total.*code="200"', line)
        )

    def control(self) -> ControlPlane:
        return ControlPlane(self.url, load(self.token))

    def leases(self) -> tuple[LeaseSeen, ...]:
        # One client for all the looks: a new one each time is most of what looking costs.
        self.onlooker = self.onlooker or self.control()
        return self.onlooker.leases()

    def serve(self) -> None:
        """Start the service, and wait until it sells."""
        command = [*self.wrapped, sys.executable, "-c", SERVICE, str(self.token), str(self.port), self.host]
        self.service = self.start(command, subprocess.DEVNULL)
        self.until(self._sells, "the service to sell")

    def chaos(self, *words: str, state: Path | None = None) -> subprocess.Popen[str]:
        """Start `chaos …`, with a state folder of its own if need be, as somebody else would."""
        return self.start([sys.executable, "-c", CHAOS, *words], subprocess.PIPE, state)

    def run(self, *words: str, state: Path | None = None) -> tuple[int, str, str]:
        """Run `chaos …` to its end: exit code, stdout, stderr."""
        process = self.chaos(*words, state=state)
        out, err = process.communicate(timeout=60)
        return process.returncode, out, err

    def inject(self, *words: str) -> subprocess.Popen[str]:
        """Start `chaos inject … --yes`, and wait until it has injected something."""
        process = self.chaos("inject", *words, "--yes", *self.target, *self.source)
        self.until(
            lambda: any(lease.injected for lease in self.leases()) or process.poll() is not None, "the first fault"
        )
        assert process.poll() is None, process.communicate()
        return process

    def until(self, condition: Callable[[], bool], what: str, seconds: float = 30) -> None:
        """Wait for a condition, not for luck."""
        deadline = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < deadline, f"waited {seconds} s for {what}"
            time.sleep(0.05)

    async def _looks(self) -> None:
        source = ScrapeSource(f"{self.url}/metrics", load_slos([SLOS]), self.store)
        try:
            for wanted in (1, 30):
                self.until(lambda wanted=wanted: self.sold() >= wanted, "traffic")  # type: ignore[misc]
                await source.read()
        finally:
            await source.close()

    def _sells(self) -> bool:
        with suppress(OSError, http.client.HTTPException):
            line = http.client.HTTPConnection(self.host, self.port, timeout=2)
            line.request("POST", "/checkout", "{}")
            sold = line.getresponse().status == 200
            line.close()
            return sold
        return False

    def end(self) -> None:
        """Stop everybody."""
        if self.onlooker is not None:
            self.onlooker.__exit__(None, None, None)
        self.customers.stop()
        for process in self.started:
            if process.poll() is None:
                process.kill()
            process.communicate()

    def start(self, command: list[str], out: int, state: Path | None = None) -> subprocess.Popen[str]:
        """Start a process that does not outlive the test."""
        environment = {**os.environ, **self.environment, "SLOTUI_STATE": str(state or self.folder)}
        process = subprocess.Popen(
            command, env=environment, stdin=subprocess.DEVNULL, stdout=out, stderr=out, text=True
        )
        self.started.append(process)
        return process


@pytest.fixture
def make_world(tmp_path: Path, free_port: Callable[[], int]) -> Iterator[Callable[..., World]]:
    """Worlds with nothing in them yet; what is started in one ends with the test."""
    made: list[World] = []

    def make(**fields: Any) -> World:
        port = free_port()
        made.append(World(tmp_path, port, Customers(port), **fields))
        return made[-1]

    try:
        yield make
    finally:
        for world in made:
            world.end()


@pytest.fixture
def world(make_world: Callable[..., World]) -> World:
    world = make_world()
    world.serve()
    world.customers.start()
    return world

"""The proxy on real sockets, before an upstream that a test plays byte by byte, or any ASGI application."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

import httpx
import pytest

from chaos.plane.lease import Ceilings
from chaos.proxy.app import ChaosProxy, Identity
from chaos.proxy.forward import Upstream
from chaos.proxy.metrics import Route
from chaos.proxy.serve import Ending, serve
from slotui.listening import bind

TOKEN = "sesame"
PATIENCE = 20
"""Seconds after which a test that waits for something names itself."""


@dataclass
class Line:
    """A connection, spoken byte by byte; from either side."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def say(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()

    async def until(self, end: bytes = b"\r\n\r\n") -> bytes:
        """What comes, up to `end`."""
        return await asyncio.wait_for(self.reader.readuntil(end), PATIENCE)

    async def exactly(self, size: int) -> bytes:
        return await asyncio.wait_for(self.reader.readexactly(size), PATIENCE)

    async def rest(self) -> bytes:
        """What comes until the other side hangs up, cleanly. A reset raises."""
        return await asyncio.wait_for(self.reader.read(), PATIENCE)

    async def closed(self) -> None:
        """Wait until the other side has hung up, in whatever way."""
        with suppress(ConnectionError):
            while await asyncio.wait_for(self.reader.read(65536), PATIENCE):
                pass

    async def hang_up(self) -> None:
        self.writer.close()
        with suppress(ConnectionError):
            await self.writer.wait_closed()

    def reset(self) -> None:
        self.writer.transport.abort()


Act = Callable[[Line], Awaitable[None]]


@dataclass
class Stage:
    """A proxy that runs, and how to reach it."""

    proxy: ChaosProxy
    port: int
    control_url: str
    ending: Ending
    lines: list[Line] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def connect(self) -> Line:
        line = Line(*await asyncio.open_connection("127.0.0.1", self.port))
        self.lines.append(line)
        return line

    async def fault(self, *faults: dict[str, object]) -> httpx.Response:
        """Ask the control plane for a lease."""
        body = {"id": "a1b2c3d4", "ttl": 60, "faults": list(faults)}
        headers = {"Authorization": f"Bearer {TOKEN}"}
        async with httpx.AsyncClient(base_url=self.control_url, headers=headers) as control:
            return await control.post("/chaos/leases", json=body)

    async def until(self, condition: Callable[[], object], what: str) -> None:
        """Wait for a condition, not for luck."""
        for _ in range(PATIENCE * 100):
            if condition():
                return
            await asyncio.sleep(0.01)
        raise AssertionError(f"waited {PATIENCE} s for {what}")

    def injected(self) -> int:
        """How many requests the first fault has hit."""
        return self.proxy.leases.active()[0].doses[0].injected

    def counted(self, **labels: str) -> float:
        """How many requests were counted under these labels."""
        return sum(
            sample.value
            for family in self.proxy.metrics.registry.collect()
            for sample in family.samples
            if sample.name == "http_requests_total" and labels.items() <= sample.labels.items()
        )


@asynccontextmanager
async def proxied(
    origin: str, *, patience: float = 30.0, preserve_host: bool = False, routes: tuple[Route, ...] = ()
) -> AsyncIterator[Stage]:
    front, back = bind("127.0.0.1", 0, ""), bind("127.0.0.1", 0, "")
    upstream = Upstream.parse(origin, timeout=patience, preserve_host=preserve_host)
    identity = Identity("shop", "lab", TOKEN, Ceilings(), routes)
    proxy, ending, ready = ChaosProxy(upstream, identity), Ending(), asyncio.Event()
    stage = Stage(proxy, front.getsockname()[1], f"http://127.0.0.1:{back.getsockname()[1]}", ending)
    serving = asyncio.create_task(serve(proxy, front, back, ready.set, ending))
    try:
        await asyncio.wait_for(ready.wait(), PATIENCE)
        yield stage
    finally:
        for line in stage.lines:
            await line.hang_up()
        ending.ask()
        ending.ask()
        await asyncio.wait_for(serving, PATIENCE)


@asynccontextmanager
async def played(act: Act) -> AsyncIterator[str]:
    """An upstream that does `act` on each connection; what it raises fails the test."""
    acts: list[asyncio.Task[None]] = []

    async def on_connection(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        line = Line(reader, writer)
        task = asyncio.current_task()
        assert task is not None
        acts.append(task)
        try:
            await act(line)
        finally:
            await line.hang_up()

    server = await asyncio.start_server(on_connection, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()
        for task in acts:
            await asyncio.wait_for(asyncio.gather(task, return_exceptions=False), PATIENCE)


@pytest.fixture
def play() -> Callable[..., object]:
    """`async with play(act, **options) as stage`: the proxy before an upstream that does `act`."""

    @asynccontextmanager
    async def both(act: Act, **options: object) -> AsyncIterator[Stage]:
        async with played(act) as origin, proxied(origin, **options) as stage:  # type: ignore[arg-type]
            yield stage

    return both


@pytest.fixture
def before() -> Callable[..., object]:
    """`async with before(origin, **options) as stage`: the proxy before whatever is there."""
    return proxied


@pytest.fixture
def nobody(free_port: Callable[[], int]) -> str:
    """The address of a service that is not up."""
    return f"http://127.0.0.1:{free_port()}"

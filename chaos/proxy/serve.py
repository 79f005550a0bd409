"""The proxy on its two ports, from the first connection to the last answer."""

from __future__ import annotations

import asyncio
import logging
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import uvicorn
from starlette.types import ASGIApp

from chaos.plane.reset import ResettableProtocol
from chaos.proxy.app import ChaosProxy
from chaos.proxy.forward import open_session

QUEUE = 1024
"""Connections that wait while the proxy is busy."""

GRACE = 5
"""Seconds that requests on their way get at the end."""

_LAST_WORD = 1.5
"""Seconds for which a controller can still hear how its fault ended: it asks once a second."""

_IDLE = 75
"""Seconds for which a client's connection is kept between requests."""

_LARGEST_HEAD = 64 * 1024
"""Bytes of a request's head; what the upstream makes of it is the upstream's to say."""

_ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class _Server(uvicorn.Server):
    """A server that leaves the signals to whoever runs two of them."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


class Ending:
    """How the proxy is asked to end: once, and it finishes what is on its way; twice, and it drops that."""

    def __init__(self) -> None:
        self.asked = asyncio.Event()
        self.insisted = False
        self._servers: list[uvicorn.Server] = []

    def ask(self) -> None:
        """End."""
        if self.asked.is_set():
            self.insisted = True
            for server in self._servers:
                server.force_exit = True
        self.asked.set()

    def concerns(self, *servers: uvicorn.Server) -> None:
        """Whom a second asking is for."""
        self._servers.extend(servers)


async def serve_until_signalled(
    proxy: ChaosProxy, traffic: socket.socket, control: socket.socket, announce: Callable[[], None]
) -> None:
    """Serve until SIGINT, SIGTERM or SIGHUP."""
    ending = Ending()
    for number in _ENDING:
        asyncio.get_running_loop().add_signal_handler(number, ending.ask)
    await serve(proxy, traffic, control, announce, ending)


async def serve(
    proxy: ChaosProxy, traffic: socket.socket, control: socket.socket, announce: Callable[[], None], ending: Ending
) -> None:
    """Serve on two bound sockets until `ending`; `announce` is called when connections are taken.

    At the end all faults are halted first, so that nobody waits for one; then requests on their way get GRACE seconds.
    """
    async with open_session() as session:
        front, back = _front(proxy.traffic(session)), _back(proxy.control)
        ending.concerns(front, back)
        traffic.listen(QUEUE)
        control.listen(QUEUE)
        async with asyncio.TaskGroup() as servers:
            fronting = servers.create_task(front.serve(sockets=[traffic]))
            servers.create_task(back.serve(sockets=[control]))
            announce()
            await ending.asked.wait()
            # Whoever is cut off after the grace has a line too many in uvicorn's log, with a traceback.
            logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)
            halted = proxy.leases.halt()
            front.should_exit = True
            await fronting
            if halted and not ending.insisted:
                await asyncio.sleep(_LAST_WORD)
            back.should_exit = True


def _front(app: ASGIApp) -> uvicorn.Server:
    """For clients. The answers are the upstream's, its Date and Server too; X-Forwarded-For is for it, not for us."""
    config = uvicorn.Config(
        app,
        http=ResettableProtocol,
        ws="none",
        lifespan="off",
        log_level="error",
        access_log=False,
        proxy_headers=False,
        date_header=False,
        server_header=False,
        timeout_keep_alive=_IDLE,
        timeout_graceful_shutdown=GRACE,
        h11_max_incomplete_event_size=_LARGEST_HEAD,
    )
    return _Server(config)


def _back(app: ASGIApp) -> uvicorn.Server:
    """For controllers and scrapers, whose requests are short."""
    config = uvicorn.Config(
        app,
        ws="none",
        lifespan="off",
        log_level="error",
        access_log=False,
        proxy_headers=False,
        timeout_graceful_shutdown=1,
    )
    return _Server(config)

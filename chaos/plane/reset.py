"""A uvicorn protocol that lends its connection to the `reset` fault, so that a client sees a true TCP reset.

uvicorn.Config(app, http=ResettableProtocol)
"""

from __future__ import annotations

import asyncio
import socket
import struct
from typing import Any

from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from chaos.plane.answers import ABORT

_NO_LINGER = struct.pack("ii", 1, 0)
"""`struct linger`: on, for no time. Closing then sends RST and forgets what was not sent."""


class ResettableProtocol(H11Protocol):
    """HTTP/1.1 that tells the application how to cut the connection it is on."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn's own
        """Wrap the application for this one connection."""
        super().connection_made(transport)
        application: Any = self.app

        def abort() -> None:
            plug = transport.get_extra_info("socket")
            if plug is not None and plug.family in (socket.AF_INET, socket.AF_INET6):
                plug.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGER)
            transport.abort()

        async def resettable(scope: Scope, receive: Receive, send: Send) -> None:
            lent = {**scope, "extensions": {**scope.get("extensions", {}), ABORT: {"abort": abort}}}
            await application(lent, receive, send)

        self.app = resettable

"""The server of `slotui serve`: a page, the files it loads, and a socket a tab."""

from __future__ import annotations

import asyncio
import logging
import secrets
import signal
import socket
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import textual_serve
from aiohttp import WSMsgType, web
from textual_serve.download_manager import DownloadManager

from slotui.serve.door import SAFE, Door, guarded
from slotui.serve.page import page, policy
from slotui.serve.tab import Tab

_STATIC = Path(textual_serve.__file__).parent / "static"
_LARGEST, _SMALLEST = 1000, 1
"""Columns or rows that a browser may ask for."""
_HEARTBEAT = 15.0
"""Seconds between two pings: a tab that vanished without a word is noticed after at most two of them."""
_MESSAGE = 64 * 1024
"""Bytes of one message from a browser: a paste, at the most."""
_LOG = logging.getLogger("slotui.serve")


class Screens:
    """Serves a screen to each of at most `most` tabs, started with `words` as its command line.

    `colours` are the page's ground and text, for the moments without a screen.
    """

    def __init__(self, words: Sequence[str], door: Door, *, most: int, colours: tuple[str, str]) -> None:
        self._words = words
        self._door = door
        self._most = most
        self._ground, self._text = colours
        self._open: set[web.WebSocketResponse] = set()
        self._downloads = DownloadManager()
        self.app = web.Application(middlewares=[guarded(door)])
        self.app.add_routes([web.get("/", self._page), web.get("/ws", self._screen), web.static("/static", _STATIC)])
        self.app.on_response_prepare.append(_safely)
        self.app.on_shutdown.append(self._close_all)

    async def _page(self, request: web.Request) -> web.Response:
        nonce = secrets.token_urlsafe(16)
        scheme = "wss" if request.secure else "ws"
        text = page(f"{scheme}://{request.host}/ws", nonce=nonce, ground=self._ground, text=self._text)
        answer = web.Response(
            text=text, content_type="text/html", headers={"Content-Security-Policy": policy(nonce, request.host)}
        )
        self._door.let_in(request, answer)
        return answer

    async def _screen(self, request: web.Request) -> web.StreamResponse:
        if len(self._open) >= self._most:
            why = f"slotui: {self._most} screens are open, which is all that --tabs allows\n"
            return web.Response(status=503, text=why)
        connection = web.WebSocketResponse(heartbeat=_HEARTBEAT, max_msg_size=_MESSAGE)
        self._open.add(connection)
        tab: Tab | None = None
        try:
            await connection.prepare(request)
            tab = Tab(self._words, connection, self._downloads)
            await tab.start(_cells(request.query.get("width"), 80), _cells(request.query.get("height"), 24))
            await _listen(connection, tab)
        finally:
            self._open.discard(connection)
            if tab is not None:
                await tab.stop()
        return connection

    async def _close_all(self, _app: web.Application) -> None:
        await asyncio.gather(*(one.close(code=1001, message=b"the server stops") for one in list(self._open)))


async def _safely(_request: web.Request, response: web.StreamResponse) -> None:
    for name, value in SAFE.items():
        response.headers.setdefault(name, value)


async def _listen(connection: web.WebSocketResponse, tab: Tab) -> None:
    """What a browser sends: keys, its size, whether anybody looks. What makes no sense is passed over."""
    async for message in connection:
        if message.type is not WSMsgType.TEXT:
            continue
        match _parsed(message):
            case ["stdin", str(keys)]:
                await tab.send_bytes(keys.encode("utf-8", "replace"))
            case ["resize", {"width": width, "height": height}]:
                await tab.set_terminal_size(_cells(width, 80), _cells(height, 24))
            case ["ping", data]:
                await connection.send_json(["pong", data])
            case ["blur", *_]:
                await tab.blur()
            case ["focus", *_]:
                await tab.focus()
            case _:
                _LOG.debug("a message that makes no sense")


def _parsed(message: Any) -> Any:
    try:
        return message.json()
    except ValueError:
        return None


def _cells(asked: Any, otherwise: int) -> int:
    """A width or a height that a browser asks for, within reason."""
    try:
        return max(_SMALLEST, min(_LARGEST, int(asked)))
    except (TypeError, ValueError, OverflowError):
        return otherwise


@asynccontextmanager
async def serving(app: web.Application, bound: socket.socket) -> AsyncIterator[None]:
    """Serve on a bound socket for the time of the block; at its end every tab's screen is ended."""
    runner = web.AppRunner(app, access_log=None, handle_signals=False, shutdown_timeout=1.0)
    await runner.setup()
    try:
        await web.SockSite(runner, bound).start()
        yield
    finally:
        await runner.cleanup()


async def until_stopped() -> None:
    """Wait for SIGINT, SIGTERM or SIGHUP."""
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, stopped.set)
    await stopped.wait()

"""One tab's screen: a process of its own, that ends with the tab."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from asyncio.subprocess import PIPE, Process
from collections.abc import Sequence

from aiohttp import web
from textual_serve.app_service import AppService
from textual_serve.download_manager import DownloadManager

from slotui.parent import SERVED_BY

_PATIENCE = 5.0
"""Seconds that a screen has to end by itself once its tab is closed."""


class Tab(AppService):
    """The process behind a socket. It is started without a shell, and does not outlive its tab whatever it does."""

    def __init__(self, words: Sequence[str], socket: web.WebSocketResponse, downloads: DownloadManager) -> None:
        async def close() -> None:
            await socket.close()

        super().__init__(
            " ".join(words),
            write_bytes=socket.send_bytes,
            write_str=socket.send_str,
            close=close,
            download_manager=downloads,
        )
        self._words = words

    async def _open_app_process(self, width: int = 80, height: int = 24) -> Process:
        environment = {**self._build_environment(width=width, height=height), SERVED_BY: str(os.getpid())}
        # A group of its own: ctrl-c at the server's terminal is for the server, which then ends its tabs in order.
        process = await asyncio.create_subprocess_exec(
            *self._words, stdin=PIPE, stdout=PIPE, stderr=PIPE, env=environment, start_new_session=True
        )
        self._process = process
        assert process.stdin is not None  # noqa: S101  (asked for above; AppService wants it by its type)
        self._stdin = process.stdin
        return process

    async def run(self) -> None:
        """Carry what the process draws to the browser; when it ends, however, the socket is closed."""
        await super().run()
        await self.remote_close()

    async def stop(self) -> None:
        """End the process: by asking it, then by SIGTERM, then by SIGKILL."""
        process = self._process
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(super().stop(), _PATIENCE)
        if process is None:
            return
        for number in (signal.SIGTERM, signal.SIGKILL):
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(process.wait(), _PATIENCE)
                return
            with contextlib.suppress(ProcessLookupError):
                os.kill(process.pid, number)
        await process.wait()

"""A real browser without a window, spoken to over its debugging protocol."""

from __future__ import annotations

import asyncio
import base64
import os
import re
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import aiohttp
import pyte
import pytest


class Browser:
    """One tab. What its sockets receive is drawn on a terminal in memory too, as the page draws it on a canvas."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket
        self._number = 0
        self._waiting: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._reading = asyncio.create_task(self._read())
        self.asked: list[str] = []
        self.statuses: dict[str, int] = {}
        self.complaints: list[str] = []
        self._screen = pyte.Screen(300, 100)
        self._stream = pyte.ByteStream(self._screen)

    async def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        """A command of the protocol, and its answer."""
        self._number += 1
        answer = self._waiting[self._number] = asyncio.get_running_loop().create_future()
        await self._socket.send_json({"id": self._number, "method": method, "params": parameters})
        return await asyncio.wait_for(answer, 20)

    async def open(self, url: str) -> None:
        for domain in ("Page", "Network", "Runtime", "Log"):
            await self.call(f"{domain}.enable")
        self._screen.reset()
        await self.call("Page.navigate", url=url)

    async def evaluate(self, expression: str) -> Any:
        """What a JavaScript expression gives in the page."""
        return (await self.call("Runtime.evaluate", expression=expression))["result"].get("value")

    async def shows(self, *words: str, seconds: float = 30) -> str:
        """Wait until all words are on the screen together; returns it."""
        deadline = asyncio.get_running_loop().time() + seconds
        while not all(word in self.text for word in words):
            assert asyncio.get_running_loop().time() < deadline, f"{words} did not appear on:\n{self.text}"
            await asyncio.sleep(0.05)
        return self.text

    @property
    def text(self) -> str:
        return "\n".join(line.rstrip() for line in self._screen.display).rstrip()

    async def press(self, key: str) -> None:
        await self.evaluate("document.querySelector('textarea').focus()")
        await self.call("Input.insertText", text=key)

    async def screenshot(self) -> bytes:
        return base64.b64decode((await self.call("Page.captureScreenshot"))["data"])

    async def close(self) -> None:
        self._reading.cancel()
        with suppress(asyncio.CancelledError):
            await self._reading

    async def _read(self) -> None:
        async for message in self._socket:
            event = message.json()
            if "id" in event:
                self._waiting.pop(event["id"]).set_result(event.get("result", event))
            else:
                self._happened(event["method"], event["params"])

    def _happened(self, method: str, what: dict[str, Any]) -> None:
        match method:
            case "Network.webSocketFrameReceived" if what["response"]["opcode"] == 2:
                self._stream.feed(base64.b64decode(what["response"]["payloadData"]))
            case "Network.requestWillBeSent":
                self.asked.append(what["request"]["url"])
            case "Network.responseReceived":
                self.statuses[what["response"]["url"]] = what["response"]["status"]
            case "Log.entryAdded" if what["entry"]["level"] == "error":
                self.complaints.append(what["entry"]["text"])
            case _:
                pass


@pytest.fixture
async def browser(tmp_path: Path) -> AsyncIterator[Browser]:
    """A browser with an empty page, 1100 by 640. Missing: a skip that says what to type; in CI a failure."""
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if program is None:
        reason = "no chromium on PATH: type `apt-get install chromium`"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    async with _running(program, tmp_path / "profile") as tab:
        yield tab


@asynccontextmanager
async def _running(program: str, profile: Path) -> AsyncIterator[Browser]:
    process = await asyncio.create_subprocess_exec(
        program, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
        "--disable-background-networking", "--window-size=1100,640", "--remote-debugging-port=0",
        f"--user-data-dir={profile}", "about:blank",
        stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert process.stderr is not None
    try:
        async with asyncio.timeout(30):
            found = None
            while not found:
                said = await process.stderr.readline()
                assert said, "the browser ended"
                found = re.search(rb"DevTools listening on ws://([^/]+)/", said)
        draining = asyncio.create_task(process.stderr.read())
        base = f"http://{found[1].decode()}"
        async with aiohttp.ClientSession() as client:
            async with client.get(f"{base}/json/list") as answer:
                page = next(one for one in await answer.json() if one["type"] == "page")
            async with client.ws_connect(page["webSocketDebuggerUrl"], max_msg_size=0) as socket:
                tab = Browser(socket)
                try:
                    yield tab
                finally:
                    await tab.close()
    finally:
        with suppress(ProcessLookupError):
            process.terminate()
        await process.wait()
    await draining

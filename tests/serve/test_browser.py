"""The screen in a real browser: the verdict is there, nothing comes from elsewhere, and the process ends with its tab."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import sys
from asyncio.subprocess import PIPE
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]


def command(free_port: Callable[[], int]) -> list[str]:
    """A Prometheus that is not there: the verdict says so at once."""
    nobody = f"http://127.0.0.1:{free_port()}"
    slotui = str(Path(sys.executable).parent / "slotui")
    return [slotui, "serve", "--listen=127.0.0.1:0", f"--slos={ROOT / 'lab' / 'slos'}", f"--prometheus={nobody}"]


async def test_a_tab_shows_the_verdict_and_its_process_ends_with_it(
    browser: Any, free_port: Callable[[], int], state: Path
) -> None:
    server = await asyncio.create_subprocess_exec(*command(free_port), stdout=PIPE, stderr=asyncio.subprocess.DEVNULL)
    try:
        assert server.stdout is not None
        link = (await server.stdout.readline()).decode()
        assert re.fullmatch(r"http://127\.0\.0\.1:\d+/\?token=\S{43}\n", link)
        assert (state / "serve.token").stat().st_mode & 0o777 == 0o600
        await browser.open(link.strip())
        await browser.shows("DOWN", "cannot tell")
        # The token is neither in the address bar nor in what scripts can read, and all came from this server.
        assert await browser.evaluate("location.search + document.cookie") == ""
        assert all(url.startswith(("http://127.0.0.1:", "data:")) for url in browser.asked)
        assert not browser.complaints
        assert await browser.evaluate("document.querySelectorAll('canvas').length") > 0
        (screen,) = psutil.Process(server.pid).children()
        assert "--read-only" in screen.cmdline()
        await browser.press("q")
        await asyncio.to_thread(psutil.wait_procs, [screen], 20)
        assert not screen.is_running()
        await browser.open(link.strip())
        await browser.shows("DOWN", "cannot tell")
        (screen,) = psutil.Process(server.pid).children()
        os.kill(server.pid, signal.SIGINT)
        assert await asyncio.wait_for(server.wait(), 20) == 0
        assert not screen.is_running()
    finally:
        if server.returncode is None:
            server.kill()
        await server.wait()

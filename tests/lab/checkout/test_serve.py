"""`python -m lab.checkout` as a process: where it listens, what it says about it, and how it ends."""

from __future__ import annotations

import asyncio
import json
import signal
import subprocess
import sys
from pathlib import Path

import httpx
import pytest


@pytest.mark.slow
@pytest.mark.parametrize(
    ("host", "warns"),
    [
        pytest.param([], False, id="on this machine alone, unless told otherwise"),
        pytest.param(["--host", "0.0.0.0"], True, id="for all machines, which is worth a warning"),  # noqa: S104
    ],
)
def test_who_can_reach_the_control_plane(tmp_path: Path, host: list[str], warns: bool) -> None:
    command = [sys.executable, "-m", "lab.checkout", "--port", "0", "--chaos-token", str(tmp_path / "chaos.token")]
    service = subprocess.Popen([*command, *host], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        assert service.stdout is not None
        listening = json.loads(service.stdout.readline())["listening"]
        port = listening.rpartition(":")[2]
        assert httpx.get(f"http://127.0.0.1:{port}/healthz", timeout=30).status_code == 200
        service.terminate()
        _, said = service.communicate(timeout=30)
    finally:
        service.kill()
        service.communicate()
    assert listening.startswith("http://0.0.0.0:" if warns else "http://127.0.0.1:")
    assert ("other machines can reach the chaos control plane" in said) is warns


@pytest.mark.slow
async def test_a_graceful_stop_under_load_loses_no_request() -> None:
    """Buyers come through a balancer, which sends them elsewhere as soon as the shop is no longer ready."""
    shop = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "lab.checkout", "--port=0", "--seed=1", "--failure-rate=0", "--latency=0.05",
        "--latency-sigma=0", "--drain=20", stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    assert shop.stdout is not None
    url = json.loads(await shop.stdout.readline())["listening"]
    elsewhere, before, after = asyncio.Event(), list[httpx.Response](), list[httpx.Response]()
    told = asyncio.Event()

    async def buy(client: httpx.AsyncClient) -> None:
        while not elsewhere.is_set():
            answer = await client.post("/checkout", json={"items": [{"sku": "SKU-001", "quantity": 1}]})
            (after if told.is_set() else before).append(answer)

    async def balance(client: httpx.AsyncClient) -> None:
        while (await client.get("/readyz")).status_code == 200:  # noqa: ASYNC110  # as balancers do
            await asyncio.sleep(0.02)
        elsewhere.set()

    try:
        async with httpx.AsyncClient(base_url=url, timeout=30, trust_env=False) as client, asyncio.timeout(60):
            buying = [asyncio.create_task(buy(client)) for _ in range(20)]
            while len(before) < 20:  # noqa: ASYNC110  # the buyers do not tell
                await asyncio.sleep(0.01)
            balancing = asyncio.create_task(balance(client))
            told.set()
            shop.send_signal(signal.SIGTERM)
            await asyncio.gather(balancing, *buying)
        _, said = await asyncio.wait_for(shop.communicate(), 60)
    finally:
        if shop.returncode is None:
            shop.kill()
            await shop.wait()
    assert {answer.status_code for answer in (*before, *after)} == {200}
    assert len(after) >= 20
    assert after[-1].headers["connection"] == "close"
    assert shop.returncode == 0
    start, *_, stop = (json.loads(line) for line in said.splitlines())
    assert (start["event"], start["url"]) == ("start", url)
    assert (stop["event"], stop["checkouts"], stop["failed"]) == ("stop", len(before) + len(after), 0)


@pytest.mark.slow
def test_a_signal_at_the_very_moment_of_the_announcement_is_not_missed() -> None:
    impatient = (
        "import os, signal; from lab.checkout import __main__ as shop;"
        "shop.announce = lambda url: os.kill(os.getpid(), signal.SIGTERM);"
        "shop.serve(['--port=0'], standalone_mode=False)"
    )
    ended = subprocess.run([sys.executable, "-c", impatient], capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == 0, ended.stderr
    assert [json.loads(line)["event"] for line in ended.stderr.splitlines()] == ["start", "stop"]

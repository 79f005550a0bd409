"""A drill in a lab of real processes: its faults are real leases, anybody may halt it, and nothing outlives it."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from chaos.spend.client import LeaseSeen, Place
from slotui.ledger.store import Ledger

pytestmark = [pytest.mark.journey, pytest.mark.timeout(180)]

PLAY = """
import asyncio, os, sys, time
from dataclasses import replace
from lab.drills.live import live_stage
from lab.drills.load import find_scenario, load_scenario
from lab.drills.scenario import Fault
from slotui.state import RunningDrill, announce_drill, hold_drill_lock, running_lab

fault = Fault("processor", at=0, until=120, cause="payment", failing=0.05)
scenario = replace(load_scenario(find_scenario("tuesday-lunch")), faults=(fault,), lasts=150.0)

async def play():
    stage, feed = live_stage(running_lab(), override=None)
    try:
        await stage.begin(scenario)
        began = time.monotonic()
        await stage.start(fault, 0.0)
        while time.monotonic() - began < scenario.lasts:
            look = await stage.look(time.monotonic() - began)
            print(look.halted, repr(look.incident), flush=True)
            if look.halted:
                break
            await asyncio.sleep(0.5)
    finally:
        await stage.close()
        await feed.close()

with hold_drill_lock() as mine:
    announce_drill(RunningDrill(os.getpid(), sys.argv[1], "real", "kim", time.time()))
    asyncio.run(play())
"""


class Game:
    """A drill in a process of its own, and what the shop says is on."""

    def __init__(self, lab: Any, folder: Path, process: subprocess.Popen[str]) -> None:
        where = lab.where()
        self.folder = folder
        self.process = process
        self.ledger = Ledger(where["ledger"])
        self._place = Place(where["checkout_url"], Path(where["token_file"]))

    def on(self) -> list[LeaseSeen]:
        """The drill's leases that are on."""
        with self._place.open() as control:
            return [one for one in control.leases() if one.ending is None and one.id.startswith("drill-")]

    def hits(self) -> bool:
        """Whether a buyer has met the fault yet."""
        assert self.process.poll() is None, self.process.communicate()
        return any(lease.injected for lease in self.on())


@pytest.fixture
def game(embedded_lab: Any, tmp_path: Path) -> Iterator[Game]:
    process = subprocess.Popen(
        [sys.executable, "-c", PLAY, str(tmp_path)], env=embedded_lab.env, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        yield Game(embedded_lab, tmp_path, process)
    finally:
        process.kill()
        process.communicate()


def test_a_drill_is_sealed_and_halted_from_another_terminal(
    embedded_lab: Any, game: Game, until: Callable[..., Any]
) -> None:
    until(game.hits)
    assert [one for one in embedded_lab.board()["chaos"] if one["id"].startswith("drill-")] == []
    status = embedded_lab.run("chaos", "status").stdout.splitlines()
    assert len(status) == 1
    assert status[0].endswith(", by kim); what it does is not shown")
    refused = embedded_lab.run("chaos", "inject", "--error-rate", "0.05", "--for", "1m", "--yes", check=False)
    assert refused.returncode == 3
    assert "a drill is running here" in refused.stderr

    halted = embedded_lab.run("chaos", "halt").stdout
    assert halted.startswith("the drill of kim was told to end")
    assert json.loads((game.folder / "orders.ndjson").read_text())["do"] == "halt"
    assert game.on() == []
    out, err = game.process.communicate(timeout=30)
    assert game.process.returncode == 0, err
    assert out.splitlines()[-1] == "True ''", "nothing but the drill burned"
    entry = next(one for one in reversed(game.ledger.entries()) if one.kind == "drill")
    assert (entry.fault, entry.ending) == ("a drill", "halted")
    assert entry.injected


def test_a_drill_that_is_killed_leaves_nothing_on(game: Game, until: Callable[..., Any]) -> None:
    until(game.hits)
    game.process.send_signal(signal.SIGKILL)
    game.process.wait(timeout=10)
    until(lambda: not game.on(), 6)

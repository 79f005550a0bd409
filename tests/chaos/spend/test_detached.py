"""Spends that go on without their terminal, and ending them from another one: real processes, real signals."""

from __future__ import annotations

import json
import os
import signal
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
import pytest

from chaos.cli.main import group
from slotui.cli.lazy import run
from slotui.ledger.store import Ledger

if TYPE_CHECKING:
    from tests.chaos.conftest import World

pytestmark = pytest.mark.slow


def detach(world: World, *words: str) -> dict[str, object]:
    """Start a detached spend; what the command said when it was on."""
    code, out, err = world.run("inject", *words, "--detach", "--yes", "--output", "json", *world.target, *world.source)
    assert code == 0, err
    found: dict[str, object] = json.loads(out)
    return found


def test_a_detached_spend_is_halted_from_a_terminal_that_knows_nothing(world: World) -> None:
    world.look_around()
    on = detach(world, "--error-rate", "0.5", "--for", "10m", "--reason", "a long one")
    controller = psutil.Process(int(str(on["pid"])))
    # A session of its own: no closing terminal reaches it.
    assert os.getsid(controller.pid) == controller.pid
    world.until(lambda: world.leases()[0].injected > 0, "the first fault")
    # Neither target nor token, neither metrics nor ledger are named.
    code, out, err = world.run("status", *world.source)
    assert (code, str(on["entry"]) in out, world.url in out) == (0, True, True), err
    code, out, err = world.run("halt")
    assert code == 0, err
    assert str(on["entry"]) in out
    assert world.leases()[0].ending == "halted"
    controller.wait(timeout=60)
    entry = Ledger(world.ledger).find(str(on["entry"]))
    assert (entry.ending, entry.reason, entry.injected) == ("halted", "a long one", world.leases()[0].injected)
    assert "halted by somebody else" in Path(str(on["log"])).read_text()
    assert world.run("halt")[0] == 2, "nothing is known here any more"


def test_what_speaks_against_a_detached_spend_is_said_before_it_starts(world: World) -> None:
    code, out, err = world.run(
        "inject", "--error-rate", "1", "--for", "10m", "--detach", "--yes", *world.target, *world.source,
        "--scrape", "http://127.0.0.1:9/metrics",
    )  # fmt: skip
    assert code == 7, err
    assert not out
    assert not world.leases()


def test_halt_stops_the_controllers_of_a_service_that_is_silent(
    world: World, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SLOTUI_STATE", str(world.folder))
    world.look_around()
    process = world.inject("--error-rate", "0.5", "--for", "10m")
    assert world.service is not None
    world.service.send_signal(signal.SIGSTOP)
    try:
        # In this process: five seconds without a renewal end the lease, and a new interpreter may take as long.
        code = run(group, "chaos", ["halt"])
        err = capsys.readouterr().err
        assert code == 7, err
        assert f"controller {process.pid} was told to stop" in err
    finally:
        world.service.send_signal(signal.SIGCONT)
    process.communicate(timeout=60)
    assert process.returncode == 5
    world.until(lambda: world.leases()[0].ending is not None, "the end of the lease", seconds=6)


def test_a_service_that_went_away_with_a_killed_controller_is_nobodys_problem(world: World) -> None:
    world.look_around()
    process = world.inject("--error-rate", "0.5", "--for", "10m")
    assert world.service is not None
    world.service.kill()
    code, _, err = world.run("status", "--ledger", str(world.folder / "another.sqlite"))
    assert (code, "does not answer" in err) == (7, True), err
    process.kill()
    process.communicate()
    code, out, err = world.run("status", "--ledger", str(world.folder / "another.sqlite"))
    assert (code, out.strip()) == (0, "no fault is on"), err

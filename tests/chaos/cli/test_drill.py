"""`chaos` while a drill is played: it keeps the secret, spoils nothing, and ends it for whoever asks."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Self

import pytest

from chaos.cli.main import group
from chaos.plane.token import load_or_create
from chaos.spend.client import LeaseSeen, Place, Tally
from chaos.spend.drill import against_a_drill, drill_line, halt_drill
from slotui.cli.lazy import run
from slotui.errors import StoreError
from slotui.state import RunningDrill, RunningLab, announce_drill, announce_lab, hold_drill_lock, hold_lab_lock

SHOP = "http://127.0.0.1:8085"


def lease(name: str) -> LeaseSeen:
    return LeaseSeen(name, "kim", (Tally("error", "/checkout", "POST", 100, 5),), 100, 5, 60.0, None, None)


class Control:
    """A control plane at which a fault of a drill is on, and one of somebody else."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        return

    def leases(self) -> tuple[LeaseSeen, ...]:
        return lease("drill-ab12-1"), lease("9f3a21c4")

    def halt(self) -> tuple[LeaseSeen, ...]:
        return self.leases()


@pytest.fixture
def chaos(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., int]:
    """Runs `chaos …` in a folder of its own."""
    monkeypatch.chdir(tmp_path)

    def call(*words: str) -> int:
        monkeypatch.setattr(sys, "argv", ["chaos", *words])
        return run(group, "chaos")

    return call


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


@pytest.fixture
def lab(stack: ExitStack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A lab that is up, as far as anybody can tell."""
    stack.enter_context(hold_lab_lock())
    load_or_create(tmp_path / "token")
    files = {"slos": "slos", "policy": "policy.yaml", "ledger": "l.sqlite", "token_file": "token"}
    announce_lab(
        RunningLab(
            os.getpid(), "embedded", SHOP, None, "counts.sqlite",
            **{name: str(tmp_path / file) for name, file in files.items()}, started=0.0,
        )
    )  # fmt: skip
    monkeypatch.setattr(Place, "open", lambda _place: Control())


@pytest.fixture
def play(stack: ExitStack, tmp_path: Path) -> Callable[[str], Path]:
    """Plays a drill on that clock; its file of orders."""

    def begin(clock: Any) -> Path:
        stack.enter_context(hold_drill_lock())
        announce_drill(RunningDrill(os.getpid(), str(tmp_path), clock, "kim", 1_700_000_000.0))
        return tmp_path / "orders.ndjson"

    return begin


@pytest.mark.usefixtures("lab")
def test_status_says_that_a_drill_runs_and_shows_what_others_do(
    chaos: Callable[..., int], play: Callable[[str], Path], capsys: pytest.CaptureFixture[str]
) -> None:
    play("real")
    assert chaos("status") == 0
    drill, *others = capsys.readouterr().out.splitlines()
    assert drill.startswith("a drill is running (since ")
    assert drill.endswith(", by kim); what it does is not shown")
    assert [line.split()[0] for line in others] == ["9f3a21c4"]
    assert chaos("status", "--output", "json") == 0
    told = json.loads(capsys.readouterr().out)
    assert told["drill"] == {"player": "kim", "clock": "real", "started": "2023-11-14T22:13:20Z"}
    assert [one["id"] for one in told["active"]] == ["9f3a21c4"]


@pytest.mark.usefixtures("lab")
def test_without_a_drill_nothing_is_hidden(chaos: Callable[..., int], capsys: pytest.CaptureFixture[str]) -> None:
    assert chaos("status", "--output", "json") == 0
    told = json.loads(capsys.readouterr().out)
    assert [one["id"] for one in told["active"]] == ["drill-ab12-1", "9f3a21c4"]
    assert "drill" not in told


@pytest.mark.usefixtures("lab")
def test_anybody_may_halt_it_and_every_fault_with_it(
    chaos: Callable[..., int], play: Callable[[str], Path], capsys: pytest.CaptureFixture[str]
) -> None:
    orders = play("real")
    assert chaos("halt") == 0
    first, *halted = capsys.readouterr().out.splitlines()
    assert first == "the drill of kim was told to end"
    assert [line.split()[0] for line in halted] == ["drill-ab12-1", "9f3a21c4"]
    (order,) = map(json.loads, orders.read_text().splitlines())
    assert order["do"] == "halt"
    assert order["by"]


@pytest.mark.usefixtures("lab")
def test_a_drill_that_takes_no_orders_loses_its_faults_all_the_same(
    chaos: Callable[..., int], play: Callable[[str], Path], capsys: pytest.CaptureFixture[str]
) -> None:
    play("real").mkdir()
    assert chaos("halt") == 1
    said = capsys.readouterr()
    assert "drill-ab12-1" in said.out
    assert "orders.ndjson" in said.err


@pytest.mark.usefixtures("lab")
def test_halting_another_service_leaves_the_drill_alone(
    chaos: Callable[..., int], play: Callable[[str], Path], capsys: pytest.CaptureFixture[str]
) -> None:
    orders = play("real")
    assert chaos("halt", "--target", "http://127.0.0.1:9", "--output", "json") == 0
    assert "drill" not in json.loads(capsys.readouterr().out)
    assert not orders.exists()
    assert chaos("halt", "--target", SHOP) == 0
    assert orders.exists()


def test_a_drill_on_a_virtual_clock_needs_no_service(
    chaos: Callable[..., int], play: Callable[[str], Path], capsys: pytest.CaptureFixture[str]
) -> None:
    orders = play("virtual")
    assert chaos("status") == 0
    assert "on a virtual clock: it touches no service" in capsys.readouterr().out
    assert chaos("halt", "--output", "json") == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["drill"]["player"], told["halted"]) == ("kim", [])
    assert json.loads(orders.read_text())["do"] == "halt"


@pytest.mark.usefixtures("lab")
def test_nothing_can_be_spent_where_a_drill_is_played_and_no_override_lifts_that(
    play: Callable[[str], Path],
) -> None:
    assert against_a_drill(SHOP) == ()
    play("real")
    (refusal,) = against_a_drill(f"{SHOP}/")
    assert refusal.why == "a drill is running here, played by kim: another fault would spoil it"
    assert "chaos halt" in refusal.way_out
    assert not refusal.lifted_by("anybody")
    assert against_a_drill("http://127.0.0.1:9") == ()
    assert against_a_drill(None) == ()


@pytest.mark.usefixtures("lab")
def test_a_drill_on_a_virtual_clock_is_spoilt_by_nothing(play: Callable[[str], Path]) -> None:
    play("virtual")
    assert against_a_drill(SHOP) == ()


def test_nothing_tells_which_drill_it_is(tmp_path: Path) -> None:
    drill = RunningDrill(1, str(tmp_path / "20261123-tuesday-lunch"), "real", "kim", 0.0)
    assert "lunch" not in drill_line(drill)


def test_a_drill_whose_folder_is_gone_can_still_be_ended(tmp_path: Path) -> None:
    with pytest.raises(StoreError) as refused:
        halt_drill(RunningDrill(4711, str(tmp_path / "gone"), "virtual", "kim", 1e9))
    assert "kill 4711" in refused.value.fix

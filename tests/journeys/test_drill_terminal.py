"""A drill in a real terminal, from the brief to the score, and played again from its recording."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture
def env(tmp_path: Path) -> dict[str, str]:
    return {**os.environ, "SLOTUI_STATE": str(tmp_path)}


@pytest.mark.trial  # it races a drill of 25 s: on a machine that does much else, the drill wins
def test_from_the_brief_to_the_score_and_again(terminal: Callable[..., Any], env: dict[str, str]) -> None:
    play = terminal(["slotui", "drill", "run", "tuesday-lunch", "--speed", "60", "--player", "kim"], env, 100, 30)
    play.shows("You are on call for Carta", "commitment", "A acknowledge")
    play.shows("ALERT  page payment-availability")
    play.press("A")
    play.shows("which SLO's alert?")
    play.press("1")
    play.shows("acknowledged checkout-availability")
    play.press("M")
    play.shows("what is done?")
    play.press("1")
    play.shows("under way: fail-over-payment")
    play.press("F")
    play.shows("is nothing left to do?")
    play.press("2")
    play.shows("DRILL OVER", "of 100", "recovered after")
    play.press("q")
    assert play.wait() == 0

    again = terminal(["slotui", "drill", "replay", "lunch", "--speed", "600", "--after", "5m"], env, 100, 30)
    again.shows("REPLAY", "page payment-availability", "esc back")
    again.shows("acknowledged checkout-availability")
    again.press("q")
    assert again.wait() == 0


@pytest.mark.journey
def test_whoever_leaves_early_breaks_it_off(terminal: Callable[..., Any], env: dict[str, str], tmp_path: Path) -> None:
    play = terminal(["slotui", "drill", "run", "quiet-night", "--speed", "10"], env)
    play.shows("You are on call", "night is long")
    play.press("q")
    assert play.wait() == 5
    assert "broken off" in play.text()
    (folder,) = (tmp_path / "drills").iterdir()
    assert '"choice": "interrupted"' in (folder / "tape.ndjson").read_text().splitlines()[-1]
    assert (folder / "debrief.md").exists()

"""The page about the screen has the keys of the action table, and no others."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from slotui.tui.actions import ACTIONS

PAGE = Path(__file__).parents[2] / "docs" / "screen.md"


def test_the_keys_are_those_of_the_action_table(kept: Callable[[Path, str, str], None]) -> None:
    rows = ["| key | what it does |", "| --- | --- |"]
    rows += [f"| {' '.join(f'`{key}`' for key in action.shown.split())} | {action.help} |" for action in ACTIONS]
    kept(PAGE, "keys", "\n".join(rows) + "\n")

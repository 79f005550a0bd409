"""The page about the screen has the keys of the action table, and no others."""

from __future__ import annotations

import os
from pathlib import Path

from slotui.tui.actions import ACTIONS

PAGE = Path(__file__).parents[2] / "docs" / "screen.md"
UPDATE = bool(os.environ.get("UPDATE_GOLDEN"))


def test_the_keys_are_those_of_the_action_table() -> None:
    rows = ["| key | what it does |", "| --- | --- |"]
    rows += [f"| {' '.join(f'`{key}`' for key in action.shown.split())} | {action.help} |" for action in ACTIONS]
    fresh = "\n".join(rows) + "\n"
    text = PAGE.read_text()
    left = text.index(marker := "<!-- keys -->\n") + len(marker)
    right = text.index("<!-- end -->", left)
    if UPDATE:
        PAGE.write_text(text[:left] + fresh + text[right:])
    assert UPDATE or text[left:right] == fresh, "type: UPDATE_GOLDEN=1 pytest tests/docs"

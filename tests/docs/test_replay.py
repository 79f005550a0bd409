"""docs/replay.md: its keys are those of the action table, its schema is the one that is written."""

from __future__ import annotations

import re
from pathlib import Path

from slotui.source.recording.form import FORMAT, SCHEMA
from slotui.tui.actions import ACTIONS

PAGE = (Path(__file__).parents[2] / "docs" / "replay.md").read_text()


def test_the_keys_are_those_of_the_action_table() -> None:
    rows = [re.findall(r"`([^`]+)`", row) for row in re.findall(r"^\| (`.*?) \|", PAGE, re.MULTILINE)]
    shown = {key for action in ACTIONS for key in action.shown.split()}
    assert rows
    assert {key for row in rows for key in row} <= shown


def test_the_schema_is_the_one_that_is_written() -> None:
    assert f"{SCHEMA}{FORMAT}" in PAGE

"""The page about the config file: its keys are all keys there are."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from slotui.config.keys import KEYS
from slotui.config.settings import config_file, settings

DOCS = Path(__file__).parents[2] / "docs"
CONFIG, SERVE = DOCS / "config.md", DOCS / "serve.md"


def test_the_keys_are_those_that_there_are(kept: Callable[[Path, str, str], None]) -> None:
    rows = ["| key | what it is | where it is unset | variable |", "| --- | --- | --- | --- |"]
    rows += [f"| `{key.name}` | {key.help} | {key.otherwise} | {_code(key.variable)} |" for key in KEYS]
    kept(CONFIG, "keys", "\n".join(rows) + "\n")


def _code(name: str | None) -> str:
    return f"`{name}`" if name else ""


def test_the_file_of_the_page_is_one() -> None:
    (text,) = re.findall(r"```toml\n(.*?)```", CONFIG.read_text(), re.DOTALL)
    config_file().parent.mkdir(parents=True)
    config_file().write_text(text)
    assert settings().watch_theme == "slotui-light"

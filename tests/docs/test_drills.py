"""The page on drills names the keys that there are."""

from __future__ import annotations

from pathlib import Path

import pytest

from slotui.view.drill import KEYS

PAGE = (Path(__file__).parents[2] / "docs" / "drills.md").read_text()


@pytest.mark.parametrize("key", [key for key, _, _ in KEYS])
def test_each_key_is_on_the_page(key: str) -> None:
    assert f"`{key}`" in PAGE

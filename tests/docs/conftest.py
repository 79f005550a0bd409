"""Parts of a page that are made from the program."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest


@pytest.fixture
def kept() -> Callable[[Path, str, str], None]:
    """Compare what stands after `<!-- marker -->` in a page with what it should be; UPDATE_GOLDEN=1 writes it."""

    def compare(page: Path, marker: str, fresh: str) -> None:
        text = page.read_text()
        left = text.index(start := f"<!-- {marker} -->\n") + len(start)
        right = text.index("<!-- end -->", left)
        if os.environ.get("UPDATE_GOLDEN"):
            page.write_text(text[:left] + fresh + text[right:])
            return
        assert text[left:right] == fresh, "type: UPDATE_GOLDEN=1 pytest tests/docs"

    return compare

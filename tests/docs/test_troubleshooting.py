"""docs/troubleshooting.md quotes what slotui says: every sentence of its tables is in the code."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "troubleshooting.md"
QUOTED = re.findall(r"^\| `([^`]+)`", PAGE.read_text(), re.MULTILINE)


@cache
def said() -> str:
    """Every text of the code and of the Makefile, a line each."""

    def texts() -> Iterator[str]:
        for package in ("slotui", "chaos", "lab"):
            for file in (ROOT / package).rglob("*.py"):
                tree = ast.parse(file.read_text())
                yield from (n.value for n in ast.walk(tree) if isinstance(n, ast.Constant) and isinstance(n.value, str))
        yield (ROOT / "Makefile").read_text()

    return "\n".join(texts())


def test_there_are_some() -> None:
    assert len(QUOTED) > 20


@pytest.mark.parametrize("sentence", QUOTED)
def test_it_is_what_slotui_says(sentence: str) -> None:
    pieces = [piece.strip(" :") for piece in sentence.split("…")]
    assert [piece for piece in pieces if piece and piece not in said()] == []

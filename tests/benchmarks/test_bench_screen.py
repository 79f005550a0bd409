"""The benchmarks of the screen run: what they measure is asserted nowhere, for machines differ."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import pytest

FILE = Path(__file__).parents[2] / "benchmarks" / "bench_screen.py"


@pytest.fixture
def bench(monkeypatch):
    spec = importlib.util.spec_from_file_location("bench_screen", FILE)
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "bench_screen", module)
    spec.loader.exec_module(module)
    return module


async def test_both_draw_what_they_are_told(bench):
    for costs in await bench.both(12, times=2, rows=2):
        assert min(costs.tick, costs.row, costs.letter, costs.sent) > 0


def test_every_board_has_every_slo_and_differs_from_the_one_before(bench):
    boards = bench.boards(12)
    assert {len(board.slos) for board in boards} == {12}
    assert all(bench.cells(one) != bench.cells(two) for one, two in zip(boards[0].slos, boards[1].slos, strict=True))

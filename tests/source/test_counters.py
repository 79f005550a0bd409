"""Raw samples to events, whatever was reset or born in between."""

from __future__ import annotations

import pytest

from slotui.source.prometheus.api import Series
from slotui.source.prometheus.counters import gained


def series(*points: tuple[float, float]) -> Series:
    return Series({}, points)


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        pytest.param([series((95, 10), (105, 14), (115, 20))], 10, id="from the last sample before the start"),
        pytest.param([series((95, 93e6), (105, 0), (115, 20))], 20, id="a restart begins at nothing"),
        pytest.param([series((95, 10), (105, 14), (115, 3), (125, 5))], 9, id="a reset in between"),
        pytest.param(
            [series((95, 10), (115, 10)), series((105, 4), (115, 6))], 6, id="a series born later counts whole"
        ),
        pytest.param([series((105, 500), (115, 520))], 20, id="nobody looked before the first sample"),
        pytest.param([series((80, 10), (95, 12))], 0, id="nothing since"),
        pytest.param([], 0, id="no series"),
    ],
)
def test_gained(found: list[Series], expected: float) -> None:
    assert gained(found, start=100) == expected

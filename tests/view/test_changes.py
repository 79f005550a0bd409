"""What is sent to a terminal after a change is what changed."""

from __future__ import annotations

import pytest

from slotui.view.changes import changes
from slotui.view.ink import Role, line


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        pytest.param(line("burns 16.2x"), line("burns 16.2x"), [], id="nothing where nothing changed"),
        pytest.param(line("burns 16.2x"), line("burns 16.3x"), [(9, 1)], id="one digit"),
        pytest.param(line("12.1 33.1"), line("12.2 33.2"), [(3, 6)], id="near ones in one stretch"),
        pytest.param(
            line("1" + " " * 20 + "1"), line("2" + " " * 20 + "2"), [(0, 1), (21, 1)], id="far ones each by itself"
        ),
        pytest.param(line("gone in 3h"), line("gone"), [(4, 6)], id="what is gone"),
        pytest.param((), line("new"), [(0, 3)], id="what is new"),
        pytest.param(line(("PAGE", Role.PAGE)), line(("PAGE", Role.OK)), [(0, 4)], id="another role"),
        pytest.param(
            line(("a", Role.DIM), ("b", Role.DIM)), line(("ab", Role.DIM)), [], id="other pieces, the same letters"
        ),
        pytest.param(line("カート 1"), line("カート 2"), [(0, 8)], id="wide letters: all of it"),
    ],
)
def test_stretches(before, after, expected):
    assert changes(before, after) == expected

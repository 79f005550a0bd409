from __future__ import annotations

import pytest

from lab.traffic.__main__ import refuse_remote
from slotui.errors import UsageError


@pytest.mark.parametrize(
    "target", ["http://127.0.0.1:8085", "http://localhost:1", "http://[::1]:8085", "http://127.9.9.9"]
)
def test_loopback_is_fair_game(target: str) -> None:
    refuse_remote(target)


@pytest.mark.parametrize("target", ["http://192.0.2.7:80", "http://0.0.0.0:80", "checkout:8085/x"])
def test_any_other_machine_needs_a_word(target: str) -> None:
    with pytest.raises(UsageError):
        refuse_remote(target)

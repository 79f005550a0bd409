"""docs/own-prometheus.md: the promise that it shows can be read as it stands."""

from __future__ import annotations

import re
from pathlib import Path

from slotui.spec.load import load_slos

PAGE = (Path(__file__).parents[2] / "docs" / "own-prometheus.md").read_text()


def test_the_promise_is_sound(tmp_path: Path) -> None:
    (shown,) = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    (tmp_path / "orders.yaml").write_text(shown)
    (slo,) = load_slos([tmp_path])
    assert (slo.name, slo.service, slo.target) == ("orders-availability", "orders", 0.999)
    assert f"slotui explain {slo.name}" in PAGE

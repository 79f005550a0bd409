"""SLO documents to bend."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from slotui.errors import SpecError
from slotui.spec.load import load_slos

Write = Callable[..., Path]

SLO = """\
apiVersion: openslo/v1
kind: SLO
metadata:
  name: shop
spec:
  service: shop
  indicator:
    spec:
      ratioMetric:
        counter: true
        good: {metricSource: {type: Prometheus, spec: {query: 'ok_total{job="a"}'}}}
        total: {metricSource: {type: Prometheus, spec: {query: all_total}}}
  timeWindow:
    - duration: 30d
      isRolling: true
  budgetingMethod: Occurrences
  objectives:
    - target: 0.999
"""


@pytest.fixture
def slo_text() -> str:
    """A small, right SLO document."""
    return SLO


@pytest.fixture
def problems(tmp_path: Path) -> Callable[[str], list[str]]:
    """The problems of a text, as `line:column what | fix`."""

    def read(text: str) -> list[str]:
        file = tmp_path / "slo.yaml"
        file.write_text(text)
        with pytest.raises(SpecError) as caught:
            load_slos([file])
        return [f"{p.where.line}:{p.where.column} {p.what} | {p.fix}" for p in caught.value.problems]

    return read

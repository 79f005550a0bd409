"""docs/library.md cannot rot: its examples run, and say what the page says they say."""

from __future__ import annotations

import doctest
import re
from pathlib import Path
from typing import Any

import httpx
import pytest
from prometheus_client import REGISTRY

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "library.md").read_text()


def test_the_sessions_say_what_the_page_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "lab").symlink_to(ROOT / "lab")
    monkeypatch.chdir(tmp_path)
    session = doctest.DocTestParser().get_doctest(PAGE, {}, "library.md", None, 0)
    assert len(session.examples) > 10
    complaints: list[str] = []
    assert doctest.DocTestRunner().run(session, out=complaints.append).failed == 0, "".join(complaints)


async def test_the_application_keeps_both_its_objectives() -> None:
    [code] = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    names: dict[str, Any] = {}
    before = set(REGISTRY._collector_to_names)
    try:
        exec(code, names)  # noqa: S102 - the page's own example
        transport = httpx.ASGITransport(names["app"])
        async with httpx.AsyncClient(transport=transport, base_url="http://shop") as client:
            assert (await client.post("/checkout")).status_code == 200
            assert (await client.get("/nothing")).status_code == 404
            series = (await client.get("/metrics")).text
    finally:
        for collector in set(REGISTRY._collector_to_names) - before:
            REGISTRY.unregister(collector)
    assert 'slo_success_ratio{service="shop",slo="shop-availability"} 1.0' in series
    assert 'slo_success_ratio{service="shop",slo="shop-latency"} 1.0' in series
    assert names["available"].snapshot().eligible == 2
    assert names["fast"].snapshot().eligible == 1, "only POST is timed"


def test_every_series_of_the_page_exists() -> None:
    from slotui import Objective, ObjectiveCollector
    from slotui.exporter import Exporter

    objective = Objective("any", target=0.9)
    families = [*ObjectiveCollector(objective).collect(), *Exporter(30.0).collect()]
    assert set(re.findall(r"`(slo_\w+)`", PAGE)) == {family.name for family in families}

"""Trials: two drills that ship, played by the book in a lab with a real Prometheus, in real time.

Each takes ten to fifteen minutes; both are played at once, each in a lab of its own. The alerts that the drills are
scored by are held against Prometheus' own word, and against the arithmetic of their tiers.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from lab.drills.archive import Archive
from lab.drills.checks import carta
from lab.drills.record import Record
from lab.drills.score import score
from slotui.core.alerts import detection_time

pytestmark = [
    pytest.mark.trial,
    pytest.mark.timeout(2400),
    pytest.mark.skipif(shutil.which("prometheus") is None, reason="no prometheus on PATH"),
]

BY_THE_BOOK = """apiVersion: slotui/v1
kind: DrillAnswers
metadata: {{name: by-the-book}}
spec:
  answers:
    - {{at: page checkout-availability + 30s, acknowledge: checkout-availability}}
    - {{at: page checkout-availability + 60s, hypothesis: {{slo: checkout-availability, cause: {cause}}}}}
    - {{at: page checkout-availability + 75s, decision: {{slo: checkout-availability, choose: page}}}}
    - {{at: page checkout-availability + 90s, mitigation: {remedy}}}
    - {{at: recovery + 60s, done: true}}
"""
Alert = tuple[str, str]
EVERY = 5.0
"""Seconds between two evaluations of a page of an hour, and between two scrapes."""
RECORDED = 300.0
"""Seconds between two records of the counts that the other tiers read."""


@dataclass(frozen=True, slots=True)
class Played:
    """A drill that was played, and since when Prometheus says that each alert fires (UTC seconds)."""

    record: Record
    said: dict[Alert, float]


def play(name: str, cause: str, remedy: str, folder: Path, any_lab: Callable[..., Any]) -> Played:
    folder.mkdir()
    sheet = folder / "answers.yaml"
    sheet.write_text(BY_THE_BOOK.format(cause=cause, remedy=remedy))
    with any_lab(folder / "state", "--backend", "prometheus") as lab:
        url = lab.where()["prometheus_url"]
        process = lab.start("slotui", "drill", "run", name, "--answers", str(sheet), "--output", "json")
        said: dict[Alert, float] = {}
        while True:
            try:
                out, err = process.communicate(timeout=3)
                break
            except subprocess.TimeoutExpired:
                for alert, since in prometheus_says(url).items():
                    said.setdefault(alert, since)
        assert process.returncode == 0, err
        assert json.loads(out)["scored"]
        (drill,) = (folder / "state" / "drills").iterdir()
        return Played(Archive(drill).record(), said)


def prometheus_says(url: str) -> dict[Alert, float]:
    """Since when which alert fires: by SLO, and `page_1h`."""
    alerts = httpx.get(f"{url}/api/v1/alerts", trust_env=False).json()["data"]["alerts"]
    return {
        (one["labels"]["slo"], f"{one['labels']['severity']}_{one['labels']['long']}"): datetime.fromisoformat(
            one["activeAt"]
        ).timestamp()
        for one in alerts
        if one["state"] == "firing" and "long" in one["labels"]
    }


def test_two_drills_in_real_time(
    any_lab: Callable[..., Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with ThreadPoolExecutor() as pool:
        lunch = pool.submit(play, "tuesday-lunch", "payment", "fail-over-payment", tmp_path / "lunch", any_lab)
        shelves = pool.submit(play, "empty-shelves", "inventory", "fail-over-inventory", tmp_path / "shelves", any_lab)
        played = [lunch.result(), shelves.result()]
    for one in played:
        record = one.record
        card = score(record)
        told = [f"\n{record.scenario.name}: {card.points} points, clock {record.clock}"]
        fired = {
            (event.slo or "", event.choice): event.at for event in reversed(record.events) if event.kind == "alert"
        }
        assert fired
        for (slo, tier), at in fired.items():
            since = one.said[slo, tier.rpartition("_")[0]] - record.starts
            told.append(f"  {tier} {slo}: on the tape after {at:.0f} s, by Prometheus after {since:.0f} s")
            assert abs(since - at) <= 2.0, (slo, tier)
            soonest, latest = predicted(record, slo, tier)
            told[-1] += f", predicted {soonest:.0f} to {latest:.0f} s"
            assert soonest <= at <= latest, (slo, tier)
        assert all(alert.outcome in ("fired", "spared") for alert in card.alerts), card.alerts
        told += [f"  {line.slo}: injected {line.injected}, observed {line.observed}, usual {line.usual:.0f}"
                 for line in record.bill if line.injected]  # fmt: skip
        with capsys.disabled():
            sys.stdout.write("\n".join(told) + "\n")
        for line in record.bill:
            if line.injected and line.slo in fired_slos(fired):
                assert line.observed is not None
                slack = 3 * (line.observed + 1) ** 0.5 + 0.001 * line.observed
                assert abs(line.observed - line.injected - line.usual) <= slack, line.slo
        assert card.points is not None
        assert card.points >= 70


def fired_slos(fired: dict[Alert, float]) -> set[str]:
    return {slo for slo, _ in fired}


def predicted(record: Record, slo: str, tier: str) -> tuple[float, float]:
    """Between which seconds of the drill's clock an alert fires, by the arithmetic of its tier (SRE Workbook, ch. 5).

    A clean start takes longest; what burned before lets it fire up to half sooner. Scrapes, evaluations and, where a
    tier reads recorded counts, the time until the next record come on top.
    """
    fault = next(fault for fault in record.scenario.faults if slo in fault.hurts)
    found = next(one for one in carta()[slo].tiers if one.key == tier)
    seconds = detection_time(found, carta()[slo].target, fault.failing)
    assert seconds is not None
    reads = EVERY if found.long == 3600 else RECORDED
    return fault.at + seconds / 2 - EVERY, fault.at + seconds * 1.1 + 4 * EVERY + reads

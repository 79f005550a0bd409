"""Spends on a lab, each priced beforehand: the cost is inside the 95 % interval in nineteen of twenty.

A budget of 3 days, not 30: twenty percent of it are less than a minute of total failure.
"""

from __future__ import annotations

import json
import math
import os
import re
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Self

import httpx
import pytest

pytestmark = [pytest.mark.trial, pytest.mark.timeout(3600)]

SLOS = Path(__file__).parents[2] / "lab" / "slos" / "checkout.yaml"

SCRAPE = EVALUATION = 5.0
"""Seconds, in the lab."""

HALF = ["--error-rate", "0.05", "--for", "30s"]
FIVE = ["--error-rate", "0.25", "--for", "50s"]
TWENTY = ["--error-rate", "0.9", "--for", "58s"]
RAMP = ["--error-rate", "0.5", "--ramp", "0", "--for", "60s"]
SLOW = ["--latency", "300ms", "--jitter", "100ms", "--for", "60s"]
SPENDS = [HALF, FIVE, RAMP, SLOW, HALF, TWENTY, HALF, FIVE, RAMP, SLOW] * int(os.environ.get("SLOTUI_REPEAT", "2"))

QUIET = 90.0
"""Seconds without a spend, in which the service shows how slow it is by itself."""

Alert = tuple[str, str, str]
"""SLO, severity and long window."""

Firing = Callable[[], dict[Alert, float]]
"""Since when (UTC seconds) which alerts fire."""


def seconds_of(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()


class Screen:
    """`slotui watch --output json` in the background: what it last said of the alerts."""

    def __init__(self, lab: Any) -> None:
        self._process: subprocess.Popen[str] = lab.start("slotui", "watch", "--output", "json", "--every", "1s")
        self._last: dict[str, Any] = {}
        threading.Thread(target=self._read, daemon=True).start()

    def firing(self) -> dict[Alert, float]:
        return {
            (slo["name"], alert["tier"], alert["long"]): seconds_of(alert["since"])
            for slo in self._last.get("slos", ())
            for alert in slo["alerts"]
            if alert["firing"] and alert["since"]
        }

    def close(self) -> None:
        self._process.terminate()
        self._process.communicate(timeout=20)

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._last = json.loads(line)


def prometheus_says(url: str) -> dict[Alert, float]:
    alerts = httpx.get(f"{url}/api/v1/alerts", trust_env=False).json()["data"]["alerts"]
    return {
        (one["labels"]["slo"], one["labels"]["severity"], one["labels"]["long"]): seconds_of(one["activeAt"])
        for one in alerts
        if one["state"] == "firing" and "long" in one["labels"]
    }


def evaluations_of(url: str) -> dict[str, float]:
    """Seconds between two evaluations of the ratio that an alert looks at, by its long window: page 1h reads the
    counters at every evaluation, the others what is recorded every five minutes."""
    groups = httpx.get(f"{url}/api/v1/rules", trust_env=False).json()["data"]["groups"]
    recorded = "slo:error_ratio:increase"
    return {
        rule["name"].removeprefix(recorded): group["interval"]
        for group in groups
        for rule in group["rules"]
        if rule["name"].startswith(recorded)
    }


@dataclass(frozen=True, slots=True)
class Expected:
    """An alert that a plan announced: when it fires if the plan is right, and how often its rule looks."""

    alert: Alert
    after: float
    started: float
    every: float

    @property
    def at_the_latest(self) -> float:
        return self.started + self.after + SCRAPE + 2 * self.every

    def in_time(self, fired: float | None) -> bool:
        # A whole second is lost in the time that the ledger prints.
        return fired is not None and self.started + self.after - EVALUATION - 1 <= fired <= self.at_the_latest

    def told(self, fired: float | None) -> str:
        slo, severity, long = self.alert
        seen = "never" if fired is None else f"{fired - self.started:.0f} s"
        return f"{slo} {severity} {long} predicted {self.after:.0f} s, fired after {seen} (looked at every {self.every:.0f} s)"


class Noted:
    """When each alert was first seen to fire."""

    def __init__(self, firing: Firing) -> None:
        self._firing = firing
        self._seen: dict[Alert, float] = {}
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._look)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def first(self, alert: Alert) -> float | None:
        return self._seen.get(alert)

    def wait_for(self, expected: Sequence[Expected]) -> None:
        """Until all have fired or are late."""
        end = max((one.at_the_latest for one in expected if self.first(one.alert) is None), default=0.0)
        while time.time() < end + EVALUATION and any(self.first(one.alert) is None for one in expected):
            time.sleep(1)

    def _look(self) -> None:
        while not self._stop.wait(0.5):
            self._seen = self._firing() | self._seen


@pytest.mark.parametrize(
    ("backend", "history"),
    [
        pytest.param("embedded", "3d", id="embedded, nothing known of last week"),
        pytest.param("prometheus", "10d", id="a real Prometheus, with last week"),
    ],
)
def test_nineteen_of_twenty_prices_hold(
    backend: str, history: str, any_lab: Callable[..., Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    slos = tmp_path / "slos" / "checkout.yaml"
    slos.parent.mkdir()
    slos.write_text(re.sub(r"\b30d\b", "3d", SLOS.read_text()))
    with any_lab(
        tmp_path / "state",
        "--backend",
        backend,
        "--history",
        history,
        "--seed",
        str(len(history)),
        "--slos",
        str(slos.parent),
    ) as lab:
        url = lab.where()["prometheus_url"]
        screen = None if url else Screen(lab)
        every = evaluations_of(url) if screen is None else {}
        try:
            with Noted((lambda: prometheus_says(url)) if screen is None else screen.firing) as noted:
                rows = [spend(lab, words, noted, every) for words in SPENDS]
                expected = [one for row in rows for one in row.expected]
                noted.wait_for(expected)
        finally:
            if screen is not None:
                screen.close()
    with capsys.disabled():
        print(f"\n{backend}")  # noqa: T201
        print("\n".join(row.line for row in rows))  # noqa: T201
        print("\n".join(one.told(noted.first(one.alert)) for one in expected))  # noqa: T201
    outside = [row.line for row in rows if not row.inside]
    assert len(outside) <= math.ceil(len(rows) / 20), outside
    late = [one.told(noted.first(one.alert)) for one in expected if not one.in_time(noted.first(one.alert))]
    assert not late, late


@dataclass(frozen=True, slots=True)
class Row:
    """One spend: whether every SLO's cost was inside its interval, and the alerts that its plan announced."""

    inside: bool
    expected: tuple[Expected, ...]
    line: str


def spend(lab: Any, words: list[str], noted: Noted, every: Mapping[str, float]) -> Row:
    """Price it, spend it, hold the one against the other."""
    if words is SLOW:
        time.sleep(QUIET)
    plan = json.loads(lab.run("chaos", "plan", *words, "--output", "json").stdout)
    done = lab.run(
        "chaos", "inject", *words, "--override", "trial", "--yes", "--output", "json", check=False, timeout=400
    )
    assert done.returncode in (0, 8), done.stderr
    spent = json.loads(done.stdout)
    started = seconds_of(spent["started"])
    inside, told, expected = True, [], []
    for price in plan["prices"]:
        bad, seen = spent["predicted"][price["slo"]], spent["observed"][price["slo"]]
        inside &= bad["low"] <= seen <= bad["high"]
        told.append(f"{price['slo']} {bad['mid']:.0f} ({bad['low']:.0f}-{bad['high']:.0f}) seen {seen:.0f}")
        for alert in price["alerts"]:
            key, after = (price["slo"], alert["tier"], alert["long"]), alert["fires_after_seconds"]
            fired = noted.first(key)
            if after and (fired is None or fired >= started):  # else it fired already, or was about to
                expected.append(Expected(key, after, started, every.get(alert["long"], EVALUATION)))
    line = f"{'in ' if inside else 'OUT'} {' '.join(words):<50} injected {spent['injected']}; {'; '.join(told)}"
    return Row(inside, tuple(expected), line)

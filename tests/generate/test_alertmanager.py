"""Alertmanager's routing, by amtool's and Alertmanager's own judgement: who hears of what, and what keeps quiet."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from slotui.core.sli import EventSli, Selector
from slotui.core.slo import Slo
from slotui.duration import DAY
from slotui.generate.alertmanager import Webhooks, alertmanager_yaml

SLOS = [
    Slo(f"{service}-works", service, 0.999, window, EventSli(Selector("all_total"), bad=Selector("bad_total")))
    for service, window in (("cart", 30 * DAY), ("pay", 7 * DAY))
]
PAGE = Webhooks("http://127.0.0.1:9/page", {"pay": "http://127.0.0.1:9/pay"})


@pytest.fixture(scope="session")
def amtool() -> str:
    """amtool. Missing: a skip that says what to type; in CI a failure."""
    if not shutil.which("amtool"):
        reason = "amtool is not on PATH: type `apt-get install prometheus-alertmanager`"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    return "amtool"


@pytest.mark.parametrize(
    ("page", "ticket"),
    [
        pytest.param(None, None, id="without an address"),
        pytest.param(PAGE, Webhooks("http://127.0.0.1:9/ticket"), id="with one for all and one for a service"),
        pytest.param(Webhooks(None, {"pay": "http://127.0.0.1:9/pay"}), None, id="with one for a service alone"),
    ],
)
def test_amtool_accepts_it(page: Webhooks | None, ticket: Webhooks | None, amtool: str, tmp_path: Path) -> None:
    file = tmp_path / "alertmanager.yml"
    file.write_text(alertmanager_yaml(SLOS, page, ticket))
    done = subprocess.run([amtool, "check-config", str(file)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "SUCCESS" in done.stdout


@pytest.mark.parametrize(
    ("labels", "receiver"),
    [
        pytest.param({"severity": "page", "service": "cart"}, "page", id="a page"),
        pytest.param({"severity": "page", "service": "pay"}, "page-pay", id="a page of a service with its own address"),
        pytest.param({"severity": "ticket", "service": "pay"}, "ticket", id="a ticket of that service"),
        pytest.param({"severity": "page", "alertname": "DiskFull"}, "everything-else", id="an alert of somebody else"),
    ],
)
def test_where_an_alert_goes(labels: dict[str, str], receiver: str, amtool: str, tmp_path: Path) -> None:
    file = tmp_path / "alertmanager.yml"
    file.write_text(alertmanager_yaml(SLOS, PAGE))
    alert = {"alertname": "ErrorBudgetBurn", "slo": "x", "long": "1h", **labels}
    done = subprocess.run(
        [amtool, "config", "routes", "test", f"--config.file={file}", *(f"{k}={v}" for k, v in alert.items())],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split() == [receiver]


def receivers(text: str) -> dict[str, dict[str, Any]]:
    return {receiver["name"]: receiver for receiver in yaml.safe_load(text)["receivers"]}


def test_a_receiver_without_an_address_sends_nothing_and_says_what_to_do() -> None:
    text = alertmanager_yaml(SLOS)
    assert receivers(text)["page"] == {"name": "page"}
    assert "`--page-webhook URL`" in text
    assert "`--ticket-webhook URL`" in text
    with_address = alertmanager_yaml(SLOS, PAGE)
    assert "--page-webhook" not in with_address
    assert [one["url"] for one in receivers(with_address)["page"]["webhook_configs"]] == ["http://127.0.0.1:9/page"]


PAGE_1H, PAGE_6H = {"severity": "page", "long": "1h"}, {"severity": "page", "long": "6h"}
TICKET_1D, TICKET_3D = {"severity": "ticket", "long": "1d"}, {"severity": "ticket", "long": "3d"}
SILENCED = {
    "a ticket silences no page": (TICKET_1D, PAGE_6H, False),
    "the slow page does not silence the fast one": (PAGE_6H, PAGE_1H, False),
    "the slow ticket does not silence the fast one": (TICKET_3D, TICKET_1D, False),
    "no alert silences itself": (PAGE_1H, PAGE_1H, False),
    "another SLO of the service is not silenced": (PAGE_1H, {**TICKET_1D, "slo": "another"}, False),
    "an alert of somebody else is not silenced": (PAGE_1H, {**TICKET_1D, "alertname": "DiskFull"}, False),
    "the fast ticket silences the slow one": (TICKET_1D, TICKET_3D, True),
    "the fast page silences the slow one": (PAGE_1H, PAGE_6H, True),
    "a page silences the tickets of its SLO": (PAGE_6H, TICKET_1D, True),
}
"""What fires, what else fires, and whether the second is silenced by the first."""


@pytest.fixture
def alertmanager(amtool: str, tmp_path: Path, free_port: Callable[[], int]) -> Iterator[str]:
    """A real Alertmanager on loopback, alone, with the generated configuration; its address."""
    binary = shutil.which("prometheus-alertmanager") or shutil.which("alertmanager")
    assert binary, "where amtool is, Alertmanager is"
    file, url = tmp_path / "alertmanager.yml", f"127.0.0.1:{free_port()}"
    file.write_text(alertmanager_yaml(SLOS))
    command = [binary, f"--config.file={file}", f"--storage.path={tmp_path / 'data'}", f"--web.listen-address={url}",
               "--cluster.listen-address="]  # fmt: skip
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)
    try:
        deadline = time.monotonic() + 20
        while not ready(f"http://{url}/-/ready"):
            assert process.poll() is None, (tmp_path / "log").read_text()
            assert time.monotonic() < deadline, (tmp_path / "log").read_text()
            time.sleep(0.05)
        yield f"http://{url}"
    finally:
        process.terminate()
        process.wait(timeout=20)


def ready(url: str) -> bool:
    try:
        return httpx.get(url, trust_env=False).is_success
    except httpx.TransportError:
        return False


@pytest.mark.slow
def test_what_silences_what(alertmanager: str) -> None:
    pairs = []
    for number, (fires, beside, _) in enumerate(SILENCED.values()):
        both = {"alertname": "ErrorBudgetBurn", "service": "shop", "slo": f"slo-{number}"}
        pairs.append(({**both, **fires}, {**both, **beside}))
    # In this order, so that once the last pair is judged every one is.
    alerts = [{"labels": labels} for pair in pairs for labels in pair]
    httpx.post(f"{alertmanager}/api/v2/alerts", json=alerts, trust_env=False).raise_for_status()

    def silenced(labels: dict[str, str]) -> bool:
        found = httpx.get(f"{alertmanager}/api/v2/alerts", trust_env=False).json()
        return any(one["labels"] == labels and one["status"]["inhibitedBy"] for one in found)

    deadline = time.monotonic() + 20
    while not silenced(pairs[-1][1]) and time.monotonic() < deadline:
        time.sleep(0.05)
    seen = {case: silenced(beside) for case, (_, beside) in zip(SILENCED, pairs, strict=True)}
    assert seen == {case: quiet for case, (*_, quiet) in SILENCED.items()}

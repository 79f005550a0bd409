"""The first journey: the lab without a Prometheus, a spend from a second terminal, and the screen that shows it."""

from __future__ import annotations

import json
import re
import signal
from collections.abc import Callable
from typing import Any

import pytest

pytestmark = [pytest.mark.journey, pytest.mark.timeout(180)]

AVAILABILITY = "checkout-availability"


def burn_on(screen: str) -> float | None:
    """BURN1h of the availability row, once it is drawn."""
    found = re.search(rf"{AVAILABILITY}.*%\s+([\d.]+)x", screen)
    return float(found[1]) if found else None


def test_a_spend_moves_the_screen_and_budget_and_ledger_agree_with_the_injector(
    embedded_lab: Any, terminal: Callable[..., Any], until: Callable[..., Any]
) -> None:
    """30 s at 50 % instead of 2 min at 5 %: more events in less time, so that 1 % is a sharp bound."""
    before = until(embedded_lab.slo)
    screen = terminal(["slotui", "watch"], embedded_lab.env)
    screen.shows("LIVE", AVAILABILITY, "no fault is on")
    (calm,) = until(lambda: () if (rate := burn_on(screen.text())) is None else (rate,))
    inject = embedded_lab.start("chaos", "inject", "--error-rate", "0.5", "--for", "30s", "--yes", "--output", "json")
    screen.shows("▶", "POST /checkout")
    until(lambda: (burn_on(screen.text()) or 0) > calm + 1)
    out, err = inject.communicate(timeout=90)
    assert inject.returncode in (0, 8), err
    injected = json.loads(out)["injected"]
    assert injected > 300

    # A natural failure or two (0.02 %) come on top of the injected ones, and as many old ones roll off.
    after = until(lambda: (slo := embedded_lab.slo())["bad"] - before["bad"] >= 0.99 * injected and slo)
    assert after["bad"] - before["bad"] == pytest.approx(injected, rel=0.01)
    spent = before["remaining_ratio"] - after["remaining_ratio"]
    assert spent == pytest.approx(injected / after["allowed"], rel=0.02)
    entry = json.loads(embedded_lab.run("chaos", "log", "--output", "json").stdout)["entries"][-1]
    assert entry["injected"] == injected
    assert entry["observed"][AVAILABILITY] == pytest.approx(injected, rel=0.01)

    screen.shows("no fault is on", "▒ experiment")
    screen.press("q")
    assert screen.wait() == 0


def test_a_fresh_lab_says_who_spent_its_budget(embedded_lab: Any) -> None:
    (slo,) = json.loads(embedded_lab.run("slotui", "attribution", "--output", "json").stdout)["slos"]
    assert {one["cause"] for one in slo["causes"]} == {"cart", "payment", "inventory", "checkout"}
    assert sum(one["bad"] for one in slo["causes"]) == pytest.approx(slo["bad"], rel=1e-4)


def test_a_person_opens_the_detail_pauses_and_quits(embedded_lab: Any, terminal: Callable[..., Any]) -> None:
    screen = terminal(["slotui", "watch"], embedded_lab.env)
    screen.shows("LIVE", AVAILABILITY)
    screen.press("j")
    screen.press("k")
    screen.press("\r")
    screen.shows("BURN", "99.9%")
    screen.press("\x1b")
    screen.shows("BUDGET LEFT", "inventory-freshness", "a alerts")
    screen.press("p")
    screen.shows("PAUSED")
    screen.press("p")
    screen.shows("LIVE")
    screen.press("e")
    screen.shows("eligible N", "sum(increase(")
    screen.press("\x1b")
    screen.press("?")
    screen.shows("pause")
    screen.press("q")
    assert screen.wait() == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP], ids=["SIGTERM", "SIGHUP"])
def test_a_signal_gives_the_terminal_back(number: int, embedded_lab: Any, terminal: Callable[..., Any]) -> None:
    screen = terminal(["slotui", "watch"], embedded_lab.env)
    screen.shows("LIVE")
    screen.signal(number)
    assert screen.wait() == 5
    assert screen.is_given_back


@pytest.mark.trial
def test_killing_the_controller_ends_the_fault(embedded_lab: Any, until: Callable[..., Any]) -> None:
    inject = embedded_lab.start("chaos", "inject", "--error-rate", "0.2", "--for", "5m", "--yes")
    until(lambda: embedded_lab.board()["chaos"])
    inject.kill()
    inject.communicate()
    until(lambda: "no fault is on" in embedded_lab.run("chaos", "status").stdout, 15)
    entry = json.loads(embedded_lab.run("chaos", "log", "--output", "json").stdout)["entries"][-1]
    assert entry["ending"] == "orphaned"


def test_without_a_terminal_there_is_a_line_a_refresh(embedded_lab: Any) -> None:
    for options, start in (([], ""), (["--output", "json"], '{"schema": "slotui/board/1"')):
        watch = embedded_lab.start("slotui", "watch", "--every", "1s", *options)
        lines = [watch.stdout.readline() for _ in range(2)]
        watch.terminate()
        watch.communicate(timeout=20)
        assert all(AVAILABILITY in line and line.startswith(start) for line in lines)


def test_the_ledger_is_on_the_board(embedded_lab: Any) -> None:
    assert embedded_lab.board()["ledger"]["planned"] > 0

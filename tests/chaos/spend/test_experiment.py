"""Real spends: a real service with real customers, the real command, and real signals."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import time
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from chaos.faults.kinds import ErrorFault, LeaseRequest
from chaos.plane.token import load_or_create
from slotui.core.entry import Entry
from slotui.ledger.store import Ledger

if TYPE_CHECKING:
    from tests.chaos.conftest import World

pytestmark = pytest.mark.slow

SLOS = Path(__file__).parents[3] / "lab" / "slos" / "checkout.yaml"

HONEST = (0, 8)
"""Once in twenty times the cost is outside its interval by chance; a busy machine buys less in three seconds."""


def last_entry(world: World) -> Entry:
    ledger = Ledger(world.ledger)
    ledger.verify()
    return ledger.entries()[-1]


def finish(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    out, err = process.communicate(timeout=60)
    return process.returncode, out, err


def test_a_spend_from_price_to_account(world: World) -> None:
    world.look_around()
    errors = ["--error-rate", "0.2", "--status", "503", "--mode", "exact", "--for", "3s", "--reason", "rehearsal"]
    process = world.chaos("inject", *errors, "--yes", "--output", "json", *world.target, *world.source)
    world.until(lambda: bool(world.leases()), "the grant")
    # The intent is written down before the first fault.
    assert last_entry(world).open
    assert last_entry(world).predicted["checkout-availability"].mid > 0
    code, out, err = finish(process)
    assert code in HONEST, err
    spend = json.loads(out)
    assert spend["ending"] == "expired"
    assert spend["injected"] == spend["matched"] // 5
    assert spend["injected"] == world.customers.answers[503]
    assert world.customers.broken == 0
    # The budget agrees with the injector to the request: the service fails by nothing else.
    assert spend["observed"]["checkout-availability"] == pytest.approx(spend["injected"], rel=0.01)
    entry = last_entry(world)
    assert (entry.id, entry.reason, entry.ending) == (spend["id"], "rehearsal", "expired")
    assert entry.observed == spend["observed"]
    assert "503 on POST /checkout" in err


def test_sigkill_of_the_controller_ends_the_fault_and_the_next_command_closes_the_entry(world: World) -> None:
    world.look_around()
    process = world.inject("--error-rate", "1", "--for", "10m")
    os.kill(process.pid, signal.SIGKILL)
    killed = time.monotonic()
    process.communicate()
    world.until(lambda: world.leases()[0].ending is not None, "the end of the lease", seconds=6)
    lease = world.leases()[0]
    assert lease.ending == "lapsed"
    assert lease.ended_ago is not None
    # The lease's own clock: over at most five seconds after the last renewal, which came before the kill.
    assert time.monotonic() - killed - lease.ended_ago <= 5.0
    sold = world.customers.answers.get(200, 0)
    world.until(lambda: world.customers.answers.get(200, 0) > sold + 20, "customers to get through again")
    assert world.leases()[0].injected == lease.injected
    assert last_entry(world).open
    code, out, err = world.run("log", *world.target, *world.source)
    assert code == 0, err
    entry = last_entry(world)
    assert (entry.ending, entry.injected) == ("orphaned", lease.injected)
    assert entry.observed["checkout-availability"] == pytest.approx(lease.injected, rel=0.05)
    assert "orphaned" in out
    assert not list(world.folder.glob("*.lock.*"))


def test_ctrl_c_ends_the_fault_at_once_and_closes_the_entry(world: World) -> None:
    world.look_around()
    process = world.inject("--latency", "200ms", "--jitter", "50ms", "--error-rate", "0.5", "--for", "10m")
    process.send_signal(signal.SIGINT)
    world.until(lambda: world.leases()[0].ending == "released", "the release", seconds=5)
    process.send_signal(signal.SIGINT)  # and do not wait for the metrics
    code, out, err = finish(process)
    assert code == 5, err
    assert "stopped" in out
    assert "at least" in out
    entry = last_entry(world)
    assert entry.ending == "stopped"
    assert entry.injected == world.leases()[0].injected


@pytest.mark.trial
@pytest.mark.parametrize(
    "number", [pytest.param(signal.SIGTERM, id="SIGTERM"), pytest.param(signal.SIGHUP, id="the terminal hangs up")]
)
def test_other_signals_end_it_as_ctrl_c_does(world: World, number: signal.Signals) -> None:
    world.look_around()
    process = world.inject("--error-rate", "1", "--for", "10m")
    if number is signal.SIGHUP and process.stderr:
        process.stderr.close()  # nobody reads any more
    process.send_signal(number)
    world.until(lambda: world.leases()[0].ending == "released", "the release", seconds=5)
    process.send_signal(number)
    assert process.wait(timeout=30) == 5
    assert last_entry(world).ending == "stopped"


def test_halt_works_with_nothing_but_the_token_and_the_controller_hears_of_it(world: World) -> None:
    world.look_around()
    process = world.inject("--error-rate", "1", "--for", "10m")
    elsewhere = world.folder / "elsewhere"
    load_or_create(elsewhere / "chaos.token")
    code, _, err = world.run("halt", "--target", world.url, state=elsewhere)
    assert (code, "token" in err) == (2, True)
    assert world.leases()[0].ending is None
    code, out, err = world.run("status", *world.target, "--output", "json")
    assert [lease["id"] for lease in json.loads(out)["active"]] == [last_entry(world).id], err
    code, out, err = world.run("halt", *world.target, state=elsewhere)
    assert (code, "halted" in out) == (0, True), err
    code, _, err = finish(process)
    assert code == 5, err
    assert last_entry(world).ending == "halted"


def test_a_service_that_goes_away_is_a_loss_that_is_written_down(world: World) -> None:
    world.look_around()
    process = world.inject("--error-rate", "1", "--for", "10m")
    assert world.service is not None
    world.service.kill()
    world.service.wait()
    world.serve()  # comes up clean
    assert world.leases() == ()
    world.until(lambda: bool(world.customers.answers.get(200)), "customers to get through again")
    code, _, err = finish(process)
    assert code == 7, err
    assert last_entry(world).ending == "lost"


def test_no_request_met_the_fault(world: World) -> None:
    world.look_around()
    nobody = ["--error-rate", "1", "--route", "/nobody", "--for", "1s", "--yes"]
    code, _, err = world.run("inject", *nobody, *world.target, *world.source)
    # Who is told of no cost does not spend, unless they insist.
    assert (code, "no SLO counts these requests" in err) == (3, True), err
    refused = last_entry(world)
    assert (refused.ending, refused.injected, refused.open) == ("refused", 0, False)
    assert refused.reason.startswith("refused: no SLO counts")
    code, _, err = world.run("inject", *nobody, "--override", "a test", *world.target, *world.source)
    assert code == 6, err
    assert last_entry(world).reason == f"overridden ({refused.reason.removeprefix('refused: ')}): a test"
    assert last_entry(world).injected == 0


def test_who_cannot_see_does_not_spend(world: World) -> None:
    blind = ["--scrape", "http://127.0.0.1:9/metrics", *world.source[2:]]
    code, _, err = world.run("inject", "--error-rate", "1", "--for", "1m", "--yes", *world.target, *blind)
    assert code == 7, err
    assert world.leases() == ()
    assert not world.ledger.exists()
    code, out, _ = world.run("inject", "--error-rate", "1", "--for", "1m", "--dry-run", *world.target, *blind)
    assert (code, "price unknown" in out) == (0, True)


def test_nobody_to_ask_spends_nothing(world: World) -> None:
    world.look_around()
    code, _, err = world.run("inject", "--error-rate", "1", "--for", "1m", *world.target, *world.source)
    assert (code, "--yes" in err) == (2, True)
    assert world.leases() == ()


def test_a_plan_needs_no_token_and_spends_nothing(world: World) -> None:
    world.look_around()
    code, out, err = world.run("plan", "--error-rate", "1", "--for", "10m", "--output", "json", *world.source)
    assert code == 0, err
    plan = json.loads(out)
    (price,) = plan["prices"]
    assert (price["slo"], price["tier"], plan["target"]) == ("checkout-availability", "healthy", None)
    # A service that is seconds old has no hour of good answers to outweigh the bad ones.
    assert price["alerts"][0]["fires_after_seconds"] < 60
    code, out, err = world.run("plan", "--error-rate", "0.00001", "--for", "1s", *world.target, *world.source)
    assert (code, "none will fire" in out) == (0, True), err
    assert world.leases() == ()
    assert not world.ledger.exists()


def test_the_cap_ends_a_spend_and_the_alert_that_it_fired_forbids_the_next(world: World) -> None:
    world.look_around()
    code, _, err = world.run(
        "inject", "--error-rate", "1", "--for", "10m", "--max-spend", "0.05%", "--yes", *world.target, *world.source
    )
    assert (code, "--max-spend allows 0.05%" in err) == (4, True), err
    assert (world.leases()[0].ending, last_entry(world).ending) == ("released", "guard")
    code, _, err = world.run("inject", "--error-rate", "0.01", "--for", "5s", "--yes", *world.target, *world.source)
    assert (code, "an alert fires already" in err) == (3, True), err
    assert len(world.leases()) == 1


def test_somebody_elses_errors_end_an_experiment(world: World) -> None:
    world.look_around()
    process = world.inject("--error-rate", "0.05", "--for", "10m")
    with world.control() as control:
        incident = LeaseRequest(id="incident", faults=[ErrorFault(rate=0.5, route="/checkout")], ttl=60)
        control.grant(incident)
        while process.poll() is None:
            control.renew(incident.id)
            time.sleep(0.5)
    code, _, err = finish(process)
    assert (code, "burns more than the fault explains" in err) == (4, True), err
    entry = last_entry(world)
    assert entry.ending == "guard"
    assert entry.observed["checkout-availability"] > 2 * (entry.injected or 0)


def test_a_ledger_that_somebody_else_writes_for_ever_starts_no_fault(world: World) -> None:
    world.look_around()
    Ledger(world.ledger).open_entry(Entry("first000", "note", (), "", "", "", 0.0))
    with closing(sqlite3.connect(world.ledger, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        code, _, err = world.run("inject", "--error-rate", "1", "--for", "9s", "--yes", *world.target, *world.source)
    assert (code, "no fault without a ledger" in err) == (3, True), err
    assert world.leases() == ()

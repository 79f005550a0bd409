"""Chaos Toolkit's default rollback strategy leaves a fault in place when `chaos run` is ended; ours are gone all the same.

`make trials` adds the other signals and forms, each as often as SLOTUI_REPEAT says.
"""

from __future__ import annotations

import os
import re
import signal
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import httpx
import psutil
import pytest

from slotui.ledger.store import Ledger

if TYPE_CHECKING:
    from tests.chaos.conftest import World
    from tests.chaos.toolkit.conftest import Toolkit

pytestmark = pytest.mark.slow

LEASE = 5.0
"""Seconds after which a fault that nobody renews is over."""

SLACK = 1.0
"""Seconds between two looks, on a machine with other work."""

REPEAT = int(os.environ.get("SLOTUI_REPEAT", "1"))

Form = dict[str, Any]
BLOCKING: Form = {}
BEGUN: Form = {"wait": False}
BACKGROUND: Form = {"background": True}

MORE = [
    pytest.param(number, form, id=f"{number.name}, {words}, time {time_ + 1}", marks=pytest.mark.trial)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGKILL, signal.SIGUSR1, signal.SIGUSR2)
    for form, words in (
        (BLOCKING, "the action waits"),
        (BEGUN, "it goes on under other activities"),
        (BACKGROUND, "it is a background activity"),
    )
    for time_ in range(REPEAT)
]


def injected(world: World) -> float:
    """`chaos_injected_total`, as anybody who scrapes the service sees it."""
    page = httpx.get(f"{world.url}/metrics", trust_env=False, timeout=5).text
    return sum(map(float, re.findall(r"^chaos_injected_total\{.*\} (\S+)$", page, re.MULTILINE)))


@pytest.mark.parametrize(
    ("number", "form"),
    [
        pytest.param(signal.SIGKILL, BLOCKING, id="SIGKILL, the action waits"),
        pytest.param(signal.SIGTERM, BACKGROUND, id="SIGTERM, it is a background activity"),
        *MORE,
    ],
)
def test_the_fault_ends_with_the_experiment_and_the_entry_says_so(
    toolkit: Toolkit,
    spending: Callable[..., Form],
    calling: Callable[..., Form],
    number: signal.Signals,
    form: Form,
) -> None:
    world = toolkit.world
    later = {"type": "probe", "name": "later", "provider": calling("no_fault_on", "chaos.toolkit.tolerances")}
    method = [spending(**form)] if form is BLOCKING else [spending(**form), later | {"pauses": {"before": 600}}]
    process = toolkit.start_spending(toolkit.experiment(*method, control=form is BACKGROUND))
    process.send_signal(number)
    world.until(lambda: world.leases()[0].ending is not None, "the end of the fault", seconds=LEASE + SLACK)
    count, sold = injected(world), world.sold()
    world.until(lambda: world.sold() > sold + 20, "customers to get through again")
    assert injected(world) == count > 0
    process.wait(timeout=30)

    ledger = Ledger(world.ledger)
    world.until(lambda: not ledger.open_entries(), "the entry to be closed", seconds=20)
    entry = ledger.entries()[-1]
    assert ledger.verify() == 2
    # Its controller was told by the pipe, lived on without the experiment, and measured what there was to measure.
    assert (entry.ending, entry.injected) == ("stopped", world.leases()[0].injected)
    assert entry.observed["checkout-availability"] == pytest.approx(count, rel=0.05)


@pytest.mark.trial
def test_a_controller_that_is_killed_as_well_leaves_an_entry_that_the_next_command_closes(
    toolkit: Toolkit, spending: Callable[..., Form]
) -> None:
    world = toolkit.world
    process = toolkit.start_spending(toolkit.experiment(spending()))
    for victim in (psutil.Process(process.pid), *psutil.Process(process.pid).children()):
        victim.kill()
    world.until(lambda: world.leases()[0].ending == "lapsed", "the end of the fault", seconds=LEASE + SLACK)
    count = injected(world)
    code, _, said = world.run("log", *world.target, *world.source)
    assert (code, "closed as orphaned" in said) == (0, True), said
    (entry,) = Ledger(world.ledger).entries()
    assert (entry.ending, entry.injected) == ("orphaned", count)

"""How a spend can end, each with real processes and signals, as often as SLOTUI_REPEAT says.

In all of them the fault stops injecting within five seconds, and the ledger closes the entry truthfully.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest

from slotui.core.entry import Entry
from slotui.ledger.store import Ledger

if TYPE_CHECKING:
    from tests.chaos.conftest import World

pytestmark = pytest.mark.trial

REPEAT = int(os.environ.get("SLOTUI_REPEAT", "1"))

FAULT = ["--error-rate", "0.5", "--for", "10m"]

LEASE = 5.0
"""Seconds after which no fault of a controller that is gone injects any more."""

SLACK = 0.5
"""Seconds between two looks at the counter, and for a machine with other work."""

again = pytest.mark.parametrize("time_", range(REPEAT), ids=lambda number: f"time {number + 1}")


@dataclass
class Counter:
    """`chaos_injected_total` as anybody who scrapes the service sees it."""

    ask: Callable[[], str]

    def value(self) -> float | None:
        """The sum over all series, 0 for a service that knows of no fault, None for one that does not answer."""
        try:
            page = self.ask()
        except (httpx.HTTPError, subprocess.SubprocessError):
            return None
        return sum(float(line.rsplit(" ", 1)[1]) for line in page.splitlines() if line.startswith("chaos_injected_t"))

    def still_grows_for(self) -> float:
        """Seconds from now until its last growth; looks two seconds longer than a lease can live."""
        began = last = time.monotonic()
        before = self.value()
        while time.monotonic() < began + LEASE + 2:
            value = self.value()
            if value is not None and before is not None and value > before:
                last = time.monotonic()
            before = value
            time.sleep(0.1)
        return last - began


def scraped(world: World) -> Counter:
    return Counter(lambda: httpx.get(f"{world.url}/metrics", trust_env=False, timeout=2).text)


def finish(process: subprocess.Popen[str]) -> tuple[int, str]:
    _, err = process.communicate(timeout=90)
    return process.returncode, err


def the_entry(world: World) -> Entry:
    ledger = Ledger(world.ledger)
    ledger.verify()
    (entry,) = ledger.entries()
    assert not entry.open
    assert entry.ended is not None
    return entry


def assert_true_account(world: World, ending: str) -> None:
    """The entry says how it ended, how many were injected to the request, and what that cost."""
    entry = the_entry(world)
    failed = world.customers.answers.get(500, 0)
    assert entry.ending == ending
    assert entry.injected == failed
    # The customer whose answer is on its way is counted in the service, and not yet by himself.
    assert entry.observed["checkout-availability"] == pytest.approx(failed, abs=max(2.0, 0.05 * failed))


@again
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP], ids=lambda number: number.name)
def test_a_signal(world: World, number: signal.Signals, time_: int) -> None:
    world.look_around()
    process = world.inject(*FAULT)
    process.send_signal(number)
    assert scraped(world).still_grows_for() <= 1.0 + SLACK
    code, err = finish(process)
    assert code == 5, err
    assert_true_account(world, "stopped")


@again
def test_sigkill_of_the_controller(world: World, time_: int) -> None:
    world.look_around()
    process = world.inject(*FAULT)
    process.kill()
    assert scraped(world).still_grows_for() <= LEASE + SLACK
    finish(process)
    code, _, err = world.run("log", *world.source)
    assert (code, "orphaned" in err) == (0, True), err
    assert_true_account(world, "orphaned")


@again
def test_a_frozen_controller(world: World, time_: int) -> None:
    """A closed laptop: nothing is renewed, and what wakes up later finds the fault over."""
    world.look_around()
    process = world.inject(*FAULT)
    process.send_signal(signal.SIGSTOP)
    grown = scraped(world).still_grows_for()
    process.send_signal(signal.SIGCONT)
    assert grown <= LEASE + SLACK
    code, err = finish(process)
    assert code == 7, err
    assert_true_account(world, "lost")


@again
def test_kill_of_the_service(world: World, time_: int) -> None:
    world.look_around()
    process = world.inject(*FAULT)
    assert world.service is not None
    world.service.kill()
    code, err = finish(process)
    assert (code, "at least" in err) == (7, True), err
    entry = the_entry(world)
    # Nobody is left who knows how many it were.
    assert (entry.ending, entry.injected) == ("lost", None)


@again
def test_a_service_that_restarts(world: World, time_: int) -> None:
    world.look_around()
    process = world.inject(*FAULT)
    assert world.service is not None
    world.service.kill()
    world.service.wait()
    world.serve()
    sold = world.customers.answers.get(200, 0)
    assert scraped(world).value() == 0
    code, err = finish(process)
    assert (code, "restarted" in err) == (7, True), err
    world.until(lambda: world.customers.answers.get(200, 0) > sold + 20, "customers to get through")
    assert scraped(world).value() == 0
    assert (the_entry(world).ending, the_entry(world).injected) == ("lost", None)


@again
def test_a_guard(world: World, time_: int) -> None:
    world.look_around()
    process = world.inject("--error-rate", "1", "--for", "10m", "--max-spend", "0.2%", "--override", "trial")
    world.until(lambda: world.leases()[0].ending is not None, "the guard")
    assert scraped(world).still_grows_for() <= SLACK
    code, err = finish(process)
    assert (code, "--max-spend allows" in err) == (4, True), err
    assert_true_account(world, "guard")


@again
def test_halt_from_elsewhere(world: World, time_: int) -> None:
    world.look_around()
    process = world.inject(*FAULT)
    assert world.run("halt", *world.target, state=world.folder / "elsewhere")[0] == 0
    assert scraped(world).still_grows_for() <= SLACK
    code, err = finish(process)
    assert code == 5, err
    assert_true_account(world, "halted")


FAKETIME = next(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"), None)


@again
@pytest.mark.skipif(FAKETIME is None, reason="needs libfaketime: apt-get install faketime")
@pytest.mark.parametrize("step", [3600, -3600], ids=["forward", "back"])
def test_a_clock_that_is_set(world: World, step: int, time_: int) -> None:
    world.look_around()
    hands = world.folder / "clock"
    hands.write_text("+0\n")
    world.environment |= {
        "LD_PRELOAD": str(FAKETIME),
        "FAKETIME_TIMESTAMP_FILE": str(hands),
        "FAKETIME_NO_CACHE": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
    }
    began = time.time()
    process = world.inject(*FAULT)
    hands.write_text(f"{step:+d}\n")
    assert scraped(world).still_grows_for() <= LEASE + SLACK
    code, err = finish(process)
    assert (code, "the clock was set" in err) == (4, True), err
    entry = the_entry(world)
    assert (entry.ending, entry.injected, entry.observed) == ("guard", world.customers.answers.get(500, 0), {})
    # Told in the time that everybody had before the clock was set.
    assert began - 1 < entry.started <= (entry.ended or 0) < time.time()


@pytest.fixture
def namespace(tmp_path: Path) -> Iterator[str]:
    """A network of its own, which a pair of virtual cables joins to this one."""
    if os.geteuid() != 0:
        pytest.skip("a network of its own needs root")
    name = f"slotui{os.getpid()}"
    number = os.getpid() % 250
    lines = [
        f"ip netns add {name}",
        f"ip link add {name}a type veth peer name {name}b",
        f"ip link set {name}b netns {name}",
        f"ip addr add 10.213.{number}.1/30 dev {name}a",
        f"ip link set {name}a up",
        f"ip -n {name} addr add 10.213.{number}.2/30 dev {name}b",
        f"ip -n {name} link set {name}b up",
        f"ip -n {name} link set lo up",
    ]
    try:
        for line in lines:
            done = subprocess.run(line.split(), capture_output=True, text=True, check=False)
            if done.returncode:
                pytest.skip(f"no network of its own here: {done.stderr.strip()}")
        yield name
    finally:
        subprocess.run(["ip", "link", "del", f"{name}a"], check=False, capture_output=True)
        subprocess.run(["ip", "netns", "del", name], check=False, capture_output=True)


BUYER = """
import http.client, sys, time
while True:
    line = http.client.HTTPConnection(sys.argv[1], int(sys.argv[2]), timeout=5)
    try:
        while True:
            line.request("POST", "/checkout", "{}")
            line.getresponse().read()
            time.sleep(0.02)
    except (OSError, http.client.HTTPException):
        time.sleep(0.1)
"""

PAGE = "import sys, urllib.request; print(urllib.request.urlopen(sys.argv[1] + '/metrics', timeout=2).read().decode())"


@again
def test_a_network_that_is_cut(namespace: str, make_world: Callable[..., World], time_: int) -> None:
    inside = ("ip", "netns", "exec", namespace)
    host = f"10.213.{os.getpid() % 250}.2"
    world = make_world(host=host, wrapped=inside)
    world.serve()
    world.start([*inside, sys.executable, "-c", BUYER, host, str(world.port)], subprocess.DEVNULL)

    def page() -> str:
        command = [*inside, sys.executable, "-c", PAGE, world.url]
        return subprocess.run(command, capture_output=True, text=True, check=True, timeout=10).stdout

    world.look_around()
    process = world.inject(*FAULT)
    subprocess.run(["ip", "link", "set", f"{namespace}a", "down"], check=True)
    assert Counter(page).still_grows_for() <= LEASE + SLACK
    code, err = finish(process)
    assert (code, "at least" in err) == (7, True), err
    entry = the_entry(world)
    assert (entry.ending, entry.injected) == ("lost", None)
    # The service knows, and says so as soon as it can be reached.
    assert re.search(rf'chaos_active{{id="{entry.id}"}} 0.0', page())

"""`chaos proxy` as a person runs it: a plain service, the real commands, real signals."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import httpx
import pytest

from slotui.ledger.store import Ledger

if TYPE_CHECKING:
    from tests.chaos.conftest import World

pytestmark = pytest.mark.slow

SERVICE = """
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

class Shop(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Length", "11")
        self.end_headers()
        self.wfile.write(b'{"order":1}')

    def log_message(self, *_):
        pass

ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Shop).serve_forever()
"""


@dataclass
class Street:
    """A service that knows nothing of chaos, and the proxy before it: the world's own URL is its control plane."""

    world: World
    traffic_port: int
    proxy: subprocess.Popen[str]
    said: list[str]


@pytest.fixture
def street(make_world: Callable[..., World], free_port: Callable[[], int]) -> Street:
    world, shop, traffic = make_world(), free_port(), free_port()
    world.start([sys.executable, "-c", SERVICE, str(shop)], subprocess.DEVNULL)
    words = ["--upstream", f"http://127.0.0.1:{shop}", "--service", "checkout", "--route", "POST /checkout"]
    ports = ["--listen", f"127.0.0.1:{traffic}", "--control", f"127.0.0.1:{world.port}"]
    proxy = world.chaos("proxy", *words, *ports, "--token-file", str(world.token))
    assert proxy.stderr is not None
    said = [proxy.stderr.readline() for _ in range(3)]
    # It listens when it says so: no waiting, the first request gets its answer (the service may be still starting).
    assert httpx.post(f"http://127.0.0.1:{traffic}/checkout", content="x", trust_env=False).status_code in (200, 502)
    world.customers.port = traffic
    world.customers.start()
    return Street(world, traffic, proxy, said)


def test_a_spend_through_the_proxy_from_price_to_account(street: Street) -> None:
    world = street.world
    world.look_around()
    aim = re.findall(r"--target (\S+) --token-file (\S+)", street.said[1])
    assert aim == [(world.url, str(world.token))]
    before = world.customers.answers.get(503, 0)
    errors = ["--error-rate", "0.2", "--status", "503", "--mode", "exact", "--for", "5s"]
    code, _, err = world.run("inject", *errors, "--yes", *world.target, *world.source)
    # On a busy machine the traffic may leave the predicted interval: that is another test's subject.
    assert code in (0, 8), err
    [entry] = Ledger(world.ledger).entries()
    assert entry.ending == "expired"
    assert entry.injected == world.customers.answers[503] - before
    assert entry.observed["checkout-availability"] == pytest.approx(entry.injected, rel=0.05)
    street.proxy.send_signal(signal.SIGTERM)
    out, err = street.proxy.communicate(timeout=20)
    assert (street.proxy.returncode, out, err) == (0, "", "")


def test_a_dead_controller_ends_the_fault_and_so_does_a_stopped_proxy(street: Street) -> None:
    world = street.world
    world.look_around()
    process = world.inject("--error-rate", "1", "--for", "10m")
    os.kill(process.pid, signal.SIGKILL)
    killed = time.monotonic()
    world.until(lambda: world.leases()[0].ending is not None, "the end of the lease", seconds=7)
    [lease] = world.leases()
    assert lease.ending == "lapsed"
    assert lease.ended_ago is not None
    assert time.monotonic() - killed - lease.ended_ago <= 5.0
    sold = world.customers.answers.get(200, 0)
    world.until(lambda: world.customers.answers.get(200, 0) > sold + 5, "customers to get through again")
    assert world.leases()[0].injected == lease.injected

    hang = ["--fault", "hang", "--error-rate", "0.5", "--for", "10m", "--override", "rehearsal"]
    controller = world.chaos("inject", *hang, "--yes", *world.target, *world.source)
    world.until(lambda: any(x.ending is None and x.injected for x in world.leases()), "the second fault")
    street.proxy.send_signal(signal.SIGHUP)
    _, err = street.proxy.communicate(timeout=20)
    assert (street.proxy.returncode, err) == (0, "")
    controller.send_signal(signal.SIGINT)  # the metrics went with the proxy: it need not wait for them
    controller.communicate(timeout=30)
    entry = Ledger(world.ledger).entries()[-1]
    assert entry.ending == "halted"
    assert entry.injected is not None
    assert entry.injected >= 1

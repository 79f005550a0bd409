"""Every guard refuses when what it looks at is missing: real processes, and nothing is ever injected."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.chaos.conftest import World

pytestmark = pytest.mark.slow

FAULT = ["inject", "--error-rate", "0.5", "--for", "10m", "--yes"]


def refuse(world: World, *words: str, ledger: Path | None = None, code: int, says: str) -> None:
    found, out, err = world.run(*FAULT, *world.target, "--ledger", str(ledger or world.ledger), *words)
    assert (found, out) == (code, ""), err
    assert says in err
    assert world.leases() == ()
    assert world.customers.answers.get(500, 0) == 0


def scrape(world: World) -> list[str]:
    return ["--scrape", f"{world.url}/metrics", "--store", str(world.store), "--slos", world.slos]


def test_metrics_that_are_not_there(world: World, free_port: Callable[[], int]) -> None:
    slos = ["--slos", world.slos]
    gone = f"http://127.0.0.1:{free_port()}"
    refuse(world, "--prometheus", gone, *slos, code=7, says="is Prometheus up")
    refuse(world, "--scrape", f"{gone}/metrics", *slos, code=7, says=gone)
    refuse(world, "--scrape", f"{world.url}/nothing-here", *slos, code=7, says="404")
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        refuse(world, "--prometheus", url, *slos, code=7, says="did not answer")


@pytest.mark.prometheus
def test_metrics_that_end_ten_minutes_ago(world: World, start_prometheus: Callable[..., str], tmp_path: Path) -> None:
    labels = 'service="checkout",method="POST",route="/checkout",synthetic="false",code="200",cause="none"'
    end = int(time.time()) - 600
    rows = [f"http_requests_total{{{labels}}} {n * 100} {end - 1800 + n * 15}" for n in range(121)]
    page = tmp_path / "past.om"
    page.write_text("\n".join(["# TYPE http_requests counter", *rows, "# EOF", ""]))
    data = tmp_path / "data"
    subprocess.run(
        ["promtool", "tsdb", "create-blocks-from", "openmetrics", str(page), str(data)], check=True, capture_output=True
    )
    url = start_prometheus(data)
    refuse(world, "--prometheus", url, "--slos", world.slos, code=7, says="checkout-availability")


def test_no_slo_counts_the_requests(world: World) -> None:
    world.look_around()
    refuse(world, *scrape(world), "--route", "/cart", code=3, says="no SLO counts")


@pytest.fixture
def full_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 64 kB with no byte left."""
    place = tmp_path / "full"
    place.mkdir()
    mounted = (
        os.geteuid() == 0
        and not subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(place)], check=False, capture_output=True
        ).returncode
    )
    if not mounted:
        pytest.skip("a full disk needs root and mount")
    try:
        with suppress(OSError), (place / "ballast").open("wb", buffering=0) as file:
            while True:
                file.write(b"x" * 4096)
        assert not shutil.disk_usage(place).free
        yield place
    finally:
        subprocess.run(["umount", str(place)], check=True)


def test_a_ledger_on_a_full_disk(world: World, full_disk: Path) -> None:
    world.look_around()
    refuse(world, *scrape(world), ledger=full_disk / "ledger.sqlite", code=3, says="full")

"""What many tests need: a real Prometheus on loopback, free ports, the reference data, a state folder of their own."""

from __future__ import annotations

import functools
import gc
import os
import shutil
import socket
import ssl
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import httpx
import pytest
from hypothesis import settings

ROOT = Path(__file__).parent.parent
REFERENCE = ROOT.parent / "shared" / "reference"

# A deadline would assert wall-clock time, and shared machines are slow at times.
settings.register_profile("slotui", deadline=None)
settings.load_profile("slotui")

# Each HTTP client reads the world's certificates, 30 ms of processor; no test changes what it has read.
ssl.create_default_context = functools.cache(ssl.create_default_context)


def pytest_collection_finish() -> None:
    """What was imported and collected stays until the end: no garbage collection need look at it again."""
    gc.collect()
    gc.freeze()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files that wait on real time go first, journeys before all: begun last, one of them would run on alone."""
    slow = Counter(item.path for item in items if item.get_closest_marker("slow"))
    items.sort(key=lambda item: ("journeys" not in item.path.parts, -slow[item.path]))


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A state folder that no other test, and no lab of the person at this machine, shares; and no config file."""
    folder = tmp_path / "state"
    monkeypatch.setenv("SLOTUI_STATE", str(folder))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.delenv("SLOTUI_PROMETHEUS", raising=False)
    return folder


@pytest.fixture(scope="session")
def reference() -> Path:
    """The 28-day data set; the project is complete without it."""
    file = REFERENCE / "payment-create-28d.csv.gz"
    if not file.exists():
        pytest.skip("the reference data set is not beside this checkout")
    return file


@pytest.fixture
def free_port() -> Callable[[], int]:
    """A port on loopback that was free a moment ago."""

    def find() -> int:
        with closing(socket.socket()) as probe:
            probe.bind(("127.0.0.1", 0))
            return int(probe.getsockname()[1])

    return find


@pytest.fixture(scope="session")
def promtool() -> str:
    """promtool, and with it prometheus. Missing: a skip that says what to type; in CI a failure."""
    found = shutil.which("promtool") and shutil.which("prometheus")
    if not found:
        reason = "prometheus and promtool are not on PATH: type `apt-get install prometheus`"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    return "promtool"


Starter = Callable[..., str]


@pytest.fixture
def start_prometheus(promtool: str, tmp_path: Path, free_port: Callable[[], int]) -> Iterator[Starter]:
    """Starts real Prometheus servers on loopback, data folder and config in, URL out; each is stopped at the end."""
    running: list[subprocess.Popen[bytes]] = []

    def start(data: Path, config: str = "{}", port: int | None = None, retention: str | None = "20y") -> str:
        chosen = port or free_port()
        file = tmp_path / f"prometheus-{chosen}.yml"
        file.write_text(config)
        log = (tmp_path / f"prometheus-{chosen}.log").open("ab")
        command = [
            "prometheus",
            f"--config.file={file}",
            f"--storage.tsdb.path={data}",
            f"--web.listen-address=127.0.0.1:{chosen}",
            *([f"--storage.tsdb.retention.time={retention}"] if retention else []),
        ]
        process = subprocess.Popen(command, stdout=log, stderr=log)
        log.close()
        running.append(process)
        url = f"http://127.0.0.1:{chosen}"
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            try:
                if httpx.get(f"{url}/-/ready", trust_env=False).is_success:
                    return url
            except httpx.TransportError:
                pass
            if process.poll() is not None:
                break
            time.sleep(0.05)
        raise AssertionError(f"prometheus did not get ready: {Path(log.name).read_text()[-2000:]}")

    start.processes = running  # type: ignore[attr-defined]
    yield start
    for process in running:
        if process.poll() is None:
            process.terminate()
    for process in running:
        process.wait(timeout=20)

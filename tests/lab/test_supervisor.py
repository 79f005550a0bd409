"""The whole lab as real processes, and the sentences for what stands in its way."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import psutil
import pytest

from lab import prometheus
from lab.supervisor import Lab, Settings, lab_up
from slotui.errors import LabError, SlotuiError
from slotui.state import RunningLab, hold_lab_lock, running_lab

SLOTUI = [sys.executable, "-m", "slotui"]
UP = [*SLOTUI, "lab", "up", "--backend", "embedded", "--port", "0", "--history", "2h", "--rps", "20"]


def eventually(what: Callable[[], object], within: float = 40.0) -> bool:
    deadline = time.monotonic() + within
    while time.monotonic() < deadline:
        if what():
            return True
        time.sleep(0.05)
    return False


Alive = Callable[[set[int]], set[int]]
Upper = Callable[[], tuple[subprocess.Popen[str], RunningLab]]


@pytest.fixture
def bring_up(state: Path) -> Iterator[Upper]:
    """Runs `slotui lab up` and waits until it is up."""
    started: list[subprocess.Popen[str]] = []

    def bring() -> tuple[subprocess.Popen[str], RunningLab]:
        process = subprocess.Popen(UP, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        started.append(process)
        assert eventually(lambda: running_lab() or process.poll() is not None)
        found = running_lab()
        assert found is not None, process.communicate()
        return process, found

    yield bring
    for process in started:
        if process.poll() is None:
            process.kill()
        process.communicate(timeout=20)


@pytest.mark.slow
def test_a_lab_serves_and_counts_refuses_a_second_one_and_ends_when_a_part_dies(
    alive: Alive, bring_up: Upper, descendants: Callable[[int], set[int]], state: Path
) -> None:
    process, found = bring_up()
    assert found.backend == "embedded"
    page = httpx.get(f"{found.checkout_url}/metrics", trust_env=False).text
    assert "http_requests_total" in page

    second = subprocess.run(UP, capture_output=True, text=True, check=False, timeout=60)
    assert second.returncode == 1
    assert f"a lab is up already (pid {process.pid}, {found.checkout_url})" in second.stderr
    assert "slotui lab down" in second.stderr

    assert eventually(lambda: status()["traffic"]["sent"] > 0)
    assert status()["ready"] is True

    below = descendants(process.pid)
    lines = {pid: psutil.Process(pid).cmdline() for pid in below}
    shop = next(pid for pid, line in lines.items() if "lab.checkout" in line and "lab.leash" not in line)
    os.kill(shop, signal.SIGKILL)
    out, said = process.communicate(timeout=30)
    assert process.returncode == 1
    assert "checkout was killed by signal 9" in said
    assert "slotui watch" in out
    assert eventually(lambda: not alive(below), 10)
    assert running_lab() is None


@pytest.mark.slow
def test_kill_9_leaves_no_process_and_the_next_lab_goes_on_with_the_same_past(
    alive: Alive, bring_up: Upper, descendants: Callable[[int], set[int]], state: Path
) -> None:
    process, found = bring_up()
    assert found.store is not None
    noted = Path(f"{found.store}.history.json").read_text()
    below = descendants(process.pid)
    assert len(below) >= 6  # three children, each on its leash
    process.kill()
    process.wait(20)
    assert eventually(lambda: not alive(below), 15)
    assert running_lab() is None

    again, found_again = bring_up()
    assert found_again.pid == again.pid
    assert Path(f"{found_again.store}.history.json").read_text() == noted
    down = subprocess.run([*SLOTUI, "lab", "down"], capture_output=True, text=True, check=False, timeout=60)
    assert down.returncode == 0, down.stderr
    assert again.wait(20) == 0
    assert "filling" not in (again.stderr.read() if again.stderr else "")


@pytest.mark.slow
def test_ctrl_c_during_the_start_leaves_nothing_and_is_exit_5(
    alive: Alive, state: Path, descendants: Callable[[int], set[int]]
) -> None:
    with subprocess.Popen(UP, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        while "checkout serves" not in process.stderr.readline():
            assert process.poll() is None
        below = descendants(process.pid)
        assert below
        process.send_signal(signal.SIGINT)
        process.send_signal(signal.SIGTERM)  # an impatient second one cuts nothing short
        said = process.stderr.read()
        assert process.wait(20) == 5
    assert said.endswith("slotui: stopped before the lab was up\n")
    assert eventually(lambda: not alive(below), 10)
    assert running_lab() is None


def status() -> dict[str, object]:  # type: ignore[type-arg]
    ran = subprocess.run([*SLOTUI, "lab", "status", "--output", "json"], capture_output=True, text=True, check=True)
    return dict(json.loads(ran.stdout))


@pytest.mark.parametrize(("backend", "flag"), [("embedded", "--port"), ("prometheus", "--prometheus-port")])
def test_a_port_in_use_names_the_flag_to_change(backend: str, flag: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prometheus, "find_binary", lambda name="prometheus": name)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ports = {"port": port} if flag == "--port" else {"port": 0, "prometheus_port": port}
        with pytest.raises(LabError) as raised, lab_up(Settings(backend=backend, **ports), print):  # type: ignore[arg-type]
            pass
    assert f"127.0.0.1:{port}: Address already in use" in str(raised.value)
    assert f"`{flag} N`" in str(raised.value)
    assert running_lab() is None


def test_no_prometheus_on_path_says_what_to_type(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(LabError) as raised:
        Lab(Settings(backend="prometheus"), print)
    assert "`apt-get install prometheus`" in str(raised.value)
    assert "`--backend embedded`" in str(raised.value)
    assert Lab(Settings(backend="auto"), print).backend == "embedded"


def test_another_lab_that_is_only_starting_is_said(state: Path) -> None:
    state.mkdir()
    with hold_lab_lock() as mine:
        assert mine
        with pytest.raises(LabError, match="starting or stopping"), lab_up(Settings(), print):
            pass


def test_a_state_folder_that_cannot_be_one_is_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("SLOTUI_STATE", str(tmp_path / "file" / "below"))
    with pytest.raises(SlotuiError, match="SLOTUI_STATE"), lab_up(Settings(), print):
        pass


def test_a_child_that_ends_at_once_is_named_with_its_last_words(state: Path) -> None:
    from lab.child import Child

    state.mkdir()
    child = Child("collector", ["sh", "-c", "echo the disk is on fire >&2; exit 3"], state / "collector.log")
    try:
        with pytest.raises(LabError) as raised:
            child.announced(20)
    finally:
        child.stop()
    assert "collector ended with exit status 3" in str(raised.value)
    assert "the disk is on fire" in str(raised.value)

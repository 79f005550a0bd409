"""Real processes: whatever happens to the owner, nothing on a leash outlives it."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

LEASH = [sys.executable, "-m", "lab.leash", "--"]
STUBBORN = 'trap "" TERM INT HUP; echo $$; while :; do sleep 0.1; done'

pytestmark = pytest.mark.slow


def leashed(*command: str) -> subprocess.Popen[str]:
    return subprocess.Popen([*LEASH, *command], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def gone(pid: int, within: float = 10.0) -> bool:
    deadline = time.monotonic() + within
    while time.monotonic() < deadline:
        try:
            # A zombie still has a number; in a container nobody may be there to reap it.
            if psutil.Process(pid).status() == psutil.STATUS_ZOMBIE:
                return True
        except psutil.NoSuchProcess:
            return True
        time.sleep(0.05)
    return False


@pytest.mark.parametrize(
    ("script", "status"),
    [
        pytest.param("exit 0", 0, id="success"),
        pytest.param("exit 7", 7, id="failure"),
        pytest.param("kill -9 $$", 137, id="a death by signal, as a shell tells it"),
    ],
)
def test_the_exit_status_is_passed_on(script: str, status: int) -> None:
    with leashed("sh", "-c", script) as leash:
        assert leash.wait(20) == status


def test_a_command_that_does_not_exist_is_said() -> None:
    with subprocess.Popen([*LEASH, "no-such-program"], stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as one:
        _, said = one.communicate(timeout=20)
    assert one.returncode == 127
    assert said == "leash: cannot start no-such-program: No such file or directory\n"


def test_a_closed_pipe_ends_the_command_gracefully() -> None:
    with leashed("sh", "-c", 'trap "exit 5" TERM; echo $$; while :; do sleep 0.1; done') as leash:
        assert leash.stdout is not None
        assert leash.stdin is not None
        pid = int(leash.stdout.readline())
        leash.stdin.close()
        assert leash.wait(20) == 5
    assert gone(pid)


def test_one_that_ignores_sigterm_is_killed_after_the_grace_with_all_it_started() -> None:
    with leashed("sh", "-c", f"sleep 1000 & echo $!; {STUBBORN}") as leash:
        assert leash.stdout is not None
        pids = [int(leash.stdout.readline()), int(leash.stdout.readline())]
        leash.terminate()
        assert leash.wait(20) == 137
    assert all(gone(pid) for pid in pids)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells children of a parent's death")
def test_a_killed_leash_takes_its_command_along() -> None:
    with leashed("sh", "-c", STUBBORN) as leash:
        assert leash.stdout is not None
        pid = int(leash.stdout.readline())
        leash.kill()
        assert leash.wait(20) == -signal.SIGKILL
    assert gone(pid)


def test_a_killed_owner_leaves_nothing_not_even_one_that_ignores_sigterm(
    tmp_path: Path, descendants: Callable[[int], set[int]]
) -> None:
    owner_code = (
        "import sys, time\nfrom pathlib import Path\nfrom lab.child import Child\n"
        f"child = Child('stubborn', ['sh', '-c', {STUBBORN!r}], Path({str(tmp_path / 'log')!r}))\n"
        "print('started', flush=True)\ntime.sleep(1000)\n"
    )
    with subprocess.Popen([sys.executable, "-c", owner_code], stdout=subprocess.PIPE, text=True) as owner:
        assert owner.stdout is not None
        assert owner.stdout.readline() == "started\n"
        deadline = time.monotonic() + 10
        while len(below := descendants(owner.pid)) < 2 or not (tmp_path / "log").read_text():
            assert time.monotonic() < deadline
            time.sleep(0.05)
        owner.kill()
    assert all(gone(pid) for pid in below)

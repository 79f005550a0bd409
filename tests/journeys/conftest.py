"""The real thing, whole: a lab of real processes, a real terminal, real commands from a second one."""

from __future__ import annotations

import fcntl
import json
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyte
import pytest

BIN = Path(sys.executable).parent
Until = Callable[..., Any]


def eventually(question: Callable[[], Any], seconds: float = 60) -> Any:
    """Ask until the answer is true, and return it."""
    deadline = time.monotonic() + seconds
    while True:
        found = question()
        if found:
            return found
        assert time.monotonic() < deadline, "it did not come true in time"
        time.sleep(0.2)


class RunningLab:
    """A lab in a state folder of its own, and the commands that find it there."""

    def __init__(self, state: Path, process: subprocess.Popen[bytes]) -> None:
        self.state = state
        self.process = process
        self.env = {**os.environ, "SLOTUI_STATE": str(state)}

    def run(self, *argv: str, check: bool = True, timeout: float = 150) -> subprocess.CompletedProcess[str]:
        """A command of ours in a second terminal, so to speak."""
        return subprocess.run(
            [str(BIN / argv[0]), *argv[1:]], env=self.env, capture_output=True, text=True, check=check, timeout=timeout
        )

    def start(self, *argv: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [str(BIN / argv[0]), *argv[1:]], env=self.env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )

    def board(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.run("slotui", "status", "--output", "json", check=False).stdout)
        return found

    def slo(self, name: str = "checkout-availability") -> dict[str, Any]:
        return next(slo for slo in self.board()["slos"] if slo["name"] == name)

    def where(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.state / "lab.json").read_text())
        return found


@contextmanager
def lab_up(state: Path, *options: str) -> Iterator[RunningLab]:
    """A lab for the time of the block, and nothing of it afterwards."""
    env = {**os.environ, "SLOTUI_STATE": str(state)}
    command = [str(BIN / "slotui"), "lab", "up", "--port", "0", "--prometheus-port", "0", *options]
    log = (state.parent / "lab.log").open("ab")
    process = subprocess.Popen(command, env=env, stdout=log, stderr=log, stdin=subprocess.DEVNULL)
    log.close()
    try:
        eventually(lambda: (state / "lab.json").exists() or process.poll() is not None, 120)
        assert process.poll() is None, (state.parent / "lab.log").read_text()
        yield RunningLab(state, process)
    finally:
        process.terminate()
        process.wait(timeout=30)


class Terminal:
    """A program in a pty of `columns` x `rows`."""

    def __init__(self, argv: list[str], env: Mapping[str, str], columns: int = 80, rows: int = 24) -> None:
        self._screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self._screen)
        self.ended = False
        self.received = b""
        self.pid, self._fd = pty.fork()
        if self.pid == 0:
            os.execvpe(argv[0], argv, {**env, "TERM": "xterm-256color", "COLORTERM": "truecolor"})  # noqa: S606
        fcntl.ioctl(self._fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def text(self) -> str:
        """The screen now."""
        while select.select([self._fd], [], [], 0.05)[0]:
            try:
                data = os.read(self._fd, 65536)
            except OSError:
                break
            if not data:
                break
            self.received += data
            self._stream.feed(data)
        return "\n".join(line.rstrip() for line in self._screen.display)

    def shows(self, *words: str, seconds: float = 40) -> str:
        """Wait until all words are on the screen together; returns it."""
        deadline = time.monotonic() + seconds
        while True:
            text = self.text()
            if all(word in text for word in words):
                return text
            assert time.monotonic() < deadline, f"{words} did not appear on:\n{text}"

    def resize(self, columns: int, rows: int) -> None:
        """Another size of the window; the kernel sends SIGWINCH."""
        self._screen.resize(rows, columns)
        fcntl.ioctl(self._fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    @property
    def is_given_back(self) -> bool:
        """Whether a shell can go on: letters are echoed, the cursor is there, the other screen is left."""
        echoes = bool(termios.tcgetattr(self._fd)[3] & termios.ECHO)
        left = self.received.rfind(b"\x1b[?1049l") > self.received.rfind(b"\x1b[?1049h")
        return echoes and left and not self._screen.cursor.hidden

    def press(self, keys: str) -> None:
        os.write(self._fd, keys.encode())

    def signal(self, number: int) -> None:
        os.kill(self.pid, number)

    def vanish(self) -> None:
        """Close the window: whatever is written to it from now on fails; the kernel sends SIGHUP."""
        os.close(self._fd)
        self._fd = -1

    def wait(self, seconds: float = 20) -> int:
        """Wait for the program's end; its exit code, negative for a signal."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if self._fd >= 0:
                self.text()
            else:
                time.sleep(0.05)
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.ended = True
                return os.waitstatus_to_exitcode(status)
        raise AssertionError(f"it did not end; the screen was:\n{self.text()}")

    def until_stopped(self, seconds: float = 20) -> None:
        """Wait until the program is stopped, as by ctrl-z."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            self.text()
            pid, status = os.waitpid(self.pid, os.WNOHANG | os.WUNTRACED)
            if pid and os.WIFSTOPPED(status):
                self.text()
                return
        raise AssertionError(f"it was not stopped; the screen was:\n{self.text()}")

    def kill(self) -> None:
        """End the program if it is still there."""
        if not self.ended:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
            self.ended = True
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1


@pytest.fixture
def terminal() -> Iterator[Callable[..., Terminal]]:
    """Opens terminals; a program that a failed test left in one is killed."""
    opened: list[Terminal] = []

    def open_one(argv: list[str], env: Mapping[str, str], columns: int = 80, rows: int = 24) -> Terminal:
        opened.append(Terminal([str(BIN / argv[0]), *argv[1:]], env, columns, rows))
        return opened[-1]

    yield open_one
    for one in opened:
        one.kill()


@pytest.fixture(scope="module")
def embedded_lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningLab]:
    """The lab as on a machine without a Prometheus."""
    state = tmp_path_factory.mktemp("lab") / "state"
    with lab_up(state, "--backend", "embedded") as lab:
        yield lab


@pytest.fixture(scope="module")
def prometheus_lab(promtool: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningLab]:
    """The lab with Debian's real Prometheus and the generated rules."""
    state = tmp_path_factory.mktemp("lab") / "state"
    # Ten days of past are made in a third of the time, and are more than any alert looks back.
    with lab_up(state, "--backend", "prometheus", "--history", "10d") as lab:
        yield lab


@pytest.fixture(scope="session")
def until() -> Until:
    return eventually


@pytest.fixture
def any_lab() -> Callable[..., Any]:
    """Brings a lab up in a folder, with options of one's own, for the time of a `with`."""
    return lab_up

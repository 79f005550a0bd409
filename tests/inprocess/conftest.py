"""A clock that a test sets, and a real Redis on loopback."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest

START = 1_700_000_000.0


class SetClock:
    """UTC seconds, moved by hand."""

    def __init__(self) -> None:
        self.at = START

    def __call__(self) -> float:
        return self.at


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


def _answers(port: int) -> bool:
    with suppress(OSError), closing(socket.create_connection(("127.0.0.1", port), timeout=1)) as probe:
        probe.sendall(b"PING\r\n")
        return probe.recv(16).startswith((b"+PONG", b"-NOAUTH"))
    return False


@pytest.fixture(scope="session")
def redis_binary() -> str:
    """Missing: a skip that says what to type; in CI a failure."""
    found = shutil.which("redis-server")
    if found is None:
        reason = "redis-server is not on PATH: type `apt-get install redis-server`"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    return found


StartRedis = Callable[..., subprocess.Popen[bytes]]


@pytest.fixture
def start_redis(redis_binary: str, tmp_path: Path) -> Iterator[StartRedis]:
    """Starts real servers that keep nothing on disk; each is stopped at the end."""
    running: list[subprocess.Popen[bytes]] = []

    def start(port: int, *options: str) -> subprocess.Popen[bytes]:
        place = ["--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(tmp_path)]
        command = [redis_binary, *place, *options]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        running.append(process)
        deadline = time.monotonic() + 20
        while not _answers(port):
            assert process.poll() is None, "redis-server ended at its start"
            assert time.monotonic() < deadline, "redis-server did not get ready"
            time.sleep(0.02)
        return process

    yield start
    for process in running:
        process.terminate()
        process.wait(timeout=20)


@pytest.fixture
def redis_url(start_redis: StartRedis, free_port: Callable[[], int]) -> str:
    port = free_port()
    start_redis(port)
    return f"redis://127.0.0.1:{port}/0"

"""A real terminal is always given back, whatever ends the screen, and while its Prometheus hangs."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent
SLOS = str(ROOT / "lab" / "slos")
CRASH = (
    "import sys; from slotui.tui.app import SlotuiApp; from slotui.cli.main import main;"
    "SlotuiApp.action_refresh = lambda self: 1 / 0; sys.argv[0] = 'slotui'; main()"
)


@pytest.fixture
def hanging() -> Iterator[str]:
    """The address of a server that takes connections, and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}"


@pytest.fixture
def watch(terminal: Callable[..., Any], hanging: str) -> Callable[..., Any]:
    """Opens the screen on the server that hangs, and waits for its first frame."""

    def start(program: tuple[str, ...] = ("slotui",), *options: str) -> Any:
        argv = [*program, "watch", "--slos", SLOS, "--prometheus", hanging, *options]
        one = terminal(argv, os.environ)
        one.shows("no answer yet")
        return one

    return start


def test_q_leaves_while_prometheus_hangs_and_the_old_title_comes_back(watch: Callable[..., Any]) -> None:
    one = watch()
    one.press("q")
    assert one.wait() == 0
    assert one.is_given_back
    titles = (b"\x1b[22;2t", "\x1b]2;○ waiting - slotui\x1b".encode(), b"\x1b[23;2t")
    kept, ours, brought_back = (one.received.find(words) for words in titles)
    assert -1 < kept < ours < brought_back


def test_a_new_size_is_drawn_whatever_the_shell_exported(
    watch: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("LINES", "24")
    one = watch()
    for columns, rows in ((132, 40), (70, 20)):
        one.resize(columns, rows)
        one.shows("─" * columns)


def test_a_bug_ends_it_with_1_a_traceback_and_the_terminal_as_it_was(watch: Callable[..., Any]) -> None:
    one = watch(("python", "-c", CRASH))
    one.press("r")
    assert one.wait() == 1
    assert one.is_given_back
    assert "ZeroDivisionError" in one.text()


def test_ctrl_z_gives_the_terminal_back_until_fg(watch: Callable[..., Any]) -> None:
    one = watch()
    one.press("\x1a")
    one.until_stopped()
    assert one.is_given_back
    one.signal(signal.SIGCONT)
    one.shows("no answer yet")
    assert not one.is_given_back
    one.press("q")
    assert one.wait() == 0


@pytest.mark.parametrize(
    ("ending", "code"),
    [
        pytest.param(lambda process: process.stdout.close(), 0, id="a reader that goes away"),
        pytest.param(lambda process: process.terminate(), 5, id="SIGTERM"),
        pytest.param(lambda process: process.send_signal(signal.SIGINT), 0, id="ctrl-c"),
    ],
)
def test_without_a_terminal_lines_end_in_silence(
    ending: Callable[[Any], None], code: int, free_port: Callable[[], int]
) -> None:
    nobody = f"http://127.0.0.1:{free_port()}"
    words = [str(BIN / "slotui"), "watch", "--every", "1s", "--output", "json", "--slos", SLOS, "--prometheus", nobody]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert json.loads(process.stdout.readline())["source"]["state"] == "down"
        ending(process)
        assert process.wait(20) == code
        assert process.stderr.read() == ""


def test_a_window_that_is_closed_takes_the_screen_with_it(watch: Callable[..., Any]) -> None:
    one = watch()
    one.vanish()
    assert one.wait() == 5

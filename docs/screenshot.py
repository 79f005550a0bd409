"""Makes docs/screen.svg as a person would: a lab that is up, a fault, the screen, ctrl+s. Takes three minutes.

slotui lab up --detach && python docs/screenshot.py
"""

from __future__ import annotations

import os
import pty
import select
import struct
import subprocess
import sys
import termios
import time
from contextlib import suppress
from fcntl import ioctl
from pathlib import Path
from tempfile import TemporaryDirectory

PICTURE = Path(__file__).with_name("screen.svg")
BIN = Path(sys.executable).parent
ROWS, COLUMNS = 24, 100
WHO = {**os.environ, "LOGNAME": "kim", "TERM": "xterm-256color", "COLORTERM": "truecolor"}
LAST = b"inventory-freshness"
"""The last row of the list."""
PATIENCE = 300.0
"""Seconds that each step may take."""


def slotui(*words: str) -> int:
    return subprocess.run([BIN / "slotui", *words], env=WHO, stdout=subprocess.DEVNULL, check=False).returncode


def chaos(*words: str) -> None:
    subprocess.run([BIN / "chaos", *words], env=WHO, stdout=subprocess.DEVNULL, check=True)


def until_a_page_fires() -> None:
    """The gate says no (exit 1) from then on."""
    deadline = time.monotonic() + PATIENCE
    while slotui("gate", "checkout-availability") != 1:
        if time.monotonic() > deadline:
            raise SystemExit("no page fires")
        time.sleep(2)


def saved(folder: Path) -> Path:
    """Open the screen on a terminal of its own, wait until it shows the page, save it, quit."""
    screen, terminal = pty.openpty()
    ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
    watching = subprocess.Popen(
        [BIN / "slotui", "watch"], cwd=folder, env=WHO, stdin=terminal, stdout=terminal, stderr=terminal
    )
    os.close(terminal)
    deadline, shown = time.monotonic() + PATIENCE, b""
    try:
        while not (found := sorted(folder.glob("*.svg"))):
            if time.monotonic() > deadline:
                raise SystemExit("the screen shows no page, or saves nothing")
            # The first board comes in row by row; whatever is written later than a moment ago was not the whole of it.
            if select.select([screen], [], [], 0.7)[0]:
                shown += os.read(screen, 65536)
                continue
            if b"PAGE" in shown and LAST in shown:
                os.write(screen, b"\x13")
        os.write(screen, b"q")
        return found[0]
    finally:
        watching.terminate()
        with suppress(OSError):
            while os.read(screen, 65536):
                pass
        watching.wait(timeout=20)
        os.close(screen)


def main() -> None:
    chaos("inject", "--error-rate", "0.5", "--for", "10m", "--reason", "does anybody notice?", "--detach", "--yes")
    try:
        until_a_page_fires()
        with TemporaryDirectory() as folder:
            PICTURE.write_text(saved(Path(folder)).read_text())
    finally:
        chaos("halt")


if __name__ == "__main__":
    main()

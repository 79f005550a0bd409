"""How long `q` takes to leave the screen while Prometheus takes connections and never answers, on a real pty.

Beside it the same key in a bare Textual app: what the framework itself needs to put the terminal back.
"""

from __future__ import annotations

import fcntl
import os
import pty
import select
import socket
import statistics
import struct
import sys
import termios
import time
from pathlib import Path

SLOTUI = str(Path(sys.executable).parent / "slotui")
SLOS = str(Path(__file__).parents[1] / "lab" / "slos")
BARE = (
    "from textual.app import App\n"
    "class Bare(App):\n"
    "    BINDINGS = [('q', 'quit', 'quit')]\n"
    "    def on_mount(self): self.title = 'no answer yet'\n"
    "    def render(self): return 'no answer yet'\n"
    "Bare().run()"
)
RUNS = 5


def seconds(argv: list[str], ready: bytes) -> float:
    """Seconds from the key to the end of the process."""
    pid, terminal = pty.fork()
    if pid == 0:
        os.execve(argv[0], argv, {**os.environ, "TERM": "xterm-256color"})  # noqa: S606
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    seen = b""
    try:
        while ready not in seen:
            seen += os.read(terminal, 65536)
        time.sleep(0.5)  # past the first frame, into the rest between two
        began = time.perf_counter()
        os.write(terminal, b"q")
        while not os.waitpid(pid, os.WNOHANG)[0]:
            if select.select([terminal], [], [], 0.001)[0]:
                try:
                    os.read(terminal, 65536)
                except OSError:
                    time.sleep(0.001)
        return time.perf_counter() - began
    finally:
        os.close(terminal)


def main() -> None:
    """Print one line."""
    with socket.create_server(("127.0.0.1", 0)) as hanging:
        url = f"http://127.0.0.1:{hanging.getsockname()[1]}"
        watch = [SLOTUI, "watch", "--slos", SLOS, "--prometheus", url]
        pairs = [
            (seconds(watch, b"no answer yet"), seconds([sys.executable, "-c", BARE], b"\x1b[?1049h"))
            for _ in range(RUNS)
        ]
    ours, bare = (statistics.median(times) for times in zip(*pairs, strict=True))
    ratio = statistics.median(one / other for one, other in pairs)
    print(f"q while Prometheus hangs: {ours:.2f} s, {ratio:.2f}x a bare Textual app's {bare:.2f} s")


if __name__ == "__main__":
    main()

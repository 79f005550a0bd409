"""What the screen costs as a process on a real pty: its first frame, its bytes a second, and its CPU at rest.

The first frame stands beside that of a bare Textual app; the two run in turn, and the median of the ratios counts.
The rest is measured on a service that this file plays, whose counters go up and are scraped: once a second for the
bytes, every five seconds for the rest. `--long` looks at the rest for a whole minute.
"""

from __future__ import annotations

import argparse
import fcntl
import os
import pty
import select
import signal
import socket
import statistics
import struct
import sys
import tempfile
import termios
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

SLOTUI = str(Path(sys.executable).parent / "slotui")
SLOS = 6
BARE = """
from textual.app import App
from textual.widgets import Static
class Bare(App):
    def compose(self): yield Static("no answer yet")
Bare().run()
"""
SPEC = """
version: prometheus/v1
service: shop
slos:
"""
ONE = """
  - name: shop-{index}
    objective: 99.9
    sli:
      events:
        error_query: sum(rate(requests_total{{shop="{index}",code=~"5.."}}[{{{{.window}}}}]))
        total_query: sum(rate(requests_total{{shop="{index}"}}[{{{{.window}}}}]))
    alerting: {{page_alert: {{disable: true}}, ticket_alert: {{disable: true}}}}
"""
LEFT = b"\x1b[?1049l"


class Terminal:
    """A process on a pty of 80x24, in colour."""

    def __init__(self, argv: list[str], state: str) -> None:
        self.began = time.perf_counter()
        self.pid, self.end = pty.fork()
        if self.pid == 0:
            colours = {"TERM": "xterm-256color", "COLORTERM": "truecolor", "SLOTUI_STATE": state}
            os.execve(argv[0], argv, {**os.environ, **colours})  # noqa: S606
        fcntl.ioctl(self.end, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        self.seen = b""

    def read(self, seconds: float) -> int:
        """Take what comes within so many seconds; how many bytes that was."""
        before, until = len(self.seen), time.perf_counter() + seconds
        while (left := until - time.perf_counter()) > 0:
            if select.select([self.end], [], [], left)[0]:
                self.seen += os.read(self.end, 65536)
        return len(self.seen) - before

    def shows(self, words: bytes) -> float:
        """Seconds from the start until these bytes came. Ends the benchmark if they do not."""
        while words not in self.seen:
            if time.perf_counter() - self.began > 60:
                raise SystemExit(f"never shown: {words!r}, but {self.seen[-2000:]!r}")
            self.read(0.002)
        return time.perf_counter() - self.began

    def cpu(self) -> float:
        """Seconds of CPU that the process took so far."""
        words = Path(f"/proc/{self.pid}/stat").read_text().rpartition(") ")[2].split()
        return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")

    def close(self) -> None:
        """Stop it, and wait until it is gone."""
        os.kill(self.pid, signal.SIGTERM)
        while not os.waitpid(self.pid, os.WNOHANG)[0]:
            if select.select([self.end], [], [], 0.01)[0]:
                try:
                    os.read(self.end, 65536)
                except OSError:
                    time.sleep(0.01)
        os.close(self.end)


@contextmanager
def running(argv: list[str], state: str) -> Iterator[Terminal]:
    """A process that is stopped in the end."""
    terminal = Terminal(argv, state)
    try:
        yield terminal
    finally:
        terminal.close()


class Service(BaseHTTPRequestHandler):
    """Six shops with fifteen requests a second each, of which a share fails that goes up and down."""

    began = time.monotonic()

    def do_GET(self) -> None:
        """The counters now."""
        since = time.monotonic() - self.began
        rows = ["# TYPE requests_total counter"]
        for index in range(SLOS):
            bad = int(since * (0.01 + 0.1 * index) + 20 * ((since // 7 + index) % 3 == 0))
            rows += [
                f'requests_total{{shop="{index}",code="{code}"}} {count}'
                for code, count in (("200", 1000 + int(15 * since)), ("500", 20 + bad))
            ]
        body = ("\n".join(rows) + "\n").encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/plain; version=0.0.4")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_words: object) -> None:
        """Nothing."""


def first_frames(runs: int, slos: str, state: str) -> None:
    """The time until words are seen, ours while its source does not answer."""
    with socket.create_server(("127.0.0.1", 0)) as hanging:
        watch = [SLOTUI, "watch", "--slos", slos, "--prometheus", f"http://127.0.0.1:{hanging.getsockname()[1]}"]
        pairs = []
        for _ in range(runs + 1):
            with running(watch, state) as ours:
                seconds = ours.shows(b"no answer yet")
            with running([sys.executable, "-c", BARE], state) as bare:
                pairs.append((seconds, bare.shows(b"no answer yet")))
    ratios = sorted(one / other for one, other in pairs[1:])
    ours_, bare_ = (statistics.median(times) for times in zip(*pairs[1:], strict=True))
    ratio = statistics.median(ratios)
    beside = f"a bare Textual app's {bare_ * 1000:.0f} ms ({ratios[0]:.2f}-{ratios[-1]:.2f})"
    row("first frame", f"{ours_ * 1000:.0f} ms, {ratio:.2f}x", "1.30x", beside)


def at_work(seconds: float, watch: list[str], state: str) -> None:
    """Bytes a second while the board changes every second."""
    with running([*watch, "--every", "1s"], state) as screen:
        screen.shows(b"LIVE")
        screen.read(3)
        sent, before = screen.read(seconds), screen.cpu()
        screen.read(seconds)
        spent = screen.cpu() - before
    row(
        "bytes at a refresh a second",
        f"{sent / seconds:.0f} B/s",
        "2000 B/s",
        f"{100 * spent / seconds:.1f} % of a core",
    )


def at_rest(seconds: float, watch: list[str], state: str) -> None:
    """The share of a core that a screen takes that nobody touches."""
    with running([*watch, "--every", "5s"], state) as screen:
        screen.shows(b"LIVE")
        screen.read(5)
        before = screen.cpu()
        sent = screen.read(seconds)
        spent = screen.cpu() - before
    row("at rest, a refresh in five", f"{100 * spent / seconds:.2f} %", "1.00 %", f"{sent / seconds:.0f} B/s")


def row(what: str, ours: str, budget: str, beside: str) -> None:
    """Print one row."""
    print(f"{what:30} {ours:>16}  {budget:>9}  {beside}", flush=True)


def main(words: Sequence[str] | None = None) -> None:
    """Print a table."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--long", action="store_true", help="look at the rest for a minute")
    options.add_argument("--runs", type=int, default=5, help="starts that a median is of")
    options.add_argument("--seconds", type=float, default=15, help="how long to look at the bytes and at the rest")
    asked = options.parse_args(words)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Service)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with tempfile.TemporaryDirectory() as folder:
        slos = Path(folder) / "slos.yaml"
        slos.write_text(SPEC + "".join(ONE.format(index=index) for index in range(SLOS)))
        state = f"{folder}/state"
        watch = [SLOTUI, "watch", "--slos", str(slos), "--scrape", f"http://127.0.0.1:{server.server_port}/metrics"]
        row("on a pty of 80x24", "slotui", "at most", "")
        first_frames(asked.runs, str(slos), state)
        at_work(asked.seconds, watch, state)
        at_rest(60 if asked.long else asked.seconds, watch, state)
    server.shutdown()


if __name__ == "__main__":
    main()

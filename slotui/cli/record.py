"""`slotui record`: what a source answers, in a file that can be played again."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from slotui.cli.examples import examples
from slotui.cli.options import Reading, open_source, source_options
from slotui.cli.watch import feed_of
from slotui.duration import parse, rough

if TYPE_CHECKING:
    from slotui.core.reading import Snapshot
    from slotui.source.recording.writer import Recorder
    from slotui.watch import Feed

_EVERY = "5s"


@click.command(
    epilog=examples(
        "slotui record --out incident.slr --for 2h",
        "slotui record --every 15s --prometheus http://127.0.0.1:9090",
    ),
)
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE.slr",
              help="where to  [default: slotui-<time>.slr, here]")  # fmt: skip
@click.option("--for", "length", metavar="DURATION", help="stop after this long  [default: until Ctrl-C]")
@click.option("--every", metavar="DURATION", default=_EVERY, show_default=True, help="time between two refreshes")
@click.option("--force", is_flag=True, help="write over a file that is there")
@source_options
def record(reading: Reading, out: Path | None, length: str | None, every: str, force: bool) -> int:
    """Write down what a source answers, refresh by refresh: counts, SLOs, policy, ledger and faults.

    Whatever ends it, all whole refreshes can be played: slotui replay FILE.slr
    """
    seconds = parse(length) if length else None
    opened = open_source(reading, every=parse(every))
    path = out or Path(f"slotui-{_stamp()}.slr")
    recorder = asyncio.run(_record(feed_of(opened), path, seconds, force=force))
    click.echo(f"{recorder.path}: {_count(recorder.refreshes)}, {_size(recorder.size)}", err=True)
    click.echo(f"  play it: slotui replay {recorder.path}", err=True)
    return 0


async def _record(feed: Feed, path: Path, seconds: float | None, *, force: bool) -> Recorder:
    from slotui.taping import tape

    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, stop.set)
    try:
        recorder = await tape(feed, path, seconds=seconds, stop=stop, told=_progress(path), force=force)
    finally:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            loop.remove_signal_handler(number)
        await feed.source.close()
        if sys.stderr.isatty():
            click.echo(err=True)
    return recorder


def _progress(path: Path) -> Callable[[Recorder, Snapshot], None]:
    """One line that is written over at each refresh; where nobody looks, the first and what goes wrong."""
    began: list[float] = []

    def told(recorder: Recorder, snapshot: Snapshot) -> None:
        began[:] = began[:1] or [snapshot.at]
        if sys.stderr.isatty():
            state = f"  no answer: {snapshot.problem}" if snapshot.problem else ""
            line = (
                f"{path}  {rough(snapshot.at - began[0])}  {_count(recorder.refreshes)}  {_size(recorder.size)}{state}"
            )
            click.echo(f"\r{_cut(line)}\x1b[K", err=True, nl=False)
        elif recorder.refreshes == 1:
            click.echo(f"recording to {path}; Ctrl-C ends it", err=True)
        elif snapshot.problem:
            click.echo(f"no answer: {snapshot.problem}", err=True)

    return told


def _cut(line: str) -> str:
    from shutil import get_terminal_size

    from slotui.view.ink import fit

    return fit(line, get_terminal_size().columns - 1).rstrip()


def _stamp() -> str:
    from slotui.clock import now, to_iso

    return to_iso(now()).replace(":", "").replace("-", "")


def _count(refreshes: int) -> str:
    return f"{refreshes} refresh{'es' if refreshes != 1 else ''}"


def _size(size: int) -> str:
    return f"{size / 1000:.1f} kB" if size < 1_000_000 else f"{size / 1_000_000:.1f} MB"

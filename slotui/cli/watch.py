"""`slotui watch`: the screen, or, without a terminal, one line a refresh."""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import sys
from typing import TYPE_CHECKING

import click

from slotui.cli.examples import examples
from slotui.cli.look import look_of, look_options
from slotui.cli.moments import moment_of
from slotui.cli.options import Opened, Reading, open_source, output_option, place_of, source_options
from slotui.cli.tapes import Played, playback, played_option, speed_of
from slotui.config.settings import settings
from slotui.duration import parse
from slotui.errors import StoppedByPerson, UsageError
from slotui.parent import SERVED_BY, end_with
from slotui.tui.look import Look, is_dumb

if TYPE_CHECKING:
    from slotui.opening import Opening
    from slotui.playback import Playback
    from slotui.state import RunningLab
    from slotui.tui.drill_desk import DrillDesk
    from slotui.watch import Boards, Feed

_EVERY = 5.0
"""Seconds between two refreshes that are expected of a source until it is open."""


@click.command(
    epilog=examples(
        "slotui watch",
        "slotui watch --slos slos --prometheus http://127.0.0.1:9090",
        "slotui watch --sort budget --filter 'state:page team=payments'",
        "slotui watch --output json | jq -r .verdict",
    ),
)
@click.option("--every", metavar="DURATION", help="time between two refreshes  [default: 5s]")
@look_options
@click.option("--read-only", is_flag=True, help="no chaos from this screen")
@played_option
@click.option("--speed", metavar="X", help="with --replay: how many seconds of it go in one  [default: 60]")
@click.option("--at", metavar="TIME", help="with --replay: where to begin: 2024-04-29T12:00:00Z")
@source_options
@output_option
def watch(
    reading: Reading,
    every: str | None,
    look: Look,
    read_only: bool,
    played: Played | None,
    speed: str | None,
    at: str | None,
    output: str,
) -> int:
    """Watch budgets live: the screen in a terminal, lines of text or JSON elsewhere.

    With --replay, watch what was recorded. Exits 0 after q or ctrl-c, 5 after SIGTERM or SIGHUP.
    """
    if played is not None:
        return watch_past(playback(played, reading, at=moment_of(at), speed=speed_of(speed)), look, output)
    if speed is not None or at is not None:
        raise UsageError(
            "--speed and --at go with --replay", fix="see a live source as it was: slotui status --at TIME"
        )
    seconds = parse(every) if every else settings().watch_every
    if output == "json" or not has_screen():
        return _print_lines(feed_of(open_source(reading, every=seconds)), as_json=output == "json")
    return _show(_opening(reading, seconds), None if read_only else reading, look)


def watch_past(feed: Playback, look: Look, output: str, *, drill: DrillDesk | None = None) -> int:
    """The screen on a recording or a file of counts, or a line for each of its boards; nothing is spent from there.

    `drill` is what its player knew and did, where it is the recording of a drill.
    """
    if output == "json" or not has_screen():
        return _print_lines(feed, as_json=output == "json")
    return _show(feed, None, look, drill=drill)


def has_screen() -> bool:
    """Whether there is a terminal that can be drawn on, or a browser at the other end of the pipes."""
    if server := os.environ.get(SERVED_BY):
        end_with(int(server), signal.SIGTERM)
        return True
    return sys.stdin.isatty() and sys.stdout.isatty() and not is_dumb()


def open_screen(lab: RunningLab) -> int:
    """The screen on a lab that is up; returns its exit code when it is closed."""
    from pathlib import Path

    reading = Reading((Path(lab.slos),), None, None, None, Path(lab.ledger), Path(lab.policy))
    return _show(_opening(reading, None), reading, look_of())


def _opening(reading: Reading, every: float | None) -> Opening:
    """The feed of a screen that is drawn first. Raises `SlotuiError` for what can be refused without opening anything.

    `every` is in seconds, None for what suits the source.
    """
    from slotui.opening import Opening

    return Opening(lambda: feed_of(open_source(reading, every=every)), *place_of(reading), every=every or _EVERY)


def feed_of(opened: Opened, *, since: float | None = None) -> Feed:
    """A feed of boards from an opened source, its ledger read at each refresh; with the balance `since` a moment."""
    from slotui.ledger.store import Ledger
    from slotui.watch import Feed

    return Feed(opened.source, opened.slos, opened.policy, entries=Ledger(opened.ledger).entries, since=since)


def _show(feed: Boards, reading: Reading | None, look: Look, *, drill: DrillDesk | None = None) -> int:
    """The screen; without a `reading` to hand on, nothing can be spent from it."""
    from slotui.aside import busy
    from slotui.cli.chaos_desk import CommandDesk
    from slotui.tui.app import watch as show

    desk = CommandDesk(reading) if reading is not None else None
    try:
        code = asyncio.run(show(feed, look=look, desk=desk, drill=drill))
    finally:
        # The process is about to end: looking for garbage among all that it leaves would double the time `q` takes.
        gc.freeze()
    _flush()
    if busy():
        # Left while a source was opened. An interpreter that shuts down stops that thread wherever it is; in the midst
        # of a library in C or Rust the whole process would abort. The terminal is given back already.
        os._exit(code)
    return code


def _print_lines(feed: Feed, *, as_json: bool) -> int:
    try:
        return asyncio.run(_lines(feed, as_json=as_json))
    except KeyboardInterrupt:
        return 0  # it runs until it is stopped: stopping it is no failure
    except BrokenPipeError:
        _flush()  # whoever read has what they wanted
        return 0


def _flush() -> None:
    """Empty the buffers; where nobody is at the other end, into nothing: it would be a second error at the very end."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


async def _lines(feed: Feed, *, as_json: bool) -> int:
    """A line a refresh until somebody stops it; returns the exit code for a signal."""
    import json

    from slotui.view.board_json import to_json
    from slotui.view.text import line

    printing = asyncio.current_task()
    stopped = False

    def stop() -> None:
        nonlocal stopped
        stopped = True
        if printing is not None:
            printing.cancel()

    for number in (signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, stop)
    try:
        async for board in feed.boards():
            click.echo(json.dumps(to_json(board)) if as_json else line(board))
            sys.stdout.flush()
    except asyncio.CancelledError:
        if not stopped:
            raise
    finally:
        await feed.close()
    return StoppedByPerson.exit_code

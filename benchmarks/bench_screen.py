"""What the screen costs at 80x24: a tick, a row of scrolling, a letter of a filter; beside a DataTable doing the same.

Both draw as they do for a person, down to the bytes: only the terminal is missing. Every SLO changes with each tick.
The boards are made beforehand; what making one costs stands by itself. CPU time, medians. `--long` draws ten thousand
ticks for the memory, which takes some minutes.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import os
import resource
import statistics
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from rich.text import Text
from textual.app import App, ComposeResult
from textual.drivers.headless_driver import HeadlessDriver
from textual.pilot import Pilot
from textual.widgets import DataTable, Input

from slotui.core.assemble import assemble, board_of, slo_board, source_status
from slotui.core.board import Board, SloBoard
from slotui.core.figures import burn, percent
from slotui.core.policy import DEFAULT_POLICY
from slotui.core.reading import Snapshot, read_timeline
from slotui.core.sli import EventSli, Selector
from slotui.core.slo import Slo
from slotui.core.standing import Folds
from slotui.core.timeline import Counts, Span, Timeline
from slotui.duration import DAY, HOUR, MINUTE
from slotui.tui.app import BoardReady, SlotuiApp
from slotui.view.words import gone_in
from slotui.watch import Feed

NOW = 1763820151.0
SIZE = (80, 24)
SHAPES = 10
"""SLOs of so many kinds, from one that pages to one that nobody uses."""
MOMENTS = 6
EVERY = 10.0
COLUMNS = ("STATE", "SLO", "BUDGET LEFT", "BURN 1h", "GONE IN", "TIER")


# -- boards ---------------------------------------------------------------------------------------------


@cache
def shapes() -> tuple[tuple[Slo, Timeline], ...]:
    """An SLO and its month of counts for each kind."""
    found = []
    for shape in range(SHAPES):
        slo = Slo(f"kind-{shape}", "shop", 0.999, 30 * DAY, EventSli(Selector("requests"), Selector("good")))
        line, at, end = Timeline(), NOW - 38 * DAY, NOW + MOMENTS * EVERY
        while at < end:
            step = EVERY if at >= NOW - HOUR else MINUTE if at > NOW - DAY else 5 * MINUTE
            # From the first moment on it is so bad that every burn shows it, however it is rounded.
            base = 0.0004 if at < NOW - HOUR else (0.02 if at < NOW else 0.4) / (1 + shape)
            line.extend([Span(at, at + step, 15 * step, 15 * step * base, step)])
            at += step
        found.append((slo, line))
    return tuple(found)


def snapshot(moment: int) -> Snapshot:
    """One answer of a source, for an SLO of each kind."""
    at = NOW + moment * EVERY
    return Snapshot(at, {slo.name: read_timeline(slo, line, at) for slo, line in shapes()})


@cache
def boards(count: int) -> tuple[Board, ...]:
    """Boards of `count` SLOs, ten seconds apart."""
    made = []
    for moment in range(MOMENTS):
        seen = snapshot(moment)
        status = source_status("prometheus", "http://127.0.0.1:9090", seen, 60.0)
        one = assemble(seen, [slo for slo, _ in shapes()], DEFAULT_POLICY, (), status)
        slos = [named(one.slos[index * SHAPES // count], f"shop-{index:04}") for index in range(count)]
        made.append(replace(one, slos=tuple(slos), refresh=EVERY))
    return tuple(made)


def named(slo: SloBoard, name: str) -> SloBoard:
    """The same numbers for another SLO."""
    return replace(slo, slo=replace(slo.slo, name=name))


# -- two apps -------------------------------------------------------------------------------------------


class Unseen(HeadlessDriver):
    """A terminal that nobody looks at: everything is drawn and sent, and counted."""

    sent = 0

    @property
    def is_headless(self) -> bool:
        return False

    def write(self, data: str) -> None:
        Unseen.sent += len(data.encode())


class Silent:
    """A source that never answers: the boards are posted by hand."""

    kind, url, every, stale_after, settle = "prometheus", "http://127.0.0.1:9090", EVERY, 60.0, 5.0

    async def read(self, _at: float | None = None) -> Snapshot:
        """Wait for ever."""
        return await asyncio.Future()

    async def count(self, _slo: str, _start: float, _end: float) -> Counts | None:
        """Not asked for by a screen."""
        return None

    async def close(self) -> None:
        """Nothing to close."""


@dataclass
class Ours:
    """The screen, on a clock that goes on when a board comes."""

    count: int

    def __post_init__(self) -> None:
        self.boards = boards(self.count)
        self.moment = [NOW]
        feed = Feed(Silent(), [], DEFAULT_POLICY, clock=self._clock)
        self.app = SlotuiApp(feed, clock=self._clock, monotonic=self._clock)

    def _clock(self) -> float:
        return self.moment[0]

    def tick(self, number: int) -> None:
        """The next board."""
        board = self.boards[number % MOMENTS]
        self.moment[0] += EVERY
        self.app.post_message(BoardReady(replace(board, at=self.moment[0])))

    def down(self) -> None:
        """The cursor a row further."""
        self.app.overview.action_down()


class Table(App[None]):
    """What one would build from Textual's own parts: a DataTable, and an Input to filter by."""

    def __init__(self, count: int) -> None:
        super().__init__()
        rows = [[cells(slo) for slo in board.slos] for board in boards(count)]
        self.names = [slo.name for slo in boards(count)[0].slos]
        self.rows = rows
        self.changes = [
            [
                (name, column, after)
                for name, was, now in zip(self.names, rows[moment - 1], rows[moment], strict=True)
                for column, before, after in zip(COLUMNS, was, now, strict=True)
                if before != after
            ]
            for moment in range(MOMENTS)
        ]

    def compose(self) -> ComposeResult:
        yield Input()
        yield DataTable(cursor_type="row")

    @property
    def table(self) -> DataTable[Text]:
        """The list."""
        return self.query_one(DataTable)

    def on_mount(self) -> None:
        for column in COLUMNS:
            self.table.add_column(column, key=column)
        self.fill("")

    def fill(self, word: str) -> None:
        """The rows whose name has the word."""
        self.table.clear()
        for name, row in zip(self.names, self.rows[0], strict=True):
            if word in name:
                self.table.add_row(*(Text(cell) for cell in row), key=name)

    def on_input_changed(self, event: Input.Changed) -> None:
        self.fill(event.value)

    def tick(self, number: int) -> None:
        """Every cell that changed."""
        with self.batch_update():
            for name, column, text in self.changes[number % MOMENTS]:
                self.table.update_cell(name, column, Text(text))

    def down(self) -> None:
        """The cursor a row further."""
        self.table.action_cursor_down()


def cells(slo: SloBoard) -> tuple[str, ...]:
    """What our list says of an SLO, without its bar and its colours."""
    hour = slo.burns.get(HOUR)
    return slo.state.value, slo.name, percent(slo.remaining), burn(hour), gone_in(slo), slo.tier_name


async def on_stage(app: App[Any], play: Callable[[Pilot[Any]], Awaitable[None]]) -> None:
    """Run an app at 80x24 for as long as `play` does."""
    app.driver_class = Unseen

    async def played(pilot: Pilot[Any]) -> None:
        await pilot.pause()
        await play(pilot)
        app.exit()

    await app.run_async(size=SIZE, auto_pilot=played)
    if app.return_code:
        raise SystemExit(f"{app.title} broke")


# -- what is measured -----------------------------------------------------------------------------------


async def each(pilot: Pilot[Any], act: Callable[[int], None], times: int) -> list[float]:
    """Milliseconds of CPU of each act, until everything it asked for is on the screen. The first two warm up."""
    found = []
    for number in range(times + 2):
        began = time.process_time()
        act(number)
        await pilot.pause()
        found.append((time.process_time() - began) * 1000)
    return found[2:]


async def typed(pilot: Pilot[Any], word: str) -> list[float]:
    """Milliseconds of CPU of each letter."""
    found = []
    for letter in word:
        began = time.process_time()
        await pilot.press(letter)
        await pilot.pause()
        found.append((time.process_time() - began) * 1000)
    return found


@dataclass
class Costs:
    """Medians in milliseconds of CPU, and bytes a tick."""

    tick: float = 0.0
    row: float = 0.0
    letter: float = 0.0
    sent: float = 0.0


async def costs(app: App[Any], part: Ours | Table, times: int, rows: int, first: str, word: str) -> Costs:
    """Ticks, rows and letters of one of the two."""
    found = Costs()

    async def play(pilot: Pilot[Any]) -> None:
        part.tick(0)
        await pilot.pause()
        Unseen.sent = 0
        found.tick = statistics.median(await each(pilot, part.tick, times))
        found.sent = Unseen.sent / (times + 2)
        found.row = statistics.median(await each(pilot, lambda _: part.down(), rows))
        await pilot.press(first)
        found.letter = statistics.median(await typed(pilot, word))

    await on_stage(app, play)
    return found


async def both(count: int, times: int, rows: int) -> tuple[Costs, Costs]:
    """Ours, then the DataTable's."""
    ours, table = Ours(count), Table(count)
    word = "shop-1"
    found = await costs(ours.app, ours, times, rows, "/", word)
    return found, await costs(table, table, times, rows, "home", word)


def assembling(count: int) -> tuple[float, float]:
    """Milliseconds of CPU in which a Board of `count` SLOs is assembled: the first, and one of a later refresh."""
    seen, kinds = snapshot(0), [slo for slo, _ in shapes()]
    slos = [replace(kinds[index % SHAPES], name=f"shop-{index:04}") for index in range(count)]
    readings = {slo.name: seen.readings[f"kind-{index % SHAPES}"] for index, slo in enumerate(slos)}
    status = source_status("prometheus", "", seen, 60.0)
    seen, folds, found = replace(seen, readings=readings), Folds(), []
    for _ in range(2):
        began = time.process_time()
        board_of([slo_board(slo, seen, DEFAULT_POLICY, (), folds) for slo in slos], seen, DEFAULT_POLICY, (), status)
        found.append((time.process_time() - began) * 1000)
    return found[0], found[1]


def reading(count: int) -> float:
    """Milliseconds of CPU in which the readings of `count` SLOs are made of their timelines."""
    kinds = shapes()
    began = time.process_time()
    for index in range(count):
        read_timeline(*kinds[index % SHAPES], NOW)
    return (time.process_time() - began) * 1000


def resident() -> float:
    """MB that this process takes now."""
    gc.collect()
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize() / 1e6


async def memory(ticks: int, warm: int) -> tuple[float, float]:
    """MB after `warm` ticks, and after so many more."""
    ours = Ours(50)
    found: list[float] = []

    async def play(pilot: Pilot[Any]) -> None:
        for number in range(warm + ticks):
            if number == warm:
                found.append(resident())
            ours.tick(number)
            await pilot.pause()
        found.append(resident())

    await on_stage(ours.app, play)
    return found[0], found[1]


def line(what: str, ours: float, unit: str, budget: str = "", table: float | None = None) -> None:
    """Print one row."""
    beside = "" if table is None else f"{table:9.1f} {unit}  {ours / table:5.2f}x"
    print(f"{what:34} {ours:9.1f} {unit:5} {budget:>8}  {beside}".rstrip())


def main(words: Sequence[str] | None = None) -> None:
    """Print a table."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--long", action="store_true", help="ten thousand ticks for the memory")
    options.add_argument("--ticks", type=int, default=20, help="ticks that a median is of")
    options.add_argument("--slos", type=int, nargs="+", default=[50, 5000])
    asked = options.parse_args(words)
    os.environ["COLORTERM"] = "truecolor"
    print(f"{'at 80x24':34} {'slotui':>9} {'':5} {'at most':>8}  a DataTable's, and the ratio")
    for count in asked.slos:
        ours, table = asyncio.run(both(count, asked.ticks, 2 * asked.ticks))
        line(f"a tick with {count} SLOs", ours.tick, "ms", "10" if count <= 50 else "15", table.tick)
        line(f"a row of scrolling among {count}", ours.row, "ms", "", table.row)
        line(f"a letter of a filter of {count}", ours.letter, "ms", "", table.letter)
        line("bytes to the terminal a tick", ours.sent, "bytes", "2000", table.sent)
    for count in asked.slos:
        first, again = assembling(count)
        line(f"reading the timelines of {count}", reading(count), "ms")
        line(f"assembling a first Board of {count}", first, "ms")
        line(f"assembling the next one of {count}", again, "ms")
    ticks = 10_000 if asked.long else 10 * asked.ticks
    first, last = asyncio.run(memory(ticks, ticks // 10))
    print(f"{f'memory over {ticks} ticks':34} {first:9.1f} MB at first, {last:.1f} MB at last ({last - first:+.1f})")


if __name__ == "__main__":
    main()

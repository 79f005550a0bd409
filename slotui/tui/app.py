"""The app: one poll worker, one Board on the screen, and a terminal that is always given back."""

from __future__ import annotations

import asyncio
import signal
import threading
import time
from typing import ClassVar

from textual import work
from textual.app import App
from textual.message import Message
from textual.worker import Worker, WorkerState

from slotui.clock import Clock, now
from slotui.core.board import Board
from slotui.errors import StoppedByPerson
from slotui.tui.colours import GROUND, TEXT
from slotui.tui.scene import Scene
from slotui.tui.screens.base import BoardScreen
from slotui.tui.screens.detail import DetailScreen
from slotui.tui.screens.explain import ExplainScreen
from slotui.tui.screens.help import HelpScreen
from slotui.tui.screens.overview import OverviewScreen
from slotui.tui.showing import Showing
from slotui.view.words import UNICODE, Glyphs
from slotui.watch import FASTEST, SLOWEST, Feed

_RATES = (FASTEST, 2.0, 5.0, 10.0, 15.0, 30.0, 60.0, 120.0, SLOWEST)
_SIGNALS = (signal.SIGTERM, signal.SIGHUP)


class BoardReady(Message):
    """A new Board from the feed."""

    def __init__(self, board: Board) -> None:
        super().__init__()
        self.board = board


class SlotuiApp(App[None]):
    """Shows the Boards of a feed. It reads nothing itself, and closes nothing that it did not open."""

    ENABLE_COMMAND_PALETTE = False
    ALLOW_SELECT = False
    TITLE = "slotui"
    CSS = f"""
    Screen {{ background: {GROUND}; color: {TEXT}; }}
    #trust, #footer, #rule, #header, #note {{ height: 1; }}
    #verdict {{ height: 3; }}
    #panes, #page, #cramped, #sections {{ height: 1fr; }}
    #table {{ height: 1; }}
    #list {{ width: 1fr; }}
    #beside {{ width: 1fr; height: 1fr; border-left: solid #4d5761; display: none; }}
    #cramped {{ display: none; }}
    .wide #beside {{ display: block; }}
    .small #cramped {{ display: block; }}
    .small #verdict, .small #rule, .small #panes, .small #page {{ display: none; }}
    """
    BINDINGS: ClassVar = []

    def __init__(
        self, feed: Feed, *, clock: Clock = now, glyphs: Glyphs = UNICODE, monotonic: Clock = time.monotonic
    ) -> None:
        super().__init__()
        self.feed = feed
        self.glyphs = glyphs
        self.monotonic = monotonic
        self.showing = Showing(feed.source, clock, glyphs)

    def get_default_screen(self) -> OverviewScreen:
        return OverviewScreen(self.glyphs)

    def on_mount(self) -> None:
        self._on_signals()
        self.set_interval(1.0, self._tick)
        self._poll()

    def on_unmount(self) -> None:
        self._off_signals()

    @work(exclusive=True, exit_on_error=False)
    async def _poll(self) -> None:
        async for board in self.feed.boards():
            self.post_message(BoardReady(board))

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        # The feed turns every failure into a Board. If it ends all the same, a screen that
        # stands still would lie: better to stop, and to say why.
        if event.state is WorkerState.ERROR:
            self.exit(return_code=1, message=f"slotui: the feed broke: {event.worker.error!r}")

    def on_board_ready(self, message: BoardReady) -> None:
        self.showing.take(message.board)
        if self.showing.frozen:
            self._board_screen().tick(self.scene())
        else:
            self._board_screen().show(self.scene())

    def scene(self) -> Scene:
        """What is to be seen now."""
        return self.showing.scene()

    def _tick(self) -> None:
        scene = self.scene()
        screen = self._board_screen()
        if scene.board is not self.showing.board:
            screen.show(scene)
        else:
            screen.tick(scene)

    def _board_screen(self) -> BoardScreen:
        screen = self.screen
        if not isinstance(screen, BoardScreen):  # pragma: no cover - every screen of this app is one
            raise TypeError(f"{screen!r} cannot show a board")
        return screen

    # -- where to go ------------------------------------------------------------------------------

    @property
    def overview(self) -> OverviewScreen:
        """The screen at the bottom of the stack."""
        screen = self.screen_stack[0]
        if not isinstance(screen, OverviewScreen):  # pragma: no cover - see get_default_screen
            raise TypeError(f"{screen!r} is not the overview")
        return screen

    def open_detail(self, slo: str) -> None:
        """One SLO in full."""
        self.push_screen(DetailScreen(slo))

    def open_explain(self, slo: str) -> None:
        """The arithmetic behind one SLO's numbers."""
        self.push_screen(ExplainScreen(slo))

    def back_from_detail(self, slo: str) -> None:
        """To the overview, its cursor on the SLO that was looked at."""
        self.overview.table.select(slo)
        self.pop_screen()

    def neighbour(self, slo: str, step: int) -> str:
        """The SLO `step` rows from this one in the list, as far as it goes."""
        return self.overview.table.neighbour(slo, step)

    # -- actions of the table in actions.py that mean the same everywhere -----------------------------

    def action_help(self) -> None:
        """Show the keys, or close them."""
        if isinstance(self.screen, HelpScreen):
            self.pop_screen()
        else:
            self.push_screen(HelpScreen())

    def action_pause(self) -> None:
        """Freeze the screen, or catch up."""
        self.showing.freeze_or_go_on()
        self._board_screen().redraw()

    def action_refresh(self) -> None:
        """Ask the source now."""
        self.feed.refresh_now()

    def action_faster(self) -> None:
        """Refresh more often."""
        self._set_rate(max((rate for rate in _RATES if rate < self.feed.every), default=FASTEST))

    def action_slower(self) -> None:
        """Refresh less often."""
        self._set_rate(min((rate for rate in _RATES if rate > self.feed.every), default=SLOWEST))

    def _set_rate(self, every: float) -> None:
        self.feed.every = every
        self.feed.refresh_now()

    # -- signals --------------------------------------------------------------------------------------

    def _on_signals(self) -> None:
        # Unhandled, they would end the process with the terminal still in its raw mode.
        if threading.current_thread() is threading.main_thread():
            for number in _SIGNALS:
                asyncio.get_running_loop().add_signal_handler(number, self._stopped)

    def _off_signals(self) -> None:
        if threading.current_thread() is threading.main_thread():
            for number in _SIGNALS:
                asyncio.get_running_loop().remove_signal_handler(number)

    def _stopped(self) -> None:
        self.exit(return_code=StoppedByPerson.exit_code)


async def watch(feed: Feed, *, clock: Clock = now, glyphs: Glyphs = UNICODE) -> int:
    """Show a feed until somebody quits, then close its source; the exit code of the app.

    0 after `q`, 5 after SIGTERM or SIGHUP, 1 after a bug. Without a terminal, use `slotui.view.text.line`.
    """
    app = SlotuiApp(feed, clock=clock, glyphs=glyphs)
    try:
        await app.run_async()
    finally:
        await feed.source.close()
    return app.return_code or 0

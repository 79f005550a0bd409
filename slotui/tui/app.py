"""The app: one poll worker, one Board on the screen, and a terminal that is always given back."""

from __future__ import annotations

import asyncio
import signal
import threading
import time
from collections.abc import Callable
from functools import partial
from typing import ClassVar

from textual import work
from textual.driver import Driver
from textual.message import Message
from textual.worker import Worker, WorkerState

from slotui.clock import Clock, now
from slotui.core.board import Board
from slotui.errors import StoppedByPerson
from slotui.tui.beacon import Beacon
from slotui.tui.chaos_desk import ChaosDesk
from slotui.tui.choice import Choice
from slotui.tui.clipboard import QuestionsInTurn
from slotui.tui.commands import Palette
from slotui.tui.driver import losable
from slotui.tui.look import PLAIN, Look
from slotui.tui.player import NO_REPLAY, player_of
from slotui.tui.saving import save
from slotui.tui.scene import Scene
from slotui.tui.screens.alerts import AlertsScreen
from slotui.tui.screens.base import BoardScreen
from slotui.tui.screens.chaos import ChaosScreen
from slotui.tui.screens.detail import DetailScreen
from slotui.tui.screens.explain import ExplainScreen
from slotui.tui.screens.help import HelpScreen
from slotui.tui.screens.ledger import LedgerScreen
from slotui.tui.screens.overview import OverviewScreen
from slotui.tui.screens.policy import PolicyScreen
from slotui.tui.screens.what_if import WhatIfScreen
from slotui.tui.showing import Showing
from slotui.tui.themes import DEFAULT, Themed
from slotui.tui.widgets.trust_line import TrustLine
from slotui.view.ink import Role
from slotui.view.questions import without
from slotui.view.words import UNICODE, Glyphs
from slotui.watch import FASTEST, SLOWEST, Feed

_RATES = (FASTEST, 2.0, 5.0, 10.0, 15.0, 30.0, 60.0, 120.0, SLOWEST)
_SIGNALS = (signal.SIGTERM, signal.SIGHUP)


class BoardReady(Message):
    """A new Board from the feed."""

    def __init__(self, board: Board) -> None:
        super().__init__()
        self.board = board


class SlotuiApp(Themed):
    """Shows the Boards of a feed. It reads nothing itself, and closes nothing that it did not open."""

    ENABLE_COMMAND_PALETTE = False
    ALLOW_SELECT = False
    TITLE = "slotui"
    CSS = """
    Screen { background: $background; color: $foreground; }
    #trust, #footer, #rule, #header, #note { height: 1; }
    #verdict { height: 3; }
    #panes, #page, #cramped, #sections { height: 1fr; }
    #table { height: 1; }
    #list { width: 1fr; }
    #beside { width: 1fr; height: 1fr; border-left: solid $slotui-rule; display: none; }
    .filtering #footer { display: none; }
    #cramped { display: none; }
    .small #cramped { display: block; }
    .small #verdict, .small #rule, .small #panes, .small #page { display: none; }
    """
    BINDINGS: ClassVar = []

    def __init__(
        self,
        feed: Feed,
        *,
        clock: Clock = now,
        glyphs: Glyphs = UNICODE,
        monotonic: Clock = time.monotonic,
        desk: ChaosDesk | None = None,
        theme: str = DEFAULT,
        bell: bool = False,
    ) -> None:
        super().__init__(theme)
        self.desk = desk
        self.feed = feed
        self.choice = Choice()
        self.glyphs = glyphs
        self.monotonic = monotonic
        self._questions = QuestionsInTurn()
        self.player = player_of(feed)
        self.showing = Showing(feed.source, self.player.clock if self.player else clock, glyphs)
        self.beacon = Beacon(self._to_terminal, self.bell if bell else None, glyphs, feed.source.stale_after)

    def get_driver_class(self) -> type[Driver]:
        return losable(super().get_driver_class())

    def get_default_screen(self) -> OverviewScreen:
        return OverviewScreen(self.glyphs, self.choice)

    def on_mount(self) -> None:
        self._on_signals()
        self.beacon.light()
        self.set_interval(1.0, self._tick)
        self._poll()

    def on_unmount(self) -> None:
        self.beacon.put_out()
        self._off_signals()

    def _to_terminal(self, text: str) -> None:
        if self._driver is not None and not self.is_headless:
            self._driver.write(text)

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
        self.beacon.show(self.showing.newest)
        if self.showing.frozen:
            self._board_screen().tick(self.scene())
        else:
            self._board_screen().show(self.scene())

    def scene(self) -> Scene:
        """What is to be seen now."""
        scene = self.showing.scene()
        return self.player.scene(scene) if self.player else scene

    def _tick(self) -> None:
        self.beacon.show(self.showing.newest)
        scene = self.scene()
        screen = self._board_screen()
        if scene.board is not self.showing.board:
            screen.show(scene)
        else:
            screen.tick(scene)

    def _board_screen(self) -> BoardScreen:
        """The topmost that shows a board: what lies over it, as the palette, does not."""
        return next(screen for screen in reversed(self.screen_stack) if isinstance(screen, BoardScreen))

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

    def open_what_if(self, slo: str) -> None:
        """A line to type a fault into, over whatever is open."""
        self.push_screen(WhatIfScreen(slo))

    def back_from_detail(self, slo: str) -> None:
        """To the overview, its cursor on the SLO that was looked at."""
        self.overview.table.select(slo)
        self.pop_screen()

    def go_to(self, slo: str) -> None:
        """From wherever one is to one SLO in full; from there back is the overview."""
        while len(self.screen_stack) > 1:
            self.pop_screen()
        self.overview.table.select(slo)
        self.open_detail(slo)

    def turn_to(self, page: BoardScreen) -> None:
        """A page beside the overview and the detail; from one page to another is not a way deeper."""
        if isinstance(self.screen, OverviewScreen | DetailScreen):
            self.push_screen(page)
        else:
            self.switch_screen(page)

    def say(self, text: str, *, role: Role = Role.STRONG) -> None:
        """Tell something in the footer's line of the screen that is seen."""
        self._board_screen().say(text, role=role)

    def copy_query(self, name: str | None) -> None:
        """Copy a question behind an SLO's numbers; pressed again soon, the next one."""
        board = self.scene().board
        slo = board.find(name) if board is not None and name is not None else None
        if slo is None:
            self.say("nothing to copy: no SLO is meant here")
        elif (copy := self._questions.next(slo, self.monotonic())) is None:
            self.say(f"nothing to copy: {without(slo)}")
        else:
            self.copy_to_clipboard(copy.text)
            self.say(f"copied {copy.number} of {copy.count}, y for the next: {copy.question.about} of {slo.name}")

    def zoom_chart(self, slo: str | None) -> None:
        """A closer look at the charts, as close as this SLO has; from the closest back to the whole window."""
        self.showing.look_closer(slo)
        self._board_screen().redraw()

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

    def action_chaos(self) -> None:
        """Price, start or halt a fault."""
        self.push_screen(ChaosScreen(self.desk, self.glyphs))

    def action_policy(self) -> None:
        """What policy makes of the SLO that is meant, or back from it."""
        if isinstance(self.screen, PolicyScreen):
            self.pop_screen()
        else:
            self.push_screen(PolicyScreen(self._board_screen().subject or self.overview.subject))

    def action_ledger(self) -> None:
        """Where the budget went; again: of one SLO, or of all."""
        screen = self._board_screen()
        if isinstance(screen, LedgerScreen):
            screen.turn()
        else:
            self.turn_to(LedgerScreen(screen.subject))

    def action_alerts(self) -> None:
        """Every alert tier, or back from there."""
        if isinstance(self.screen, AlertsScreen):
            self.pop_screen()
        else:
            self.turn_to(AlertsScreen())

    def action_palette(self) -> None:
        """Find an SLO or an action by a few letters."""
        self.push_screen(Palette(ascii_only=not self.glyphs.dots))

    def action_save(self) -> None:
        """This screen as SVG and text, its board as JSON."""
        self.run_worker(save(self, self._board_screen(), self.scene()), group="save")

    def action_pause(self) -> None:
        """Freeze the screen, or catch up; stop a replay, or play on."""
        if self.player:
            self.player.play_or_pause()
        else:
            self.showing.freeze_or_go_on()
        self._board_screen().redraw()

    def action_refresh(self) -> None:
        """Ask the source now."""
        self.feed.refresh_now()

    def action_faster(self) -> None:
        """Refresh more often; play faster."""
        if self.player:
            self._turned(self.player.faster)
            return
        self._set_rate(max((rate for rate in _RATES if rate < self.feed.every), default=FASTEST))

    def action_slower(self) -> None:
        """Refresh less often; play slower."""
        if self.player:
            self._turned(self.player.slower)
            return
        self._set_rate(min((rate for rate in _RATES if rate > self.feed.every), default=SLOWEST))

    def action_step_back(self) -> None:
        """A replay's board before."""
        self._step(-1)

    def action_step(self) -> None:
        """A replay's next board."""
        self._step(1)

    def action_leap_back(self) -> None:
        """Ten boards back."""
        self._step(-10)

    def action_leap(self) -> None:
        """Ten boards on."""
        self._step(10)

    def _step(self, count: int) -> None:
        if self.player is None:
            self._board_screen().say(NO_REPLAY)
        else:
            self._turned(partial(self.player.step, count))

    def on_trust_line_pointed(self, message: TrustLine.Pointed) -> None:
        if self.player is not None:
            point = partial(self.player.point, self.scene(), message.column, message.columns, first=message.first)
            self._turned(point)

    def _turned(self, turn: Callable[[], None]) -> None:
        turn()
        self._board_screen().tick(self.scene())  # at once; the board follows

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


async def watch(feed: Feed, *, clock: Clock = now, look: Look = PLAIN, desk: ChaosDesk | None = None) -> int:
    """Show a feed until somebody quits, then close its source; the exit code of the app.

    0 after `q`, 5 after SIGTERM or SIGHUP, 1 after a bug. Without a terminal, use `slotui.view.text.line`.
    """
    app = SlotuiApp(feed, clock=clock, glyphs=look.glyphs, desk=desk, theme=look.theme, bell=look.bell)
    app.choice = Choice(look.order, look.filter)
    try:
        await app.run_async()
    finally:
        await feed.source.close()
    return app.return_code or 0

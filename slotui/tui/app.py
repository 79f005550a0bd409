"""The app: one poll worker, one Board on the screen, and a terminal that is always given back."""

from __future__ import annotations

import asyncio
import signal
import threading
import time
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from textual import work
from textual.driver import Driver
from textual.message import Message
from textual.worker import Worker, WorkerState

from slotui import pace
from slotui.aside import aside
from slotui.clock import Clock, now
from slotui.errors import SlotuiError, StoppedByPerson
from slotui.opening import Opening
from slotui.tui.beacon import Beacon
from slotui.tui.clipboard import QuestionsInTurn
from slotui.tui.driver import losable
from slotui.tui.keys_in_turn import KeysInTurn
from slotui.tui.look import PLAIN, Look
from slotui.tui.navigation import Navigated, import_pages
from slotui.tui.scene import Scene
from slotui.tui.screens.base import BoardScreen
from slotui.tui.screens.waiting import WaitingScreen
from slotui.tui.showing import Showing
from slotui.tui.themes import DEFAULT
from slotui.tui.widgets.trust_line import TrustLine
from slotui.view.words import UNICODE, Glyphs

if TYPE_CHECKING:
    from slotui.core.board import Board
    from slotui.tui.chaos_desk import ChaosDesk
    from slotui.tui.drill_desk import DrillDesk
    from slotui.tui.player import Player
    from slotui.view.ink import Line
    from slotui.view.order import Order
    from slotui.watch import Boards

_SIGNALS = (signal.SIGTERM, signal.SIGHUP)
_BOARDS = "boards"
_NO_REPLAY = "only a replay has steps: slotui replay FILE"


class BoardReady(Message):
    """A new Board from the feed."""

    def __init__(self, board: Board) -> None:
        super().__init__()
        self.board = board


class SlotuiApp(Navigated, KeysInTurn):
    """Shows the Boards of a feed. It reads nothing itself, and closes nothing that it did not open.

    Of a feed that is still being opened it shows what is waited for; `refused` is why that came to nothing.
    """

    ENABLE_COMMAND_PALETTE = False
    ALLOW_SELECT = False
    TITLE = "slotui"
    CSS = """
    Screen { background: $background; color: $foreground; }
    #trust, #drill, #footer, #rule, #header, #note { height: 1; }
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
        feed: Boards,
        *,
        clock: Clock = now,
        glyphs: Glyphs = UNICODE,
        monotonic: Clock = time.monotonic,
        desk: ChaosDesk | None = None,
        theme: str = DEFAULT,
        bell: bool = False,
        order: Order = PLAIN.order,
        text: str = "",
    ) -> None:
        super().__init__(glyphs, desk, theme)
        self.feed = feed
        self.monotonic = monotonic
        self._order, self._filter = order, text
        self.refused: SlotuiError | None = None
        self.player = _player_of(feed)
        self.showing = Showing(feed, self.player.clock if self.player else clock, glyphs)
        self.beacon = Beacon(self._to_terminal, self.bell if bell else None, glyphs, lambda: feed.source.stale_after)
        self._questions = QuestionsInTurn()

    def get_driver_class(self) -> type[Driver]:
        return losable(super().get_driver_class())

    def get_default_screen(self) -> BoardScreen:
        return WaitingScreen() if isinstance(self.feed, Opening) else self._overview()

    def _overview(self) -> BoardScreen:
        from slotui.tui.choice import Choice
        from slotui.tui.screens.overview import OverviewScreen

        return OverviewScreen(self.glyphs, Choice(self._order, self._filter))

    def on_mount(self) -> None:
        self._on_signals()
        self.beacon.light()
        self.set_interval(1.0, self._tick)
        # After the frame: what is imported and opened from here on takes the interpreter in turns with the loop.
        self.call_after_refresh(self._poll)

    def on_unmount(self) -> None:
        self.beacon.put_out()
        self._off_signals()

    def _to_terminal(self, text: str) -> None:
        if self._driver is not None and not self.is_headless:
            self._driver.write(text)

    @work(exclusive=True, exit_on_error=False)
    async def _poll(self) -> None:
        if isinstance(self.screen, WaitingScreen):
            await aside(import_pages)
            await self._begin(self.screen)
        async for board in self.feed.boards():
            self.post_message(BoardReady(board))

    async def _begin(self, waiting: WaitingScreen) -> None:
        """The overview in the place of the first frame; the keys that were pressed meanwhile are pressed there."""
        self.add_mode(_BOARDS, self._overview)
        await self.switch_mode(_BOARDS)
        # One by one, as Textual's own `run --press`: what a key opens takes the focus before the next one comes.
        await self._press_keys(waiting.kept)

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        # The feed turns every failure into a Board. If it cannot be opened, or ends all the same, a screen that
        # stands still would lie: better to stop, and to say why.
        if event.state is not WorkerState.ERROR:
            return
        if isinstance(event.worker.error, SlotuiError):
            self.refused = event.worker.error
            self.exit(return_code=self.refused.exit_code)
        else:
            self.exit(return_code=1, message=f"slotui: the feed broke: {event.worker.error!r}")

    def on_board_ready(self, message: BoardReady) -> None:
        self.showing.take(message.board)
        self.beacon.show(self.showing.newest)
        if self._taken_down:
            return
        if self.showing.frozen:
            self.board_screen.tick(self.scene())
        else:
            self.board_screen.show(self.scene())

    more_actions: ClassVar[tuple[tuple[str, str, str], ...]] = ()
    """Actions beside those of the table in actions.py, for the palette: key, name, what it does."""

    def drill_line(self, _width: int) -> Line | None:
        """What every screen says of a drill, in so many columns; None where none is played."""
        return None

    def scene(self) -> Scene:
        """What is to be seen now."""
        scene = self.showing.scene()
        return self.player.scene(scene) if self.player else scene

    def _tick(self) -> None:
        if self._taken_down:
            return
        self.beacon.show(self.showing.newest)
        scene = self.scene()
        screen = self.board_screen
        if scene.board is not self.showing.board:
            screen.show(scene)
        else:
            screen.tick(scene)

    @property
    def _taken_down(self) -> bool:
        """Whether Textual has taken the screens down already; timers and messages may still come after that."""
        return not self.screen_stack

    # -- actions of the table in actions.py that mean the same everywhere -----------------------------

    def copy_query(self, name: str | None) -> None:
        """Copy a question behind an SLO's numbers; pressed again soon, the next one."""
        from slotui.view.questions import without

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
        self.board_screen.redraw()

    def action_save(self) -> None:
        """This screen as SVG and text, its board as JSON."""
        from slotui.tui.saving import save

        self.run_worker(save(self, self.board_screen, self.scene()), group="save")

    def action_pause(self) -> None:
        """Freeze the screen, or catch up; stop a replay, or play on."""
        if self.player:
            self.player.play_or_pause()
        else:
            self.showing.freeze_or_go_on()
        self.board_screen.redraw()

    def action_refresh(self) -> None:
        """Ask the source now."""
        self.feed.refresh_now()

    def action_faster(self) -> None:
        """Refresh more often; play faster."""
        if self.player:
            self._turned(self.player.faster)
            return
        self._set_rate(pace.faster(self.feed.every))

    def action_slower(self) -> None:
        """Refresh less often; play slower."""
        if self.player:
            self._turned(self.player.slower)
            return
        self._set_rate(pace.slower(self.feed.every))

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
            self.board_screen.say(_NO_REPLAY)
        else:
            self._turned(partial(self.player.step, count))

    def on_trust_line_pointed(self, message: TrustLine.Pointed) -> None:
        if self.player is not None:
            point = partial(self.player.point, self.scene(), message.column, message.columns, first=message.first)
            self._turned(point)

    def _turned(self, turn: Callable[[], None]) -> None:
        turn()
        self.board_screen.tick(self.scene())  # at once; the board follows

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


def _player_of(feed: Boards) -> Player | None:
    if not feed.past:
        return None
    from slotui.tui.player import player_of

    return player_of(feed)


async def watch(
    feed: Boards,
    *,
    clock: Clock = now,
    look: Look = PLAIN,
    desk: ChaosDesk | None = None,
    drill: DrillDesk | None = None,
) -> int:
    """Show a feed until somebody quits, then close it; the exit code of the app. Raises why it could not be opened.

    With a `drill`, it is played on the same screens. 0 after `q`, 5 after SIGTERM or SIGHUP, 1 after a bug. Without a
    terminal, use `slotui.view.text.line`.
    """
    app = _app(feed, clock, look, desk, drill)
    try:
        await app.run_async()
    finally:
        await feed.close()
    if app.refused is not None:
        raise app.refused
    return app.return_code or 0


def _app(feed: Boards, clock: Clock, look: Look, desk: ChaosDesk | None, drill: DrillDesk | None) -> SlotuiApp:
    options: dict[str, Any] = {
        "clock": clock,
        "glyphs": look.glyphs,
        "desk": desk,
        "theme": look.theme,
        "bell": look.bell,
        "order": look.order,
        "text": look.filter,
    }
    if drill is None:
        return SlotuiApp(feed, **options)
    from slotui.tui.drilled import DrilledApp

    return DrilledApp(drill, feed, rings=look.bell, **options)

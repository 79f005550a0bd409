"""The chaos panel: a fault is priced, confirmed by a typed name, started and halted. All of that is done elsewhere."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import partial
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.widgets import Input
from textual.worker import Worker

from slotui.core.quote import FaultOn, Quote, Started
from slotui.errors import UsageError
from slotui.tui.actions import Place, bindings
from slotui.tui.chaos_desk import ChaosDesk, DeskError
from slotui.tui.fault_words import overrides
from slotui.tui.on_now import OnNow
from slotui.tui.scene import Scene
from slotui.tui.screens.base import BoardScreen
from slotui.tui.widgets.fault_form import FaultForm
from slotui.tui.widgets.halt_line import HaltLine
from slotui.tui.widgets.lines import Lines
from slotui.tui.widgets.plain_input import plain_input
from slotui.view.chaos_panel import Panel, Phase, answer, keys, no_desk, word_to_type
from slotui.view.ink import Line, Role, clip, line, rule, width
from slotui.view.words import Glyphs

STAYS_TRUE = 60.0
"""Seconds for which a price may be spent on; after that it is asked for anew."""

_MOST_ON = 6
_LEAST_ANSWER = 3


class ChaosScreen(BoardScreen):
    """Asks a desk, and shows what it answers. Without one it says so, and what to type instead."""

    place = Place.CHAOS
    # A form is typed into: only what no field wants is a key here, and H where no field has the focus.
    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings(Place.CHAOS),
        Binding("escape", "leave", "give up, or back", show=False),
        Binding("enter", "go", "price it, type the name, spend it", show=False),
        Binding("down", "app.focus_next", "the next field", show=False),
        Binding("up", "app.focus_previous", "the field before", show=False),
        Binding("H", "halt", "end every fault", show=False),
        Binding("pagedown", "turn(1)", "more of the price", show=False),
        Binding("pageup", "turn(-1)", "back to its top", show=False),
    ]
    DEFAULT_CSS = """
    ChaosScreen .line, ChaosScreen #halt, ChaosScreen #confirm { height: 1; }
    ChaosScreen #answer, ChaosScreen #word { width: 1fr; }
    ChaosScreen #answer { height: 1fr; }
    """

    class Answered(Message):
        """The desk has an answer: a price, a start, or a no."""

        def __init__(self, answer: Quote | Started | DeskError) -> None:
            super().__init__()
            self.answer = answer

    class Seen(Message):
        """The desk has looked, or has halted what was on."""

        def __init__(self, found: tuple[FaultOn, ...] | DeskError, *, halted: bool) -> None:
            super().__init__()
            self.found = found
            self.halted = halted

    def __init__(self, desk: ChaosDesk | None, glyphs: Glyphs) -> None:
        super().__init__()
        self._desk = desk
        self._panel = Panel()
        self._words: tuple[str, ...] = ()
        self._on = OnNow()
        self._question: Worker[None] | None = None
        self._since = 0.0
        self._top = 0
        self._on_title, self._on_rows = Lines(classes="line"), Lines()
        self._halt = HaltLine()
        self._form = FaultForm(glyphs)
        self._answer_title, self._answer = Lines(classes="line"), Lines(id="answer")
        self._type_it, self._word = Lines(), plain_input(id="word")
        self._confirm = Horizontal(self._type_it, self._word, id="confirm")

    def body(self) -> ComposeResult:
        parts = (self._on_title, self._on_rows, self._halt, self._form, self._answer_title, self._answer, self._confirm)
        yield Vertical(*parts, id="page")

    def on_mount(self) -> None:
        super().on_mount()
        if self._able(self.owner.scene()):
            self._form.choice.focus()
            self._look()

    def _able(self, scene: Scene) -> bool:
        """Whether there is anybody to ask, and a present to spend in."""
        return self._desk is not None and scene.kind != "replay"

    # -- what is seen ------------------------------------------------------------------------------------

    def settle(self, scene: Scene) -> None:
        # Seconds pass while a fault is on, and while the desk is asked.
        columns, rows = self.size
        if columns and not self.has_class("small"):
            self.draw(scene, columns, rows - 2)

    def draw(self, scene: Scene, width: int, height: int) -> None:
        able = self._able(scene)
        for part in (self._on_title, self._on_rows, self._form, self._answer_title):
            part.display = able
        if not able:
            self._halt.display = self._confirm.display = False
            self._answer.show(no_desk(scene.kind, width))
            return
        if self._on.changed(scene):
            self._look()
        panel, on = self._panel, self._on.rows(scene, width)
        self._halt.display = self._halt.asking or bool(self._halt.said) or self._on.anything(scene)
        self._confirm.display = panel.spendable
        room = height - 2 - self._halt.display - self._confirm.display
        shown = max(1, min(len(on), _MOST_ON, room - self._form.rows - _LEAST_ANSWER))
        form = max(1, min(self._form.rows, room - shown - _LEAST_ANSWER))
        self._on_rows.styles.height, self._form.styles.height = shown, form
        self._on_title.show([rule(width, ("ON NOW", Role.STRONG), dash=scene.glyphs.dash)])
        self._on_rows.show(clip(on, shown, width))
        self._answer_title.show([rule(width, ("PRICE", Role.STRONG), dash=scene.glyphs.dash)])
        self._answer.show(self._rows_of_answer(scene, width, max(1, room - shown - form)))
        self._draw_confirm(scene)

    def _draw_footer(self) -> None:
        if self._said is not None:
            super()._draw_footer()
            return
        shown = keys(
            self._panel,
            naming=self._word.has_focus,
            writing=isinstance(self.focused, Input),
            halting=self._halt.asking,
            able=self._able(self.owner.scene()),
            columns=self.size.width,
        )
        self._footer.show([shown])

    def _rows_of_answer(self, scene: Scene, columns: int, height: int) -> list[Line]:
        waited = self.owner.monotonic() - self._since
        rows = answer(self._panel, waited, columns, scene.glyphs)
        self._top = max(0, min(self._top, len(rows) - height))
        below = len(rows) - self._top - height
        shown = rows[self._top : self._top + height]
        if below > 0:
            shown[-1] = line((f" pgdn for {below + 1} more lines", Role.KEY))
        return shown

    def _draw_confirm(self, scene: Scene) -> None:
        if self._panel.quote is None:
            return
        mark = scene.glyphs.cursor if self._word.has_focus else " "
        asks = line((mark, Role.KEY), " to spend it, type ", (word_to_type(self._panel.quote), Role.STRONG), ": ")
        self._type_it.styles.width = width(asks)
        self._type_it.show([asks])

    def on_descendant_focus(self) -> None:
        self.redraw()

    # -- keys ------------------------------------------------------------------------------------------------

    @on(Input.Submitted)
    def action_go(self) -> None:
        """The next step: a price, the name to type, the start."""
        if not self._able(self.owner.scene()) or self._panel.phase is Phase.STARTING:
            return
        if self.focused is self._halt:
            self.action_halt()
        elif self._panel.phase is Phase.PRICING:
            return
        elif self.focused is self._word and self._panel.spendable:
            self._spend()
        elif self._panel.spendable:
            self._word.focus()
        else:
            self._ask_price()
        self.redraw()

    def action_leave(self) -> None:
        """One step back: from the question, the waiting, the name to type; else from the panel."""
        if self._halt.asking:
            self._halt.rest()
            self._form.choice.focus()
        elif self._panel.phase is Phase.PRICING and self._question is not None:
            self._question.cancel()
            self._panel = replace(self._panel, phase=Phase.FORM)
        elif self._panel.phase is Phase.STARTING:
            return  # it may be on already: whether it is will be said here
        elif self._word.has_focus:
            self._form.choice.focus()
        else:
            self.app.pop_screen()
            return
        self.redraw()

    @on(HaltLine.Pressed)
    def action_halt(self) -> None:
        """Ask whether every fault is to end; the second time, end them."""
        if not self._able(self.owner.scene()):
            return
        if self._halt.asking:
            self._halt.rest("halting ...")
            self._end_all(self._aim())
        else:
            self._halt.ask()
            self._halt.display = True
            self._halt.focus()
        self.redraw()

    def action_turn(self, pages: int) -> None:
        """Through a price that is longer than the room for it."""
        self._top += pages * max(1, self._answer.size.height - 1)
        self.redraw()

    @on(FaultForm.Changed)
    def _form_changed(self) -> None:
        if self._panel.phase is Phase.PRICED:
            self._panel = replace(self._panel, changed=self._reads_otherwise())
        elif self._panel.phase is Phase.STARTED:
            self._panel = Panel()
        self.redraw()

    def _reads_otherwise(self) -> bool:
        """Whether the form no longer says what the price was asked for."""
        try:
            return self._form.asked.words() != self._words
        except UsageError:
            return True

    # -- what is asked of the desk ---------------------------------------------------------------------------

    def _ask_price(self, *, again: bool = False) -> None:
        if self._desk is None:
            return
        self._top, self._word.value = 0, ""
        self._halt.rest()
        try:
            self._words = self._form.asked.words()
        except UsageError as error:
            self._panel = Panel(trouble=error)
            return
        self._panel = Panel(Phase.PRICING, overriding=overrides(self._words), again=again)
        self._since = self.owner.monotonic()
        self._question = self._ask(partial(self._desk.price, self._words))

    def _spend(self) -> None:
        quote, now = self._panel.quote, self.owner.monotonic()
        if quote is None or self._desk is None:
            return
        if self._word.value.strip() != word_to_type(quote):
            error = UsageError("that is not the name", fix=f"type {word_to_type(quote)}, or esc")
            self._panel = replace(self._panel, trouble=error)
        elif now - self._since > STAYS_TRUE:
            self._ask_price(again=True)
        else:
            self._panel = replace(self._panel, phase=Phase.STARTING, trouble=None)
            self._since, self._top = now, 0
            self._form.choice.focus()
            self._ask(partial(self._desk.inject, self._words))

    @work(exclusive=True, group="ask")
    async def _ask(self, question: Callable[[], Awaitable[Quote | Started]]) -> None:
        try:
            self.post_message(self.Answered(await question()))
        except DeskError as error:
            self.post_message(self.Answered(error))

    @work(exclusive=True, group="look")
    async def _look(self) -> None:
        if self._desk is not None:
            try:
                self.post_message(self.Seen(await self._desk.look(self._aim()), halted=False))
            except DeskError as error:
                self.post_message(self.Seen(error, halted=False))

    @work(exclusive=True, group="halt")
    async def _end_all(self, aim: tuple[str, ...]) -> None:
        if self._desk is not None:
            try:
                self.post_message(self.Seen(await self._desk.halt(aim), halted=True))
            except DeskError as error:
                self.post_message(self.Seen(error, halted=True))

    def _aim(self) -> tuple[str, ...]:
        try:
            return self._form.asked.aim()
        except UsageError:
            return ()  # half of a quotation: it is still being typed

    # -- what it answers -------------------------------------------------------------------------------------

    @on(Answered)
    def _answered(self, message: Answered) -> None:
        asked, panel = message.answer, self._panel
        match asked:
            case Quote() if panel.phase is Phase.PRICING:
                self._since = self.owner.monotonic()
                self._panel = replace(panel, phase=Phase.PRICED, quote=asked, changed=self._reads_otherwise())
                if panel.again and self._panel.spendable:
                    self._confirm.display = True
                    self._word.focus()
            case Started():
                self._panel = replace(panel, phase=Phase.STARTED, quote=None, started=asked)
                self._word.value = ""
                self._look()
                self.owner.action_refresh()
            case DeskError() if panel.phase in (Phase.PRICING, Phase.STARTING):
                self._panel = Panel(trouble=asked)
        self.redraw()

    @on(Seen)
    def _seen(self, message: Seen) -> None:
        found = message.found
        if not message.halted:
            self._on.seen(found)
            started = self._panel.started
            if started is not None and not isinstance(found, DeskError) and not self._on.has(started.entry):
                self._panel = replace(self._panel, over=True)
        else:
            if isinstance(found, DeskError):
                self._halt.rest(f"{found.what} (exit {found.exit_code})", Role.TICKET)
            else:
                ended = "; ".join(f"{one.what}, {one.injected} of {one.matched} hit" for one in found)
                self._halt.rest(f"halted: {ended}" if ended else "no fault was on")
                self._on.halted(found)
            self._form.choice.focus()
            self._look()
            self.owner.action_refresh()
        self.redraw()

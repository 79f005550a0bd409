"""The line that a filter is typed into; it stands where the footer stands otherwise."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.message import Message
from textual.widgets import Input

from slotui.tui.widgets.lines import Lines
from slotui.tui.widgets.plain_input import plain_input
from slotui.view.ink import Line, Role, crop, line, width

_PROMPT = 3
_LEAST_TYPED = 24
"""Columns that what is typed keeps, however much there is to say about it."""


class FilterLine(Horizontal):
    """A prompt, what is typed, and beside it what that does. It tells of every letter; who listens does the rest."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "give_up", "show all", show=False)]
    DEFAULT_CSS = """
    FilterLine { height: 1; display: none; }
    FilterLine #filter-prompt { width: 3; }
    FilterLine Input { width: 1fr; }
    FilterLine #filter-says { width: 1; }
    """

    class Typed(Message):
        """Another text stands there."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    class Closed(Message):
        """The text is kept as it is, or given up."""

        def __init__(self, *, kept: bool) -> None:
            super().__init__()
            self.kept = kept

    def __init__(self) -> None:
        super().__init__(id="filter")
        self._prompt, self._says = Lines(id="filter-prompt"), Lines(id="filter-says")
        self._typed = plain_input()

    def compose(self) -> ComposeResult:
        yield self._prompt
        yield self._typed
        yield self._says

    def on_mount(self) -> None:
        self._prompt.show([line((" / ", Role.KEY))])

    def open(self, text: str) -> None:
        """Type on where `text` ends."""
        self.display = True
        self._typed.value = text
        self._typed.cursor_position = len(text)
        self._typed.focus()

    def close(self) -> None:
        """Give the keys back to the screen."""
        self.display = False
        self.screen.set_focus(None)

    def say(self, words: Line) -> None:
        """What the filter does, at the right end; what is typed goes first where there is no room for both."""
        typed = min(len(self._typed.value) + 1, _LEAST_TYPED)
        words = crop(words, max(1, self.screen.size.width - _PROMPT - typed))
        self._says.styles.width = width(words)
        self._says.show([words])

    @on(Input.Changed)
    def _tell(self, event: Input.Changed) -> None:
        event.stop()
        self.post_message(self.Typed(event.value))

    @on(Input.Submitted)
    def _keep(self, event: Input.Submitted) -> None:
        event.stop()
        self.post_message(self.Closed(kept=True))

    def action_give_up(self) -> None:
        """Show all again."""
        self.post_message(self.Closed(kept=False))

"""The form of the chaos panel: a line a field, its name before it, what it wants behind it."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Input

from slotui.tui.fault_words import CHOICES, Asked, FaultChoice
from slotui.tui.widgets.lines import Lines
from slotui.tui.widgets.plain_input import plain_input
from slotui.view.ink import Line, Role, crop, fit, line
from slotui.view.words import Glyphs

_LABELS = 11
_FIELDS = 30


class ChoiceLine(Lines, can_focus=True):
    """One of a few words; left, right and space turn to the next."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "turn(-1)", "the kind before", show=False),
        Binding("right,space", "turn(1)", "the next kind", show=False),
    ]

    def __init__(self, turned: Callable[[], None]) -> None:
        super().__init__()
        self._turned = turned
        self._index = 0
        self._draw()

    @property
    def choice(self) -> FaultChoice:
        """The kind of fault that is chosen."""
        return CHOICES[self._index]

    def action_turn(self, step: int) -> None:
        """Go `step` words on, round and round."""
        self._index = (self._index + step) % len(CHOICES)
        self._draw()
        # Told at once, and not by a message: the key that comes next may be the one that asks for the price.
        self._turned()

    def _draw(self) -> None:
        self.show([line(("< ", Role.KEY), (self.choice.name, Role.STRONG), (" >", Role.KEY))])

    def on_click(self) -> None:
        self.action_turn(1)


class FaultForm(Vertical):
    """What to do to which requests for how long. It knows no prices; it says when it has changed."""

    DEFAULT_CSS = f"""
    FaultForm {{ overflow-y: auto; scrollbar-size: 0 0; }}
    FaultForm > Horizontal {{ height: auto; }}
    FaultForm .labels {{ width: {_LABELS}; }}
    FaultForm .fields {{ width: {_FIELDS}; height: auto; }}
    FaultForm ChoiceLine {{ height: 1; }}
    FaultForm .hints {{ width: 1fr; }}
    """

    class Changed(Message):
        """Somebody typed, or chose."""

    def __init__(self, glyphs: Glyphs) -> None:
        super().__init__()
        self._glyphs = glyphs
        self.choice = ChoiceLine(self._other_kind)
        usual = self.choice.choice.usual
        self._amount, self._detail, self._seconds = plain_input(usual), plain_input(), plain_input("10m")
        self._where, self._reason, self._options = plain_input(), plain_input(), plain_input()
        self._labels, self._hints = Lines(classes="labels"), Lines(classes="hints")

    def compose(self) -> ComposeResult:
        fields = (self.choice, self._amount, self._detail, self._seconds, self._where, self._reason, self._options)
        yield Horizontal(self._labels, Vertical(*fields, classes="fields"), self._hints)

    @property
    def rows(self) -> int:
        """How many lines the whole form takes."""
        return len(self._fields())

    @property
    def asked(self) -> Asked:
        """What stands in it."""
        return Asked(
            choice=self.choice.choice,
            amount=self._amount.value,
            detail=self._detail.value if self.choice.choice.detail else "",
            seconds=self._seconds.value,
            where=self._where.value,
            reason=self._reason.value,
            options=self._options.value,
        )

    def on_mount(self) -> None:
        self._draw()

    def _fields(self) -> list[tuple[Widget, str, str]]:
        """Each field that the kind of fault has: the widget, its name, and what it wants."""
        kind = self.choice.choice
        found: list[tuple[Widget, str, str]] = [
            (self.choice, "fault", "left and right choose"),
            (self._amount, kind.amount, kind.hint),
        ]
        if kind.detail:
            found.append((self._detail, kind.detail, kind.detail_hint))
        return [
            *found,
            (self._seconds, "for", "90s, 10m, 1h30m"),
            (self._where, "where", "POST /checkout; empty: what SLOs count"),
            (self._reason, "reason", "it is written to the ledger"),
            (self._options, "options", "--max-spend 5% --floor 20% --seed 7"),
        ]

    def _draw(self) -> None:
        fields = self._fields()
        self._detail.display = bool(self.choice.choice.detail)
        for side in (self._labels, self._hints):
            side.styles.height = len(fields)
        self._labels.show([self._label(widget, name) for widget, name, _ in fields])
        self._hints.show([crop(line((f" {hint}", Role.DIM)), max(1, self._hints.size.width)) for *_, hint in fields])

    def _label(self, widget: Widget, name: str) -> Line:
        here = widget.has_focus
        mark = self._glyphs.cursor if here else " "
        return line((mark, Role.KEY), (f" {fit(name, _LABELS - 2)}", Role.STRONG if here else Role.DIM))

    def _other_kind(self) -> None:
        self._amount.value, self._detail.value = self.choice.choice.usual, ""
        self._amount.cursor_position = len(self._amount.value)
        self._draw()
        self.post_message(self.Changed())

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        self.post_message(self.Changed())

    def on_descendant_focus(self) -> None:
        self._draw()

    def on_descendant_blur(self) -> None:
        self._draw()

    def on_resize(self, _event: events.Resize) -> None:
        self._draw()

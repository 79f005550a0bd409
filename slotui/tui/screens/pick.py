"""Short forms at the foot of the screen: one answer out of a few, or one line of words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input

from slotui.core.drill import Choice
from slotui.tui.widgets.lines import Lines
from slotui.tui.widgets.pick_list import PickList
from slotui.tui.widgets.plain_input import plain_input
from slotui.view.ink import Line, Role, crop, fit, line, rule, spread, width

Answers = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """One question: `question` may have `{0}` for what was answered before. `at` is the word that the cursor is on."""

    question: str
    choices: tuple[Choice, ...]
    at: str | None = None


_LEAVE: tuple[BindingType, ...] = (
    Binding("escape", "leave", "back", show=False),
    Binding("ctrl+c", "app.quit", "quit", show=False, priority=True),
)


class _Foot(ModalScreen[Answers | None]):
    """Over the foot of another screen, under a rule with its question."""

    DEFAULT_CSS = """
    _Foot { align: left bottom; }
    _Foot Vertical { height: auto; max-height: 80%; background: $surface; }
    _Foot #question { height: 1; }
    """

    def __init__(self, question: str, *, dash: str) -> None:
        super().__init__()
        self._question = question
        self._dash = dash
        self._title = Lines(id="question")

    def on_mount(self) -> None:
        self.styles.background = "transparent"  # over what the app's own style says of screens

    def on_resize(self, _event: events.Resize) -> None:
        self.call_after_refresh(self.draw_title)

    def draw_title(self) -> None:
        """The question, and the way out."""
        columns = self.size.width
        if columns:
            keys = line(" ", ("enter", Role.KEY), (" yes  ", Role.DIM), ("esc", Role.KEY), (" back ", Role.DIM))
            title = rule(columns - width(keys), (self._question, Role.STRONG), dash=self._dash)
            self._title.show([spread(title, keys, columns)])

    def action_leave(self) -> None:
        """Back, with nothing said."""
        self.dismiss(None)


class PickScreen(_Foot):
    """One of a few, step by step: by arrows and enter, by its number, or by the mouse.

    All steps are one screen, so that going back is one key and no letter is lost between two of them.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        *_LEAVE,
        Binding("enter,l,right", "take", "take", show=False),
        Binding("down,j", "move(1)", "down", show=False),
        Binding("up,k", "move(-1)", "up", show=False),
    ]

    def __init__(self, steps: Sequence[Step], *, dash: str) -> None:
        super().__init__(steps[0].question, dash=dash)
        self._steps = tuple(steps)
        self._answers: Answers = ()
        self._list = PickList()

    @property
    def _step(self) -> Step:
        return self._steps[len(self._answers)]

    def compose(self) -> ComposeResult:
        yield Vertical(self._title, self._list)

    def on_mount(self) -> None:
        super().on_mount()
        self._ask()

    def _ask(self) -> None:
        """Show the step that is next."""
        step = self._step
        self._question = step.question.format(*self._answers)
        self._list.styles.height = len(step.choices)
        words = [one.word for one in step.choices]
        self._list.show_rows(words, self._row, ">")
        self._list.end(last=False)
        self._list.move(words.index(step.at) if step.at in words else 0)
        self.call_after_refresh(self.draw_title)

    def _row(self, index: int) -> Line:
        choices = self._step.choices
        wide = max(len(one.word) for one in choices) + 2
        number = f" {index + 1} " if index < 9 else "   "
        found = line(
            (number, Role.KEY), (fit(choices[index].word, wide), Role.STRONG), (choices[index].means, Role.DIM)
        )
        return crop(found, max(1, self.size.width - 1))

    def _answer(self, index: int) -> None:
        answers = (*self._answers, self._step.choices[index].word)
        if len(answers) == len(self._steps):
            self.dismiss(answers)
        else:
            self._answers = answers
            self._ask()

    def action_take(self) -> None:
        """The one under the cursor."""
        if self._list.at is not None:
            self._answer(self._list.at)

    def action_move(self, step: int) -> None:
        """The cursor further."""
        self._list.move(step)

    def action_leave(self) -> None:
        """A step back; from the first one out, with nothing said."""
        if not self._answers:
            self.dismiss(None)
            return
        self._answers = self._answers[:-1]
        self._ask()

    def on_key(self, event: events.Key) -> None:
        if event.character is not None and event.character.isdecimal():
            number = int(event.character)
            if 1 <= number <= len(self._step.choices):
                event.stop()
                self._answer(number - 1)

    @on(PickList.Moved)
    def _moved(self) -> None:
        self._list.draw_again()

    @on(PickList.Picked)
    def _picked(self) -> None:
        self.action_take()


class WordsScreen(_Foot):
    """A line of words; an empty one is none."""

    BINDINGS: ClassVar[list[BindingType]] = [*_LEAVE]

    def __init__(self, question: str, *, dash: str) -> None:
        super().__init__(question, dash=dash)
        self._typed = plain_input()

    def compose(self) -> ComposeResult:
        yield Vertical(self._title, self._typed)

    def on_mount(self) -> None:
        super().on_mount()
        self._typed.styles.height = 1
        self._typed.focus()

    @on(Input.Submitted)
    def _said(self) -> None:
        words = self._typed.value.strip()
        self.dismiss((words,) if words else None)

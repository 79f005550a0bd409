"""The command palette: every SLO and every action of the screen below, found by a few letters.

It is Textual's own. What it shows is given as `Text`, never as a string: strings are read as markup there.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, ClassVar, cast

from rich.text import Text
from textual.binding import Binding, BindingType
from textual.command import CommandPalette, DiscoveryHit, Hit, Hits, Provider

from slotui.core.figures import percent
from slotui.core.plain import clean
from slotui.tui.actions import ACTIONS
from slotui.tui.screens.base import BoardScreen
from slotui.view.finding import Found, best
from slotui.view.ink import fit
from slotui.view.words import state_word

if TYPE_CHECKING:
    from textual.types import IgnoreReturnCallbackType

    from slotui.tui.app import SlotuiApp

_MOST = 50
"""Hits of one search: nobody reads more, and each is a row that has to be laid out."""
_FIRST = 8
"""SLOs that are offered before anything is typed, the worst first."""
_KIND = 7
_MARGIN = 6
_WIDEST = 100
_FOUND = "underline"


@dataclass(frozen=True, slots=True)
class _Offer:
    """Something to find: `name` is searched, `note` says what it is, `run` does it."""

    kind: str
    name: str
    note: str
    run: IgnoreReturnCallbackType
    at_once: bool = True
    """Whether it is offered before anything is typed."""


class Commands(Provider):
    """SLOs, then actions, then themes."""

    async def startup(self) -> None:
        """Gather what can be found: the board does not change under an open palette."""
        self._offers = list(self._gathered())
        self._names = [offer.name for offer in self._offers]

    async def discover(self) -> Hits:
        """What is worth an offer before anything is typed."""
        for offer in self._offers:
            if offer.at_once:
                yield DiscoveryHit(self._line(offer), offer.run, offer.name)

    async def search(self, query: str) -> Hits:
        """What fits the letters best."""
        for index, found in best(query, self._names, _MOST):
            offer = self._offers[index]
            yield Hit(found.score, self._line(offer, found), offer.run, offer.name)

    def _gathered(self) -> Iterator[_Offer]:
        app = cast("SlotuiApp", self.app)
        board = app.scene().board
        was = board is not None and board.source.state != "live"
        for index, slo in enumerate(board.slos if board is not None else ()):
            note = state_word(slo.state, was=was)
            if slo.remaining is not None:
                note += f"  {percent(slo.remaining)} left"
            yield _Offer("SLO", clean(slo.name), note, partial(app.go_to, slo.name), at_once=index < _FIRST)
        screen = self.screen
        if isinstance(screen, BoardScreen):
            for action in ACTIONS:
                if screen.place in action.places and action.name != "palette":
                    does = f"app.{action.name}" if action.everywhere else action.name
                    name = action.name.replace("_", " ")
                    note = f"{action.shown.split()[0]}  {action.help}"
                    # What only moves the cursor has a key, and no other use.
                    yield _Offer("action", name, note, partial(screen.run_action, does), at_once=bool(action.label))
        for key, does, note in app.more_actions:
            yield _Offer("action", does, f"{key}  {note}", partial(app.run_action, does))
        for theme in sorted(app.available_themes):
            yield _Offer("theme", f"theme {theme}", "", partial(setattr, app, "theme", theme), at_once=False)

    def _line(self, offer: _Offer, found: Found | None = None) -> Text:
        room = max(20, min(_WIDEST, self.screen.size.width) - _MARGIN - _KIND)
        name = fit(offer.name, min(room, max(24, room // 2)))
        line = Text(f"{offer.kind:<{_KIND}}", style="dim", no_wrap=True, overflow="ellipsis")
        shown = Text(name, style="not dim bold")
        for place in found.at if found is not None else ():
            if place < len(name):
                shown.stylize(_FOUND, place, place + 1)
        return line.append_text(shown).append(fit(f"  {offer.note}", max(0, room - len(name))), style="not bold")


class Palette(CommandPalette):
    """Textual's palette in the colours of this screen."""

    DEFAULT_CSS = f"""
    Palette > Vertical {{ margin-top: 1; max-width: {_WIDEST}; }}
    Palette SearchIcon {{ display: none; }}
    Palette CommandInput {{ padding-left: 1; }}
    Palette CommandList > .option-list--option {{ text-style: none; padding: 0 2; }}
    Palette.ascii #--input, Palette.ascii #--input.--list-visible {{ border: ascii; }}
    Palette.ascii CommandList {{ border-bottom: ascii; scrollbar-size: 0 0; }}
    """
    BINDINGS: ClassVar[list[BindingType]] = [Binding("ctrl+c", "app.quit", "leave", show=False, priority=True)]

    def __init__(self, *, ascii_only: bool = False) -> None:
        super().__init__([Commands], placeholder="an SLO, or what to do", classes="ascii" if ascii_only else None)

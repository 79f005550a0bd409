"""The ways between the screens. A page is imported when somebody goes there: the first frame waits for none of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slotui.tui.actions import Place
from slotui.tui.screens.base import BoardScreen
from slotui.tui.themes import DEFAULT, Themed
from slotui.view.ink import Role

if TYPE_CHECKING:
    from slotui.tui.chaos_desk import ChaosDesk
    from slotui.tui.scene import Scene
    from slotui.tui.screens.overview import OverviewScreen
    from slotui.view.words import Glyphs


class Navigated(Themed):
    """An app of screens that show a board: the overview at the bottom, the others over it."""

    def __init__(self, glyphs: Glyphs, desk: ChaosDesk | None, theme: str = DEFAULT) -> None:
        super().__init__(theme)
        self.glyphs = glyphs
        self.desk = desk

    def scene(self) -> Scene:
        """What is to be seen now."""
        raise NotImplementedError

    @property
    def board_screen(self) -> BoardScreen:
        """The topmost that shows a board: what lies over it, as the palette, does not."""
        return next(screen for screen in reversed(self.screen_stack) if isinstance(screen, BoardScreen))

    @property
    def overview(self) -> OverviewScreen:
        """The screen at the bottom of the stack."""
        from slotui.tui.screens.overview import OverviewScreen

        screen = self.screen_stack[0]
        if not isinstance(screen, OverviewScreen):  # pragma: no cover - nobody asks before it is there
            raise TypeError(f"{screen!r} is not the overview")
        return screen

    def open_detail(self, slo: str) -> None:
        """One SLO in full."""
        from slotui.tui.screens.detail import DetailScreen

        self.push_screen(DetailScreen(slo))

    def open_explain(self, slo: str) -> None:
        """The arithmetic behind one SLO's numbers."""
        from slotui.tui.screens.explain import ExplainScreen

        self.push_screen(ExplainScreen(slo))

    def open_what_if(self, slo: str) -> None:
        """A line to type a fault into, over whatever is open."""
        from slotui.tui.screens.what_if import WhatIfScreen

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
        if self._is_at(Place.OVERVIEW) or self._is_at(Place.DETAIL):
            self.push_screen(page)
        else:
            self.switch_screen(page)

    def neighbour(self, slo: str, step: int) -> str:
        """The SLO `step` rows from this one in the list, as far as it goes."""
        return self.overview.table.neighbour(slo, step)

    def say(self, text: str, *, role: Role = Role.STRONG) -> None:
        """Tell something in the footer's line of the screen that is seen."""
        self.board_screen.say(text, role=role)

    def _is_at(self, place: Place) -> bool:
        return isinstance(self.screen, BoardScreen) and self.screen.place is place

    # -- actions of the table in actions.py that lead somewhere -----------------------------------------

    def action_help(self) -> None:
        """Show the keys, or close them."""
        from slotui.tui.screens.help import HelpScreen

        if self._is_at(Place.HELP):
            self.pop_screen()
        else:
            self.push_screen(HelpScreen())

    def action_chaos(self) -> None:
        """Price, start or halt a fault."""
        from slotui.tui.screens.chaos import ChaosScreen

        self.push_screen(ChaosScreen(self.desk, self.glyphs))

    def action_policy(self) -> None:
        """What policy makes of the SLO that is meant, or back from it."""
        from slotui.tui.screens.policy import PolicyScreen

        if self._is_at(Place.POLICY):
            self.pop_screen()
        else:
            self.push_screen(PolicyScreen(self.board_screen.subject or self.overview.subject))

    def action_ledger(self) -> None:
        """Where the budget went; again: of one SLO, or of all."""
        from slotui.tui.screens.ledger import LedgerScreen

        screen = self.board_screen
        if isinstance(screen, LedgerScreen):
            screen.turn()
        else:
            self.turn_to(LedgerScreen(screen.subject))

    def action_alerts(self) -> None:
        """Every alert tier, or back from there."""
        from slotui.tui.screens.alerts import AlertsScreen

        if self._is_at(Place.ALERTS):
            self.pop_screen()
        else:
            self.turn_to(AlertsScreen())

    def action_palette(self) -> None:
        """Find an SLO or an action by a few letters."""
        from slotui.tui.commands import Palette

        self.push_screen(Palette(ascii_only=not self.glyphs.dots))


def import_pages() -> None:
    """Import every page, so that no key waits for one."""
    import slotui.core.quote
    import slotui.tui.choice
    import slotui.tui.commands
    import slotui.tui.saving
    import slotui.tui.screens.alerts
    import slotui.tui.screens.chaos
    import slotui.tui.screens.detail
    import slotui.tui.screens.explain
    import slotui.tui.screens.help
    import slotui.tui.screens.ledger
    import slotui.tui.screens.overview
    import slotui.tui.screens.policy
    import slotui.tui.screens.what_if
    import slotui.view.questions  # noqa: F401

"""One table of keys: bindings, footer and help agree with it, and every key does something."""

from __future__ import annotations

import pytest

from slotui.tui.actions import ACTIONS, FOOTERS, Place, bindings, footer, help_lines
from slotui.tui.app import SlotuiApp
from slotui.tui.screens.alerts import AlertsScreen
from slotui.tui.screens.chaos import ChaosScreen
from slotui.tui.screens.detail import DetailScreen
from slotui.tui.screens.drill import DrillScreen
from slotui.tui.screens.explain import ExplainScreen
from slotui.tui.screens.help import HelpScreen
from slotui.tui.screens.ledger import LedgerScreen
from slotui.tui.screens.overview import OverviewScreen
from slotui.tui.screens.policy import PolicyScreen
from slotui.view.ink import plain

SCREENS = {
    Place.OVERVIEW: OverviewScreen,
    Place.DETAIL: DetailScreen,
    Place.EXPLAIN: ExplainScreen,
    Place.LEDGER: LedgerScreen,
    Place.ALERTS: AlertsScreen,
    Place.POLICY: PolicyScreen,
    Place.CHAOS: ChaosScreen,
    Place.HELP: HelpScreen,
    Place.DRILL: DrillScreen,
}


@pytest.mark.parametrize("place", list(Place))
def test_every_action_of_a_place_is_bound_and_exists(place):
    bound = {binding.action: binding for binding in SCREENS[place].BINDINGS}
    for action in ACTIONS:
        if place not in action.places:
            assert action.name not in bound
            continue
        owner = SlotuiApp if action.everywhere else SCREENS[place]
        assert hasattr(owner, f"action_{action.name}")
        assert (f"app.{action.name}" if action.everywhere else action.name) in bound


@pytest.mark.parametrize("place", list(Place))
def test_no_key_means_two_things_in_one_place(place):
    keys = [key for binding in bindings(place) for key in binding.key.split(",")]
    assert len(keys) == len(set(keys))


@pytest.mark.parametrize("place", list(Place))
@pytest.mark.parametrize("width", [60, 80, 140])
def test_the_footer_names_only_what_works_there_whole_words_and_the_way_out(place, width):
    text = plain(footer(place, width))
    assert len(text) <= width
    assert "…" not in text
    actions = {action.name: action for action in ACTIONS}
    named = [actions[name] for name in FOOTERS[place]]
    assert all(place in action.places and action.label for action in named)
    if named:
        assert "quit" in text
    if width == 140:
        assert all(f"{action.shown.split()[0]} {action.label}" in text for action in named)


def test_the_help_names_every_action_and_fits_80_columns():
    rows = [plain(row) for row in help_lines(80)]
    assert all(len(row) < 80 and "…" not in row for row in rows)
    for action in ACTIONS:
        assert any(action.shown in row and action.help in row for row in rows)

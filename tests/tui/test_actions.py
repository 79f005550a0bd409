"""One table of keys: bindings, footer and help agree with it, and every key does something."""

from __future__ import annotations

import pytest

from slotui.tui.actions import ACTIONS, Place, bindings, footer, help_lines
from slotui.tui.app import SlotuiApp
from slotui.tui.screens.detail import DetailScreen
from slotui.tui.screens.explain import ExplainScreen
from slotui.tui.screens.help import HelpScreen
from slotui.tui.screens.overview import OverviewScreen
from slotui.view.ink import plain

SCREENS = {
    Place.OVERVIEW: OverviewScreen,
    Place.DETAIL: DetailScreen,
    Place.EXPLAIN: ExplainScreen,
    Place.HELP: HelpScreen,
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
def test_the_footer_names_what_works_there_and_fits_80_columns(place):
    text = plain(footer(place, 200))
    assert len(text) <= 80
    for action in ACTIONS:
        named = bool(action.label) and f"{action.shown.split()[0]} {action.label}" in text
        assert named == (bool(action.label) and place in action.places)


def test_the_help_names_every_action_and_fits_80_columns():
    rows = [plain(row) for row in help_lines(80)]
    assert all(len(row) < 80 and "…" not in row for row in rows)
    for action in ACTIONS:
        assert any(action.shown in row and action.help in row for row in rows)


def test_keys_of_later_issues_are_not_offered():
    shown = " ".join(action.shown for action in ACTIONS).split()
    assert not set(shown) & {"/", ":", "x", "s", "L", "y", "m", "z", "[", "]"}

"""A drill as lines: the one on every screen, and its page."""

from __future__ import annotations

from dataclasses import replace

import pytest

from slotui.core.drill import Choice, DrillView, Happening
from slotui.view.drill import KEYS, drill_footer, drill_line, page
from slotui.view.ink import plain, width

HOSTILE = "[bold]x[/] \x1b[31m\u202e" + "カート" * 60
VIEW = DrillView(
    title="Tuesday, ten past twelve",
    brief="You are on call. " * 8,
    commitment="c0ffee" * 10,
    state="on",
    elapsed=252.0,
    lasts=1500.0,
    speed=10.0,
    slos=("checkout-availability",),
    causes=(Choice("payment", "the card processor"),),
    decisions=(Choice("page", "wake the team"),),
    remedies=(Choice("roll-back", "the release before"),),
    happenings=(
        Happening(0.0, "notice", "machine", "the drill begins"),
        Happening(60.0, "message", "ana", "all yours"),
        Happening(245.0, "alert", "machine", "page checkout-availability: over 14.4x in 1h and 5m fires"),
    ),
)


def text(rows: list[object]) -> str:
    return "\n".join(plain(row) for row in rows)  # type: ignore[arg-type]


def test_the_line_has_the_clock_what_is_new_and_what_came_last() -> None:
    said = plain(drill_line(VIEW, 2, 100))
    assert said.startswith(" DRILL 04:12 of 25:00  2 new  page checkout-availability")
    assert said.endswith("D drill")


@pytest.mark.parametrize(("state", "word"), [("paused", "DRILL PAUSED"), ("over", "DRILL OVER")])
def test_a_state_is_a_word(state: str, word: str) -> None:
    assert word in plain(drill_line(replace(VIEW, state=state), 0, 100))  # type: ignore[arg-type]


def test_a_message_says_whose_it_is() -> None:
    assert "ana: all yours" in plain(drill_line(replace(VIEW, happenings=VIEW.happenings[:2]), 0, 100))


def test_the_brief_comes_first_and_once_it_is_over_the_score() -> None:
    before = text(page(VIEW, 80))
    assert before.index("You are on call") < before.index("WHAT HAPPENED")
    assert "SCORE" not in before
    after = text(page(replace(VIEW, state="over", result=("Score 74 of 100",)), 80))
    assert after.index("Score 74 of 100") < after.index("WHAT HAPPENED") < after.index("You are on call")


def test_the_footer_offers_what_can_be_done() -> None:
    assert all(f"{key} {word}" in plain(drill_footer(VIEW, 120, plays=True)) for key, word, _ in KEYS[1:])
    assert plain(drill_footer(VIEW, 120, plays=False)).strip() == "esc back  p pause  [ ] step  + - speed  q quit"
    assert "debrief" in plain(drill_footer(replace(VIEW, state="over"), 120, plays=True))


@pytest.mark.parametrize("columns", [20, 40, 60, 80, 140])
def test_no_text_from_outside_leaves_its_row(columns: int) -> None:
    kinds = ("message", "alert", "quiet", "deploy", "act", "hint", "notice")
    view = replace(
        VIEW, title=HOSTILE, brief=HOSTILE, commitment=HOSTILE, result=(HOSTILE,),
        happenings=tuple(Happening(float(n), kind, HOSTILE, HOSTILE) for n, kind in enumerate(kinds)),
    )  # fmt: skip
    rows = [drill_line(view, 99, columns), *page(view, columns), drill_footer(view, columns, plays=True)]
    assert all(width(row) <= columns for row in rows)
    assert all(plain(row).isprintable() for row in rows)

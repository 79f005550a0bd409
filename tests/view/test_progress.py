"""The trust line of a replay: nothing on it moves but what is meant to."""

from __future__ import annotations

from dataclasses import replace

import pytest

from slotui.view.ink import plain, width
from slotui.view.progress import Progress, bar_of, replaying
from slotui.view.words import ASCII

START = 1_763_816_400.0  # 2025-11-22T13:00:00Z
HERE = Progress(START + 1200, START, START + 7200, 60, playing=True, file="/tapes/checkout.slr")


def shown(progress: Progress, columns: int = 80, **options: object) -> str:
    return plain(replaying(None, progress, columns=columns, **options))  # type: ignore[arg-type]


def test_it_says_speed_place_and_name() -> None:
    assert shown(HERE) == " slotui  « REPLAY 60x 13:20 / 15:00 ██▊·············· checkout.slr 13:20:00 UTC"


@pytest.mark.parametrize(
    ("progress", "said"),
    [
        pytest.param(replace(HERE, playing=False), "‖ REPLAY 60x 13:20", id="paused"),
        pytest.param(replace(HERE, playing=False, at=HERE.end), "« REPLAY END 15:00", id="at the end"),
        pytest.param(replace(HERE, end=START + 9 * 86400), "« REPLAY 60x 11-22 / 12-01", id="of days, it says the day"),
    ],
)
def test_other_conditions_stand_in_the_same_place(progress: Progress, said: str) -> None:
    assert shown(progress).startswith(f" slotui  {said}")


@pytest.mark.parametrize("columns", [60, 80, 100, 140, 250])
def test_it_fits_and_the_bar_stays_where_it_is(columns: int) -> None:
    bars = set()
    for at in (START, START + 1, START + 5000, HERE.end):
        progress = replace(HERE, at=at)
        assert width(replaying(None, progress, columns=columns)) == columns
        bars.add(bar_of(None, progress, columns=columns))
    assert len(bars) == 1


def test_ascii_draws_no_other_characters() -> None:
    assert shown(HERE, glyphs=ASCII).isascii()


def test_a_hostile_file_name_is_shown_harmlessly() -> None:
    said = shown(replace(HERE, file="/tmp/a\x1b[31mb[/red].slr"))  # noqa: S108 - no file is made
    assert "\x1b" not in said

"""Colours that can be read, and told apart by eyes that lack a kind of cone."""

from __future__ import annotations

import itertools
import math

import pytest
from textual.theme import BUILTIN_THEMES

from slotui.errors import UsageError
from slotui.tui.colours import READABLE, contrast, rgb
from slotui.tui.themes import OWN, known_theme, palette_of
from slotui.tui.widgets.lines import Lines
from slotui.view.ink import Role

STATES = (Role.PAGE, Role.SPENT, Role.TICKET, Role.OK, Role.QUIET)
APART = 20.0
"""CIE 1976 delta E, of which about 2.3 can just be seen when both lie side by side (Mahy et al. 1994)."""

# Machado, Oliveira and Fernandes (2009), severity 1.0, for linear RGB.
SIGHTS = {
    "all cones": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "protanopia": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "deuteranopia": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.01182, 0.04294, 0.968881)),
    "tritanopia": ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.3039)),
}


def seen(colour, sight):
    """A colour in CIE L*a*b* (D65), as an eye sees it."""
    parts = (part / 255 for part in rgb(colour))
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    red, green, blue = (min(1, max(0, sum(a * b for a, b in zip(row, linear, strict=True)))) for row in SIGHTS[sight])
    x = (0.4124564 * red + 0.3575761 * green + 0.1804375 * blue) / 0.95047
    y = 0.2126729 * red + 0.7151522 * green + 0.0721750 * blue
    z = (0.0193339 * red + 0.1191920 * green + 0.9503041 * blue) / 1.08883
    fx, fy, fz = (part ** (1 / 3) if part > 216 / 24389 else (24389 / 27 * part + 16) / 116 for part in (x, y, z))
    return 116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)


@pytest.mark.parametrize("name", OWN)
def test_every_role_of_our_themes_can_be_read_on_the_cursor_row_too(name):
    palette = OWN[name]
    for role, colour in palette.roles.items():
        least = 2.5 if role is Role.RULE else READABLE
        assert min(contrast(colour, ground) for ground in (palette.ground, palette.raised)) >= least, role
    assert contrast(palette.text, palette.raised) >= READABLE


@pytest.mark.parametrize("sight", SIGHTS)
@pytest.mark.parametrize("name", OWN)
def test_no_two_states_of_our_themes_look_alike(name, sight):
    roles = OWN[name].roles
    for one, other in itertools.combinations(STATES, 2):
        assert math.dist(seen(roles[one], sight), seen(roles[other], sight)) >= APART, (one, other)


@pytest.mark.parametrize("name", [name for name, theme in BUILTIN_THEMES.items() if not theme.ansi])
def test_any_theme_of_textual_shows_states_that_can_be_read(name):
    palette = palette_of(BUILTIN_THEMES[name])
    for role in (*STATES, Role.CHAOS, Role.LOW, Role.KEY):
        assert contrast(palette.roles[role], palette.ground) >= READABLE, role


def test_a_misspelt_theme_names_the_nearest():
    assert known_theme("slotui-light") == "slotui-light"
    with pytest.raises(UsageError) as refused:
        known_theme("slotui-ligth")
    assert refused.value.fix == "did you mean slotui-light?"


async def test_another_theme_repaints_what_is_shown(boards):
    stage = boards.stage(boards.snapshot())
    async with stage.app.run_test(size=(80, 24)) as pilot:
        await boards.until(pilot, lambda: stage.app.showing.board is not None)
        await pilot.pause()
        for name in ("slotui", "slotui-light", "nord", "ansi-dark"):
            stage.app.theme = name
            await pilot.pause()
            verdict = next(one for one in stage.app.screen.query(Lines) if one.id == "verdict")
            words = next(segment for segment in verdict.render_line(0) if "PAGE" in segment.text)
            expected = palette_of(stage.app.current_theme).style(Role.PAGE)
            assert (words.style.color, words.style.bold) == (expected.color, True)
            ground = stage.app.screen.styles.background
            if name in OWN:
                assert ground.hex.lower() == OWN[name].ground


@pytest.mark.parametrize("theme", ["slotui-light", "ansi-dark", "solarized-dark"])
async def test_a_theme_changes_no_word(boards, golden, theme):
    stage = boards.stage(boards.snapshot(), theme=theme)
    async with stage.app.run_test(size=(80, 24)) as pilot:
        await boards.until(pilot, lambda: stage.app.showing.board is not None)
        await pilot.pause()
        golden("overview-80x24", stage.frame())

"""The overview's table: one SLO a row, numbers right-aligned, one unit a column, the same columns at every refresh."""

from __future__ import annotations

from dataclasses import dataclass

from slotui.core.board import SloBoard
from slotui.core.figures import burn, percent
from slotui.core.policy import PolicyTier
from slotui.duration import HOUR
from slotui.view.ink import Line, Role, crop, dimmed, fit, line, pad
from slotui.view.order import Order
from slotui.view.words import UNICODE, Glyphs, bar, coverage_note, gone_in, number, state_role, state_word, target

_STATE = 11  # `was TICKET` and a blank
_SHARE = 7
_BURN = 6
_GONE = 7
_TIER = 7
_LONGEST_NAME = 40


@dataclass(frozen=True, slots=True)
class Columns:
    """What a row has room for: columns of the name, of the bar (0: none), and whether the last two fit."""

    name: int
    bar: int
    gone: bool
    tier: bool


def columns_for(width: int) -> Columns:
    """The columns of a table `width` wide. What a narrow one leaves out first is what the detail repeats.

    >>> columns_for(80), columns_for(70)
    (Columns(name=21, bar=10, gone=True, tier=True), Columns(name=22, bar=0, gone=True, tier=True))
    """
    always = 3 + _STATE + 1 + _SHARE + 1 + _BURN + 2
    gone, tier, least = 1 + _GONE, 2 + _TIER, 11
    if width >= 78:
        room = width - always - gone - tier - least
        extra = min(20, max(0, room - _LONGEST_NAME))
        return Columns(min(_LONGEST_NAME, room), 10 + extra, gone=True, tier=True)
    if width >= 66:
        return Columns(width - always - gone - tier, 0, gone=True, tier=True)
    if width >= 55:
        return Columns(width - always - gone, 0, gone=True, tier=False)
    return Columns(max(4, width - always), 0, gone=False, tier=False)


@dataclass(frozen=True, slots=True)
class Heading:
    """A column's title, where it stands, from `start` up to `end`, and the order that it stands for."""

    title: str
    start: int
    end: int
    order: Order
    right: bool = False


def headings(width: int) -> tuple[Heading, ...]:
    """The titles of a table `width` wide, from left to right."""
    plan = columns_for(width)
    share = plan.bar + 1 + _SHARE if plan.bar else _SHARE
    wanted = [
        ("STATE", _STATE, 3, False, Order.SEVERITY),
        ("SLO", plan.name, 0, False, Order.NAME),
        ("BUDGET LEFT" if plan.bar else "LEFT", share, 1, not plan.bar, Order.BUDGET),
        ("BURN1h", _BURN, 1, True, Order.BURN),
    ]
    if plan.gone:
        wanted.append(("GONE IN", _GONE, 3, True, Order.TIME_LEFT))
    if plan.tier:
        wanted.append(("TIER", _TIER, 2, False, Order.TIER))
    found, at = [], 0
    for title, size, before, right, order in wanted:
        at += before
        found.append(Heading(title, at, at + size, order, right))
        at += size
    return tuple(found)


def header(width: int, order: Order | None = None, glyphs: Glyphs = UNICODE) -> Line:
    """The column titles; a mark beside one of them says what the rows are sorted by."""
    text = ""
    for each in headings(width):
        text = fit(text, each.start) if len(text) < each.start else text
        text += fit(each.title, each.end - each.start, right=each.right)
        if each.order is order:
            # On the side that the title leaves free.
            title = text.rstrip()
            text = f"{text[: -len(each.title) - 1]}{glyphs.sorted}{each.title}" if each.right else title + glyphs.sorted
    return pad(line((text, Role.DIM)), width)


def row(slo: SloBoard, width: int, *, was: bool = False, selected: bool = False, glyphs: Glyphs = UNICODE) -> Line:
    """One SLO in exactly `width` columns. `was`: the data is too old to speak of now."""
    plan = columns_for(width)
    role = state_role(slo.state)
    share = share_role(slo.remaining)
    partial = glyphs.partial if coverage_note(slo) else " "
    body = line(
        (f"{glyphs.states[slo.state]} {fit(state_word(slo.state, was=was), _STATE)}", role),
        (fit(slo.name, plan.name), Role.STRONG),
        " ",
        (bar(slo.remaining, plan.bar, glyphs), share) if plan.bar else "",
        (partial, Role.NO_DATA) if plan.bar else "",
        (fit(percent(slo.remaining), _SHARE, right=True), share),
        f" {fit(burn(slo.burns.get(HOUR)), _BURN, right=True)} ",
        (glyphs.trends["flat" if slo.burns.get(HOUR) is None else slo.trend], _trend_role(slo)),
        f" {fit(gone_in(slo), _GONE, right=True)}" if plan.gone else "",
        "  " if plan.tier else "",
        (fit(slo.tier_name.upper(), _TIER), tier_role(slo.tier)) if plan.tier else "",
    )
    cursor = line((glyphs.cursor if selected else " ", Role.KEY))
    return pad((*cursor, *(dimmed(body) if was else body)), width)


def note(slo: SloBoard, width: int, *, error: str | None = None, glyphs: Glyphs = UNICODE) -> Line:
    """What the row of this SLO could not say: why there is no data, how much was measured, else the objective."""
    if error:
        return crop(line((f" {glyphs.stale} ", Role.TICKET), error), width)
    if slo.problem:
        return crop(line((f" {slo.name}: ", Role.DIM), slo.problem), width)
    partial = coverage_note(slo)
    if partial:
        return crop(line((f" {glyphs.partial} {slo.name}: ", Role.DIM), partial), width)
    spent = f"{number(slo.counts.bad)} bad of {number(slo.allowed)} allowed"
    return crop(
        line(
            (
                f" {slo.name}: {target(slo.slo.target)} of {slo.slo.unit} {slo.slo.over}; {spent}",
                Role.DIM,
            )
        ),
        width,
    )


def share_role(remaining: float | None) -> Role:
    """Above half, below half, spent."""
    if remaining is None:
        return Role.NO_DATA
    if remaining <= 0:
        return Role.SPENT
    return Role.OK if remaining > 0.5 else Role.LOW


def tier_role(tier: PolicyTier | None) -> Role:
    """By what the tier does to deploys."""
    if tier is None:
        return Role.NO_DATA
    return {"allowed": Role.OK, "reviewed": Role.LOW, "frozen": Role.SPENT}[tier.deploys]


def _trend_role(slo: SloBoard) -> Role:
    if slo.burns.get(HOUR) is None or slo.trend == "flat":
        return Role.DIM
    return Role.TICKET if slo.trend == "up" else Role.OK

"""The facilitator's screen as lines: the clock, the hints with their price, the timeline with what is hidden."""

from __future__ import annotations

from slotui.core.drill import FacilitatorView, Happening, HintOffer
from slotui.view.happening import CLOCK, clock, role_of
from slotui.view.ink import Line, Role, crop, fit, line, rule, spread, wrapped

_WHO = 13
_MARKS = {
    "alert": "alert ", "quiet": "quiet ", "act": "player", "hint": "hint  ", "hidden": "HIDDEN", "notice": "drill ",
    "message": "says  ", "deploy": "deploy",
}  # fmt: skip
"""What a line is, in a word: colour alone tells nobody."""


def head(view: FacilitatorView, columns: int, *, dash: str) -> list[Line]:
    """What runs, how late it is there, and what it teaches."""
    state = {"on": "ON", "paused": "PAUSED", "over": "OVER"}[view.state]
    role = {"on": Role.OK, "paused": Role.TICKET, "over": Role.DIM}[view.state]
    left = line(" ", (f"{state:<7}", role), (f"{clock(view.elapsed)} of {clock(view.lasts)}", Role.STRONG))
    left = (*left, *line((f"  {view.speed:g}x  {view.player}", Role.DIM)))
    ended = [crop(line(" ", (view.ended, Role.STRONG)), columns)] if view.ended else []
    return [
        crop(spread(left, line((f"{view.title} ", Role.STRONG)), columns), columns),
        *ended,
        crop(line(f" teaches: {view.teaches}"), columns),
        rule(columns, "HINTS", dash=dash),
    ]


def hints(view: FacilitatorView, columns: int) -> list[Line]:
    """Each hint with its price, and whether it is given."""
    return [crop(_hint(hint), columns) for hint in view.hints]


def _hint(hint: HintOffer) -> Line:
    role = Role.DIM if hint.given else Role.PLAIN
    price = "given" if hint.given else f"-{hint.cost}"
    return line((f" {hint.number}  ", Role.KEY), (f"{price:>5}  ", role), (hint.text, role))


def timeline(view: FacilitatorView, columns: int) -> list[Line]:
    """Everything that happened, the oldest first; long messages go on below."""
    return [crop(row, columns) for happening in view.happenings for row in _rows(happening, columns)]


def _rows(happening: Happening, columns: int) -> list[Line]:
    role = role_of(happening)
    before = line(
        (f" {clock(happening.at):>{CLOCK}}  ", Role.DIM),
        (f"{_MARKS[happening.kind]}  ", role),
        (f"{fit(happening.who, _WHO)} ", Role.DIM),
    )
    indent = 1 + CLOCK + 2 + 8 + _WHO + 1
    if columns < indent + 24:
        return [crop((*before, *line((happening.text, role))), columns)]
    first, *rest = wrapped(happening.text, columns - indent, role=role)
    return [(*before, *first), *((*line(" " * indent), *row) for row in rest)]


def asked(view: FacilitatorView) -> Line:
    """What can be typed."""
    if view.state == "over":
        return line(" over: ", ("q", Role.KEY), " leaves")
    going = "resume" if view.state == "paused" else "pause"
    words = ("hint 1", "say support: TEXT", going, "abort WHY", "quit")
    return line((" orders: ", Role.DIM), (" · ".join(words), Role.DIM))

"""A drill as its player sees it: one line on every screen, and a page of its own."""

from __future__ import annotations

from slotui.core.drill import DrillView, Happening
from slotui.view.happening import CLOCK, clock, role_of
from slotui.view.ink import Line, Role, crop, fit, fitting, line, rule, spread, wrapped

KEYS = (
    ("D", "drill", "the drill's page: the brief, what happened, what you did"),
    ("A", "acknowledge", "somebody looks after this SLO's alert now"),
    ("H", "hypothesis", "which SLO suffers, and by which cause"),
    ("C", "call", "what the policy asks for: page, ticket, freeze, lift, roll back, ignore"),
    ("M", "mitigate", "a remedy; it takes a minute or more until it works"),
    ("N", "news", "a line to whoever waits for it"),
    ("F", "finish", "nothing is left to do"),
)
"""The keys of a drill: key, the footer's word, what it does. Capitals are free on every screen."""

DOES = {
    "D": "drill", "A": "acknowledge", "H": "hypothesis", "C": "decision", "M": "mitigation", "N": "communication",
    "F": "done",
}  # fmt: skip
"""The action behind each key."""

_MARKS = {
    "message": "says", "alert": "ALERT", "quiet": "quiet", "deploy": "deploy", "act": "you", "hint": "HINT",
    "notice": "-", "hidden": "-",
}  # fmt: skip


def drill_line(view: DrillView, unread: int, columns: int) -> Line:
    """What every screen says of the drill: its clock, how much is new, and what came last."""
    state = {"on": "DRILL", "paused": "DRILL PAUSED", "over": "DRILL OVER"}[view.state]
    role = {"on": Role.TICKET, "paused": Role.SPENT, "over": Role.DIM}[view.state]
    head = line((f" {state} ", role), (f"{clock(view.elapsed)} of {clock(view.lasts)}", Role.STRONG))
    new = line((f"  {unread} new", Role.TICKET)) if unread else ()
    keys = line((" D", Role.KEY), (" drill ", Role.DIM))
    if columns < 60:
        return crop((*head, *new), columns)
    latest = view.happenings[-1] if view.happenings else None
    said = _short(latest) if latest is not None else ()
    return spread((*head, *new, *line("  "), *said), keys, columns)


def _short(happening: Happening) -> Line:
    who = f"{happening.who}: " if happening.kind == "message" else ""
    return line((f"{who}{happening.text}", role_of(happening)))


def page(view: DrillView, columns: int, *, dash: str = "─") -> list[Line]:
    """The whole page: the brief and what happened, the newest last; once it is over, the score before all."""
    brief: list[Line] = [crop(line((f" {view.title}", Role.STRONG)), columns)]
    brief += wrapped(view.brief, columns - 2, first=" ", rest=" ")
    brief.append(line((f" commitment {view.commitment}", Role.DIM)))
    happened: list[Line] = [rule(columns, ("WHAT HAPPENED", Role.STRONG), dash=dash)]
    happened += [row for happening in view.happenings for row in _rows(happening, columns)]
    if not view.result:
        return [crop(row, columns) for row in (*brief, (), *happened)]
    # Who has just finished wants to know how it went: everything else is known.
    score = [rule(columns, ("SCORE", Role.STRONG), dash=dash), *(line(f" {row}") for row in view.result)]
    return [crop(row, columns) for row in (*score, (), *happened, (), *brief)]


def _rows(happening: Happening, columns: int) -> list[Line]:
    role = role_of(happening)
    before = line((f"{clock(happening.at):>{CLOCK}}  ", Role.DIM), (fit(_MARKS[happening.kind], 7), role))
    indent = CLOCK + 2 + 7
    words = f"{happening.who}: {happening.text}" if happening.kind in ("message", "hint") else happening.text
    first, *rest = wrapped(words, max(20, columns - indent), role=role)
    return [(*before, *first), *((*line(" " * indent), *row) for row in rest)]


def drill_footer(view: DrillView, columns: int, *, plays: bool) -> Line:
    """The keys of the drill's page."""
    named = [(key, word) for key, word, _ in _offered(view, plays=plays)]
    parts = [line((key, Role.KEY), (f" {word}  ", Role.DIM)) for key, word in named]
    return fitting(line(" "), parts, columns)


def drill_key_at(view: DrillView, column: int, columns: int, *, plays: bool) -> str | None:
    """Which key of the drill has its word in that column of the footer.

    >>> from slotui.core.drill import DrillView
    >>> view = DrillView("", "", "", "on", 0, 60, 1, (), (), (), ())
    >>> [drill_key_at(view, column, 80, plays=True) for column in (2, 12, 30)]
    [None, 'A', 'H']
    """
    left = 1
    for key, word, _ in _offered(view, plays=plays):
        right = left + len(key) + len(word) + 3
        if left <= column < right <= columns:
            return key if key in {one for one, _, _ in KEYS} else None
        left = right
    return None


def _offered(view: DrillView, *, plays: bool) -> tuple[tuple[str, str, str], ...]:
    if not plays:
        return (("esc", "back", ""), ("p", "pause", ""), ("[ ]", "step", ""), ("+ -", "speed", ""), ("q", "quit", ""))
    if view.state == "over":
        return (("esc", "back to the board", ""), ("q", "quit: the debrief is written", ""))
    return (("esc", "back", ""), *KEYS[1:], ("q", "quit", ""))

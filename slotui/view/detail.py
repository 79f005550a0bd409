"""One SLO in full: tiles, burn-down, each tier against its own threshold, policy, ledger."""

from __future__ import annotations

import math

from slotui.core.alerts import AlertStatus
from slotui.core.board import Board, SloBoard
from slotui.core.figures import burn, percent
from slotui.duration import compact
from slotui.view.chart.burn_down import burn_down
from slotui.view.chart.zoom import Zoom, framed
from slotui.view.ink import Line, Role, clip, crop, dimmed, fit, line, rule, wrapped
from slotui.view.queries import queries
from slotui.view.sections import faults, firing_state, ledger_tail, ledger_title, spent_line
from slotui.view.standing import ends, moved_by
from slotui.view.table import share_role, tier_role
from slotui.view.words import (
    UNICODE,
    Glyphs,
    coverage_note,
    day_time,
    gone_in,
    measured_share,
    number,
    short_number,
    state_role,
    state_word,
    target,
)

_LEAST_CHART = 8
_TALLEST_CHART = 20
_TALL = 30
_MOST_ENTRIES = 50


def detail(
    slo: SloBoard,
    board: Board,
    *,
    now: float,
    columns: int,
    height: int,
    zoom: Zoom = Zoom.WINDOW,
    glyphs: Glyphs = UNICODE,
) -> list[Line]:
    """The first `height` lines of the detail of one SLO."""
    return clip(page(slo, board, now=now, columns=columns, height=height, zoom=zoom, glyphs=glyphs), height, columns)


def page(
    slo: SloBoard,
    board: Board,
    *,
    now: float,
    columns: int,
    height: int,
    zoom: Zoom = Zoom.WINDOW,
    glyphs: Glyphs = UNICODE,
) -> list[Line]:
    """All of the detail: what matters most is on the first `height` lines, the rest of ledger and queries below.

    The chart takes what the burns and the ledger leave of those lines.
    """
    was = board.source.state != "live"
    tall = height >= _TALL
    head = [*title(slo, columns, was=was, glyphs=glyphs, tall=tall), *tiles(slo, columns)]
    table = burn_table(slo, now, columns, titled=tall, was=was, glyphs=glyphs)
    ledger = _ledger(slo, board, now, columns, glyphs)
    asked = [rule(columns, ("QUERIES", Role.STRONG), dash=glyphs.dash), *queries(slo.slo, columns)]
    room = height - len(head) - len(table)
    # On a low screen the ledger's first lines are in sight; on a tall one the queries are too.
    seen = min(len(ledger), 6) + len(asked) if tall else min(len(ledger), 3)
    chart = burn_down(
        slo,
        board.tiers,
        board.entries,
        framed(slo, board, zoom),
        columns=columns,
        height=min(_TALLEST_CHART, max(_LEAST_CHART, room - seen)) if room >= _LEAST_CHART else max(0, room),
        was=was,
        glyphs=glyphs,
    )
    rows = [*head, *chart, *table, *ledger, *asked]
    return [crop(dimmed(row) if was else row, columns) for row in rows]


def title(slo: SloBoard, columns: int, *, was: bool, glyphs: Glyphs, tall: bool = False) -> list[Line]:
    """State, name and promise; then the policy's word on it."""
    role = state_role(slo.state)
    first = line(
        (f" {glyphs.states[slo.state]} {state_word(slo.state, was=was)}", role),
        "  ",
        (slo.name, Role.STRONG),
        (f"   {target(slo.slo.target)} {slo.slo.over}   {slo.slo.service}", Role.DIM),
    )
    return [crop(first, columns), *_standing(slo, columns, 2 if tall else 1)]


def _standing(slo: SloBoard, columns: int, height: int) -> list[Line]:
    """The policy tier and its action, what it allows and what ends it; then what moved it beside the budget."""
    if slo.standing is None:
        return [line(("   HOLD", Role.NO_DATA), ": no data, no decision"), ()]
    tier = slo.standing.tier
    found = wrapped(f"{tier.name.upper()}: {tier.action}", columns - 1, first="   ", rest="   ")
    rows = clip(found, height, columns)
    name, _, action = rows[0][0].text.partition(":")
    ending = "; ".join((f"deploys {tier.deploys}, experiments {tier.experiments}", *ends(slo)))
    told = [ending, *moved_by(slo)]
    rest = [crop(line((f"   {sentence}", Role.DIM)), columns) for sentence in told]
    return [line((name, tier_role(tier)), f":{action}", *rows[0][1:]), *rows[1:], *rest]


def tiles(slo: SloBoard, columns: int) -> list[Line]:
    """The numbers that matter, labels over values, each at its place."""
    total = f"{number(slo.counts.bad)} / {number(slo.allowed)}"
    if len(total) > 20:
        total = f"{short_number(slo.counts.bad)} / {short_number(slo.allowed)}"
    shown: list[tuple[str, str, int, Role]] = [
        ("LEFT", percent(slo.remaining), 9, share_role(slo.remaining)),
        ("GONE IN", gone_in(slo), 9, Role.STRONG),
        ("SLI", sli(slo), 11, Role.STRONG),
        ("BAD / ALLOWED", total if slo.counts.eligible > 0 else "-", max(15, len(total) + 2), Role.STRONG),
        ("MEASURED", f"{measured_share(slo.coverage)} of {_measured_part(slo)}", 16, Role.STRONG),
    ]
    if slo.slo.calendar is not None:
        shown.append(("RESETS", day_time(slo.period.end), 12, Role.STRONG))
    if coverage_note(slo) and slo.slo.calendar is None and slo.projected_remaining is not None:
        shown.append(("PROJECTED", percent(slo.projected_remaining), 10, share_role(slo.projected_remaining)))
    labels = line("   ", *((fit(label, size), Role.DIM) for label, _, size, _ in shown))
    values = line("   ", *((fit(value, size), role) for _, value, size, role in shown))
    return [crop(labels, columns), crop(values, columns)]


def _measured_part(slo: SloBoard) -> str:
    return slo.slo.window_label if slo.slo.calendar is None else "so far"


def sli(slo: SloBoard) -> str:
    """Good share of the eligible events, with a digit more than the target; never rounded up to the promise.

    The digits follow the target: at 99.9 % three places, at 95 % two.
    """
    ratio = slo.counts.error_ratio
    if ratio is None:
        return "-"
    places = max(1, math.ceil(-math.log10(1 - slo.slo.target) - 1e-9))
    scale = 10**places
    return f"{math.floor((100 - 100 * ratio) * scale + 1e-6) / scale:.{places}f}%"


def burn_table(
    slo: SloBoard, now: float, columns: int, *, titled: bool, was: bool = False, glyphs: Glyphs = UNICODE
) -> list[Line]:
    """A line a tier: both windows as bars against that tier's threshold, which is the upright stroke."""
    mark = glyphs.threshold
    head = rule(columns, ("BURN", Role.STRONG), f" each window against its own threshold {mark}", dash=glyphs.dash)
    rows = [_burn_row(slo, status, now, columns, was, glyphs) for status in slo.alerts]
    if titled:
        rows.insert(0, _burn_titles(columns))
    return [head, *rows]


def _burn_titles(columns: int) -> Line:
    named, short_bar = columns >= 78, columns >= 66
    text = f" {fit('TIER', 16 if named else 6)} {fit('OVER', 6, right=True)}  {fit('LONG WINDOW', 18)}"
    text += f"  {fit('SHORT WINDOW', 18 if short_bar else 10)}  STATE"
    return line((text, Role.DIM))


def _burn_row(slo: SloBoard, status: AlertStatus, now: float, columns: int, was: bool, glyphs: Glyphs) -> Line:
    tier = status.tier
    named, short_bar = columns >= 78, columns >= 66
    alarm = Role.PAGE if tier.severity == "page" else Role.TICKET
    name = f"{fit(tier.severity, 6)} {fit(tier.title, 9)}" if named else fit(tier.severity, 6)
    return line(
        f" {name} {fit(f'{tier.factor:.4g}x', 6, right=True)}",
        *_window(tier.long, status.burn_long, tier.factor, alarm, glyphs, drawn=True),
        *_window(tier.short, status.burn_short, tier.factor, alarm, glyphs, drawn=short_bar),
        "  ",
        firing_state(slo, status, now, was=was),
    )


def _window(
    seconds: int, rate: float | None, factor: float, alarm: Role, glyphs: Glyphs, *, drawn: bool
) -> list[str | tuple[str, Role]]:
    above = rate is not None and rate > factor
    role = Role.QUIET if rate is None else alarm if above else Role.PLAIN
    text: list[str | tuple[str, Role]] = [f"  {fit(compact(seconds), 3, right=True)} "]
    text.append((fit(burn(rate), 6, right=True), role))
    if drawn:
        text += [" ", (gauge(rate, factor, glyphs), role)]
    return text


def gauge(rate: float | None, factor: float, glyphs: Glyphs = UNICODE) -> str:
    """Seven columns: four up to the threshold, the threshold, two beyond it (half as much again).

    >>> gauge(7.2, 14.4), gauge(21.6, 14.4), gauge(None, 14.4)
    ('██··│··', '████│██', '····│··')
    """
    below = above = 0
    if rate is not None:
        below = min(4, round(4 * rate / factor))
        # A bar crosses the stroke exactly when the number does.
        above = min(2, max(1, round(4 * (rate / factor - 1)))) if rate > factor else 0
    return (
        glyphs.full * below
        + glyphs.empty * (4 - below)
        + glyphs.threshold
        + glyphs.full * above
        + glyphs.empty * (2 - above)
    )


def _ledger(slo: SloBoard, board: Board, now: float, columns: int, glyphs: Glyphs) -> list[Line]:
    """The ledger's split and its newest entries; a fault that is on now stands first."""
    rows = [rule(columns, *ledger_title(slo), dash=glyphs.dash), spent_line(slo, columns, glyphs)]
    on = [fault for fault in board.faults if fault.slo in (slo.name, None)]
    if on:
        rows += faults(board, now, columns, glyphs, only=slo.name)
    told = {fault.id for fault in on}
    return [*rows, *ledger_tail(slo, board, columns, _MOST_ENTRIES, glyphs, told=told)]

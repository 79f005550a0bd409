"""One SLO in full: tiles, burn-down, each tier against its own threshold, policy, ledger."""

from __future__ import annotations

import math

from slotui.core.alerts import AlertStatus
from slotui.core.board import Board, SloBoard
from slotui.core.figures import burn, percent
from slotui.duration import compact
from slotui.view.burn_down import burn_down
from slotui.view.ink import Line, Role, clip, crop, dimmed, fit, line, rule, wrapped
from slotui.view.queries import queries
from slotui.view.sections import entries_of, faults, firing_state, ledger_tail, ledger_title, spent_line
from slotui.view.standing import moved_by
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

_LEAST_CHART = 5
_TALLEST_CHART = 16
_TALL = 30


def detail(
    slo: SloBoard, board: Board, *, now: float, columns: int, height: int, glyphs: Glyphs = UNICODE
) -> list[Line]:
    """The detail of one SLO in at most `height` lines; what does not fit goes from the bottom up."""
    was = board.source.state != "live"
    head = [*title(slo, columns, was=was, glyphs=glyphs), rule(columns, dash=glyphs.dash), *tiles(slo, columns)]
    tall = height >= _TALL
    table = burn_table(slo, now, columns, titled=tall, was=was, glyphs=glyphs)
    room = height - len(head) - len(table)
    ledger: list[Line] = []
    if room >= _LEAST_CHART + 3:
        ledger = _ledger(slo, board, now, columns, min(7, room - _LEAST_CHART) if tall else 3, glyphs)
    room -= len(ledger)
    asked = [rule(columns, ("QUERIES", Role.STRONG), dash=glyphs.dash), *queries(slo.slo, columns)] if tall else []
    if room - len(asked) < _LEAST_CHART + 3:
        asked = []
    chart: list[Line] = []
    if room - len(asked) >= _LEAST_CHART:
        chart = burn_down(
            slo,
            board.tiers,
            entries_of(slo, board),
            end=board.at,
            columns=columns,
            height=min(_TALLEST_CHART, room - len(asked)),
            was=was,
            glyphs=glyphs,
        )
    rows = [*head, *chart, *table, *ledger, *asked]
    shown = [dimmed(row) for row in rows] if was else rows
    return [crop(row, columns) for row in clip(shown, height, columns)]


def title(slo: SloBoard, columns: int, *, was: bool, glyphs: Glyphs) -> list[Line]:
    """State, name and promise; then the policy's word on it."""
    role = state_role(slo.state)
    first = line(
        (f" {glyphs.states[slo.state]} {state_word(slo.state, was=was)}", role),
        "  ",
        (slo.name, Role.STRONG),
        (f"   {target(slo.slo.target)} {slo.slo.over}   {slo.slo.service}", Role.DIM),
    )
    return [crop(first, columns), *_standing(slo, columns)]


def _standing(slo: SloBoard, columns: int) -> list[Line]:
    """The policy tier and its action, in two lines at most; one more where a burn or an exception moved it."""
    if slo.standing is None:
        return [line(("   HOLD", Role.NO_DATA), ": no data, no decision")]
    tier = slo.standing.tier
    rows = clip(wrapped(f"{tier.name.upper()}: {tier.action}", columns - 1, first="   ", rest="   "), 2, columns)
    name, _, action = rows[0][0].text.partition(":")
    moved = [crop(line((f"   {sentence}", Role.DIM)), columns) for sentence in moved_by(slo)]
    return [line((name, tier_role(tier)), f":{action}"), *rows[1:], *moved]


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
        ("MEASURED", f"{measured_share(slo.coverage)} of {_measured_part(slo)}", 14, Role.STRONG),
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


def _ledger(slo: SloBoard, board: Board, now: float, columns: int, height: int, glyphs: Glyphs) -> list[Line]:
    """The ledger's split and tail; a fault that is on now stands first."""
    rows = [rule(columns, *ledger_title(slo), dash=glyphs.dash), spent_line(slo, columns, glyphs)]
    on = [fault for fault in board.faults if fault.slo in (slo.name, None)]
    if on:
        rows += faults(board, now, columns, glyphs, only=slo.name)[: height - len(rows)]
    told = {fault.id for fault in on}
    return [*rows, *ledger_tail(slo, board, columns, height - len(rows), glyphs, told=told)]

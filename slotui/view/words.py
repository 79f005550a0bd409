"""The words and numbers of a Board, one spelling for text and screen. What is not known is `-`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from slotui.core.figures import UNKNOWN, percent
from slotui.core.states import SloState, Trend
from slotui.duration import rough
from slotui.view.ink import Role

if TYPE_CHECKING:
    from slotui.core.board import SloBoard


@dataclass(frozen=True, slots=True)
class Glyphs:
    """The drawing characters of a look. Each is one column wide."""

    states: dict[SloState, str]
    trends: dict[Trend, str]
    live: str
    stale: str
    down: str
    waiting: str
    paused: str
    replay: str
    full: str
    eighths: str
    empty: str
    overspent: str
    cursor: str
    fault: str
    partial: str
    dash: str
    upright: str
    sorted: str
    planned: str
    incident: str
    unexplained: str
    deploy: str
    note: str
    now: str
    threshold: str
    dots: bool
    """Whether Braille may be drawn."""


UNICODE = Glyphs(
    states={
        SloState.PAGE: "✖",
        SloState.SPENT: "∅",
        SloState.TICKET: "!",
        SloState.NO_DATA: "?",
        SloState.QUIET: "○",
        SloState.OK: "✔",
    },
    trends={"up": "▲", "down": "▼", "flat": "·"},
    live="●",
    stale="!",
    down="✖",
    waiting="○",
    paused="‖",
    replay="«",
    full="█",
    eighths="▏▎▍▌▋▊▉",
    empty="·",
    overspent="◀",
    cursor="▌",
    fault="▶",
    partial="◔",
    dash="─",
    upright="│",
    sorted="▾",
    planned="▒",
    incident="█",
    unexplained="░",
    deploy="▴",
    note="◆",
    now="┊",
    threshold="│",
    dots=True,
)

ASCII = Glyphs(
    states={
        SloState.PAGE: "X",
        SloState.SPENT: "0",
        SloState.TICKET: "!",
        SloState.NO_DATA: "?",
        SloState.QUIET: "o",
        SloState.OK: "+",
    },
    trends={"up": "^", "down": "v", "flat": "."},
    live="*",
    stale="!",
    down="X",
    waiting="o",
    paused="=",
    replay="<",
    full="#",
    eighths="",
    empty=".",
    overspent="<",
    cursor=">",
    fault=">",
    partial="~",
    dash="-",
    upright="|",
    sorted="v",
    planned="%",
    incident="#",
    unexplained=":",
    deploy="^",
    note="*",
    now="|",
    threshold="|",
    dots=False,
)


_STATE_WORDS = {state: state.value.upper().replace("-", " ") for state in SloState}
_STATE_ROLES = {
    SloState.PAGE: Role.PAGE,
    SloState.SPENT: Role.SPENT,
    SloState.TICKET: Role.TICKET,
    SloState.NO_DATA: Role.NO_DATA,
    SloState.QUIET: Role.QUIET,
    SloState.OK: Role.OK,
}


def state_word(state: SloState, *, was: bool = False) -> str:
    """`PAGE`, or `was PAGE` once the data is too old to say so. No data then is no data now.

    >>> state_word(SloState.NO_DATA, was=True), state_word(SloState.PAGE, was=True)
    ('NO DATA', 'was PAGE')
    """
    return f"was {_STATE_WORDS[state]}" if was and state is not SloState.NO_DATA else _STATE_WORDS[state]


def state_role(state: SloState) -> Role:
    """The role that a state's glyph and word take."""
    return _STATE_ROLES[state]


def target(share: float) -> str:
    """An objective as people say it: no digit more than it was written with, and seven nines at most.

    >>> target(0.999), target(0.95), target(0.99999), target(0.9986754966887417)
    ('99.9%', '95%', '99.999%', '99.86755%')
    """
    return f"{100 * share:.5f}".rstrip("0").rstrip(".") + "%"


def measured_share(coverage: float) -> str:
    """How much of a window was seen; never rounded up to all of it.

    >>> measured_share(0.12), measured_share(0.9996), measured_share(0.0004), measured_share(0.972)
    ('12%', '99.9%', '<0.1%', '97.2%')
    """
    value = 100 * coverage
    if 0 < value < 0.1:
        return "<0.1%"
    floored = int(value * 10 + 1e-9) / 10
    return f"{floored:g}%"


def number(count: float) -> str:
    """A count of events with thousands marked; fractions of an event are noise above ten.

    >>> number(41220900), number(7.25), number(41220.9)
    ('41,220,900', '7.2', '41,221')
    """
    return f"{count:.1f}" if abs(count) < 10 and count != int(count) else f"{count:,.0f}"


def short_number(count: float) -> str:
    """A count in at most five columns.

    >>> short_number(950), short_number(28358), short_number(41220900), short_number(121e9)
    ('950', '28.4k', '41.2M', '121G')
    """
    size = abs(count)
    for unit, scale in (("G", 1e9), ("M", 1e6), ("k", 1e3)):
        if size >= scale:
            value = count / scale
            return f"{value:.0f}{unit}" if abs(value) >= 99.95 else f"{value:.1f}{unit}"
    return number(count)


def gone_in(slo: SloBoard) -> str:
    """When the budget is gone at the present burn: `13h52m`, `gone`, `>30d`, or `-` where nothing is known."""
    if slo.remaining is None or (slo.exhausts_in is None and slo.burns.get(3600) is None):
        return UNKNOWN if slo.remaining is None or slo.remaining > 0 else "gone"
    if slo.exhausts_in is None or slo.exhausts_in > slo.slo.window:
        return f">{slo.slo.window_label}"
    return "gone" if slo.exhausts_in <= 0 else rough(slo.exhausts_in)


def measured_window(slo: SloBoard) -> str:
    """What the coverage is a share of: `30d`, or `the month so far`."""
    return slo.slo.window_label if slo.slo.calendar is None else f"the {slo.slo.window_label} so far"


def coverage_note(slo: SloBoard) -> str | None:
    """What must stand beside a number that rests on part of its window; None when all of it was measured."""
    if slo.state is SloState.NO_DATA and slo.remaining is None:
        return None
    if slo.coverage >= 0.999:
        return None
    note = f"{measured_share(slo.coverage)} of {measured_window(slo)} measured"
    if slo.projected_remaining is None or slo.slo.calendar is not None:
        return note
    return f"{note}; {percent(slo.projected_remaining)} left if the rest is clean"


def clock_time(at: float) -> str:
    """UTC time of day.

    >>> clock_time(1763820151.9)
    '14:02:31'
    """
    return datetime.fromtimestamp(int(at), UTC).strftime("%H:%M:%S")


def day_time(at: float) -> str:
    """Day and minute, UTC.

    >>> day_time(1763820151.9)
    '11-22 14:02'
    """
    return datetime.fromtimestamp(int(at), UTC).strftime("%m-%d %H:%M")


def bar(share: float | None, columns: int, glyphs: Glyphs = UNICODE) -> str:
    """A share as a bar of fixed width; dots where nothing is known, an arrow where more than all is spent.

    >>> bar(0.625, 4), bar(0.31, 10, ASCII), bar(-0.2, 4), bar(None, 4)
    ('██▌·', '###.......', '◀···', '····')
    """
    if share is None:
        return glyphs.empty * columns
    if share < 0:
        return (glyphs.overspent + glyphs.empty * columns)[:columns]
    steps = len(glyphs.eighths) + 1
    filled, part = divmod(int(min(1.0, share) * columns * steps + 1e-9), steps)
    drawn = glyphs.full * filled + (glyphs.eighths[part - 1] if part else "")
    return drawn + glyphs.empty * (columns - len(drawn))

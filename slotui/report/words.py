"""The words and figures of a review that more than one section, or more than one format, needs."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from slotui.core.board import SourceStatus
from slotui.core.entry import Entry
from slotui.core.figures import UNKNOWN, cost, percent
from slotui.core.review import Review, SloReview
from slotui.core.window import Period
from slotui.duration import DAY, HOUR, MINUTE, compact, rough
from slotui.view.words import day_time, measured_share


def title(review: Review) -> str:
    """`Error budget review, 2026-11-15 to 2026-11-22`."""
    return f"Error budget review, {days(review.period)}"


def days(period: Period) -> str:
    """A period by its days; by its minutes too where it is shorter than two of them."""
    form = "%Y-%m-%d" if period.length >= 2 * DAY else "%Y-%m-%d %H:%M"
    return " to ".join(f"{datetime.fromtimestamp(int(at), UTC):{form}}" for at in period)


def rests_on(source: SourceStatus, period: Period) -> str:
    """Where the figures come from, and whether they can be trusted."""
    length = compact(round(period.length))
    of = f"The {length} up to {day_time(period.end)} UTC, counted by {source.kind} at {source.url}"
    if source.state == "live":
        return f"{of}."
    age = "" if source.age is None else f", the newest data {rough(source.age)} old"
    why = f": {source.error}" if source.error else ""
    return f"{of}, which is {source.state.upper()}{age}{why}."


def lead(review: Review) -> str:
    """The sentence for whoever reads one: who spent most, what fired, where policy says no."""
    known = [slo for slo in review.slos if slo.spent is not None]
    if not known:
        return "Nothing was counted: there is no budget to review."
    dearest = max(known, key=lambda slo: slo.spent or 0.0)
    parts = [_spent_most(dearest, len(known))]
    pages, tickets = (fired(review, severity) for severity in ("page", "ticket"))
    parts.append(f"{counted(pages, 'page')} and {counted(tickets, 'ticket')} fired")
    over = [slo.name for slo in known if (slo.board.remaining or 0.0) <= 0]
    parts.append(f"nothing is left of {_names(over)}" if over else "every budget has something left")
    frozen = [slo.name for slo in known if slo.board.tier is not None and slo.board.tier.deploys == "frozen"]
    if frozen:
        parts.append(f"deploys are frozen for {_names(frozen)}")
    unknown = len(review.slos) - len(known)
    if unknown:
        parts.append(f"{counted(unknown, 'SLO')} {'has' if unknown == 1 else 'have'} no data")
    return "; ".join(parts) + "."


def _spent_most(slo: SloReview, many: int) -> str:
    spent = f"{slo.name} spent {'most, ' if many > 1 else ''}{cost(slo.spent)} of its budget"
    most = f"Of {many} SLOs, {spent}" if many > 1 else spent
    return most if slo.trend is None else f"{most} ({points(slo.trend)} against the period before)"


def fired(review: Review, severity: str) -> int:
    """How many times an alert of that severity fired."""
    return sum(1 for slo in review.slos for run in slo.runs if run.tier.severity == severity)


def points(change: float | None) -> str:
    """A difference of two shares of a budget.

    >>> points(0.031), points(-0.2), points(0.0), points(None)
    ('+3.1 points', '-20.0 points', '±0.0 points', '-')
    """
    if change is None:
        return UNKNOWN
    shown = f"{100 * abs(change):.1f}"
    return f"{'±' if float(shown) == 0 else '+' if change > 0 else '-'}{shown} points"


def counted(number: int, thing: str) -> str:
    """A number of things.

    >>> counted(0, "page"), counted(1, "page"), counted(2, "ticket")
    ('no page', '1 page', '2 tickets')
    """
    return f"{number or 'no'} {thing}{'s' if number > 1 else ''}"


def went(slo: SloReview) -> str:
    """What was left at the start of the period, and is now."""
    if slo.left_then is None and slo.board.remaining is None:
        return UNKNOWN
    return f"{percent(slo.left_then)} → {percent(slo.board.remaining)}"


def coverage(slo: SloReview) -> str:
    """The measured share of the period."""
    return measured_share(slo.coverage)


def stretch(start: float, end: float) -> str:
    """A stretch of time, the day once where it is one.

    >>> stretch(1763820151, 1763823751), stretch(1763820151, 1763820151)
    ('11-22 14:02 to 15:02', '11-22 14:02')
    """
    if end <= start:
        return day_time(start)
    first, last = day_time(start), day_time(end)
    return f"{first} to {last[6:] if first[:5] == last[:5] else last}"


def lasted(seconds: float) -> str:
    """A length of time as people say it: minutes below two hours."""
    return f"{max(1, round(seconds / MINUTE))} min" if seconds < 2 * HOUR else rough(seconds)


def said(entry: Entry) -> str:
    """What an entry says of itself."""
    return ": ".join(part for part in (entry.fault, entry.reason) if part) or entry.kind


def _names(names: Iterable[str]) -> str:
    found = list(names)
    return f"{', '.join(found[:-1])} and {found[-1]}" if len(found) > 1 else found[0]

"""What lies ahead of a budget, and what was spent since a mark, in sentences."""

from __future__ import annotations

from collections.abc import Iterator

from slotui.core.balance import Balance
from slotui.core.board import SloBoard
from slotui.core.figures import burn, cost, percent
from slotui.core.forecast import Forecast, RollOff
from slotui.duration import rough
from slotui.view.words import day_time, number


def ahead(slo: SloBoard) -> Iterator[str]:
    """The forecast of an SLO, a sentence each."""
    found = slo.forecast
    if found is None:
        yield "unknown: without eligible events there is nothing to foretell"
        return
    yield _outlook(slo, found)
    for one in found.roll_offs:
        yield _roll_off(one)
    if found.resets_at is not None:
        yield f"The budget starts over at {day_time(found.resets_at)} UTC, in {rough(found.resets_at - found.at)}"


def _outlook(slo: SloBoard, found: Forecast) -> str:
    if not found.curve and found.resets_at is not None and found.resets_at <= found.at:
        return "The period ends now; what is left of its budget is not carried over"
    if found.burn is None:
        return "Without traffic in the last hour nothing is being spent, and no burn is known to go on"
    rate = f"At {burn(found.burn)}"
    if found.gone_at is not None:
        counted = "" if slo.slo.calendar else ", what rolls off counted"
        return f"{rate} nothing is left in {rough(found.gone_at - found.at)}{counted}: at {day_time(found.gone_at)} UTC"
    if found.back_at is not None:
        return f"{rate} something is left again in {rough(found.back_at - found.at)}: at {day_time(found.back_at)} UTC"
    until = "before the period ends" if slo.slo.calendar else f"within the next {slo.slo.window_label}"
    last = found.curve[-1]
    if slo.remaining is not None and slo.remaining <= 0:
        return f"{rate} nothing is left again {until}"
    return f"{rate} the budget is not exhausted {until}: {percent(last.remaining)} left at its end"


def _roll_off(one: RollOff) -> str:
    spent = f"What went bad from {day_time(one.start)} to {day_time(one.end)}"
    return f"{spent} leaves the window by {day_time(one.leaves_by)} UTC: +{percent(one.share)}"


def since(found: Balance) -> str:
    """The balance since a mark, in one sentence."""
    if found.counts.eligible <= 0:
        return f"Since {day_time(found.start)} UTC: no eligible event"
    spent = "" if found.share is None else f", {cost(found.share)} of the budget"
    return (
        f"Since {day_time(found.start)} UTC: {number(found.counts.bad)} bad of {number(found.counts.eligible)}{spent}"
    )

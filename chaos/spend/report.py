"""What a person, or a script, reads of prices, leases, spends and entries. Pure: values in, text or JSON out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from slotui.clock import to_iso
from slotui.core.entry import Entry, Estimate
from slotui.core.figures import cost
from slotui.duration import compact, rough

if TYPE_CHECKING:
    from chaos.pricing.price import Price
    from chaos.spend.client import LeaseSeen, Tally
    from chaos.spend.controller import Outcome


def interval(estimate: Estimate) -> str:
    """`300 (266-334)`."""
    return f"{_count(estimate.mid)} ({_count(estimate.low)}-{_count(estimate.high)})"


def _count(events: float) -> str:
    return f"{events:.0f}" if abs(events) >= 10 or events == round(events) else f"{events:.1f}"


def progress_line(lease: LeaseSeen, price: Price | None, spent: Mapping[str, float], seconds: float) -> str:
    """How far a spend has come: `12s of 2m: 31 injected, 28 bad of ~300, 0.12% of ~1.2% of the budget, 1m48s left`.

    `spent` are the bad events so far by SLO; `price` is that of the SLO to be told of.
    """
    gone = max(0.0, seconds - lease.seconds_left)
    parts = [f"{rough(gone)} of {compact(seconds)}: {lease.injected} injected"]
    if price is not None:
        bad = spent.get(price.slo, 0.0)
        parts.append(f"{_count(bad)} bad of ~{_count(price.bad.mid)}")
        if price.allowed and price.share:
            parts.append(f"{cost(bad / price.allowed)} of ~{cost(price.share.mid)} of the budget")
    return ", ".join([*parts, f"{rough(lease.seconds_left)} left"])


def outcome_text(outcome: Outcome, prices: Sequence[Price]) -> str:
    """The summary of a spend: predicted, injected, observed, share of the budget."""
    entry = outcome.entry
    lasted = rough((entry.ended or entry.started) - entry.started)
    injected = "unknown" if entry.injected is None else str(entry.injected)
    lines = [f"entry {entry.id} {outcome.ending} after {lasted}: {injected} injected"]
    for price in prices:
        seen = entry.observed.get(price.slo)
        if seen is None:
            lines.append(f"  {price.slo}: predicted {interval(price.bad)}, observed unknown")
            continue
        lines.append(
            f"  {price.slo}: predicted {interval(price.bad)}, observed {'' if outcome.settled else 'at least '}"
            f"{_count(seen)}{_of_budget(price, seen)}{_verdict(outcome, price)}"
        )
    return "\n".join(lines)


def _of_budget(price: Price, seen: float) -> str:
    share = _share_of(price, seen)
    return "" if share is None else f", {cost(share)} of the {compact(price.window)} budget"


def _share_of(price: Price, seen: float) -> float | None:
    return seen * price.share.mid / price.bad.mid if price.share and price.bad.mid > 0 else None


def _verdict(outcome: Outcome, price: Price) -> str:
    return " (outside the prediction)" if outside(outcome, price) else ""


def outside(outcome: Outcome, price: Price) -> bool:
    """Whether a whole, settled spend cost something else than predicted.

    A prediction for the whole time says nothing of a part of it.
    """
    seen = outcome.entry.observed.get(price.slo)
    if seen is None or outcome.ending != "expired" or not outcome.settled:
        return False
    return not price.bad.low <= seen <= price.bad.high


def outcome_json(outcome: Outcome, prices: Sequence[Price]) -> dict[str, Any]:
    """The closed entry, with the share of the budget by SLO."""
    by_slo: Mapping[str, Price] = {price.slo: price for price in prices}
    return {
        "schema": "slotui/spend/1",
        **entry_json(outcome.entry),
        "why": outcome.why,
        "settled": outcome.settled,
        "matched": outcome.lease.matched if outcome.lease else None,
        "share": {slo: _share_of(by_slo[slo], seen) for slo, seen in outcome.entry.observed.items() if slo in by_slo},
    }


def entry_json(entry: Entry) -> dict[str, Any]:
    """One entry, times as RFC 3339."""
    data = asdict(entry)
    for key in ("started", "planned_end", "ended"):
        data[key] = None if data[key] is None else to_iso(data[key])
    return data


def entry_text(entry: Entry) -> str:
    """The entry in a sentence or two, for somebody who sees it on a chart."""
    reason = f" ({entry.reason})" if entry.reason else ""
    told = f"{entry.operator}: {entry.fault}{reason}"
    return told if entry.open else f"{told}. {entry.ending}{_spent(entry)}"


def _spent(entry: Entry) -> str:
    """What it cost, as `: 31 injected, checkout-availability 28 bad`; nothing where nothing was spent."""
    if entry.open or not entry.spends:
        return ""
    costs = ", ".join(f"{slo} {_count(cost)} bad" for slo, cost in entry.observed.items()) or "cost unknown"
    return f": {'?' if entry.injected is None else entry.injected} injected, {costs}"


def entry_line(entry: Entry) -> str:
    """One line of the log."""
    ending = entry.ending or "open"
    lasted = rough(entry.ended - entry.started) if entry.ended is not None else "now"
    reason = f"  # {entry.reason}" if entry.reason else ""
    spent = _spent(entry).replace(": ", "  ", 1)
    return (
        f"{to_iso(entry.started)}  {entry.id}  {ending:<9} {lasted:>6}  {entry.operator}  {entry.fault}{spent}{reason}"
    )


def lease_json(lease: LeaseSeen) -> dict[str, Any]:
    """One lease."""
    return asdict(lease)


def lease_line(lease: LeaseSeen) -> str:
    """One line of the status: who fails what, how much of it so far, for how long."""
    faults = " and ".join(map(_hit, lease.faults))
    left = f"{rough(lease.seconds_left)} left" if lease.ending is None else lease.ending
    return f"{lease.id}  {left}  {lease.operator or '-'}  {faults}"


def _hit(tally: Tally) -> str:
    if tally.kind == "stale":
        return f"stale: {tally.injected} of {tally.matched} updates withheld"
    where = f"{tally.method} {tally.route}" if tally.method else tally.route
    return f"{tally.kind} on {where}: {tally.injected} of {tally.matched} requests hit"

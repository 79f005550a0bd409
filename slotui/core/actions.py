"""What a review asks somebody to do, most expensive first. Each item is derived from figures, and says its cost."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum

from slotui.core.calibration import Finding
from slotui.core.figures import cost, percent
from slotui.core.ground import leaving
from slotui.core.review import Review, SloReview
from slotui.duration import rough

MOST = 5
"""Items that a team gets done in a week."""

_WORTH_A_LOOK = 0.01
"""What cost less than 1 % of a budget is nobody's task."""
_WELL_MEASURED = 0.95


class ActionKind(StrEnum):
    """What an item is about."""

    FREEZE = "freeze"
    RUNNING_OUT = "running-out"
    CLAIM = "claim"
    DEPLOY = "deploy"
    BLIND_SPOT = "blind-spot"
    RECONCILE = "reconcile"
    MEASURE = "measure"
    TARGET = "target"


@dataclass(frozen=True, slots=True)
class Action:
    """One item: whose budget, what it cost as a share of that, what to do, and the command that begins it."""

    kind: ActionKind
    slo: str
    cost: float
    what: str
    command: str = ""


def actions(review: Review) -> tuple[Action, ...]:
    """Every item, the most expensive first; those without a cost of their own come last.

    A file of counts is nothing that a command could ask again, so its items name none.
    """
    found = [action for slo in review.slos for action in _of(slo)]
    if review.board.source.kind == "replay":
        found = [replace(action, command="") for action in found]
    return tuple(sorted(found, key=lambda action: -action.cost))


def _of(slo: SloReview) -> Iterator[Action]:
    if slo.board.problem is not None and slo.account is None:
        yield Action(ActionKind.MEASURE, slo.name, 0.0, f"get it measured: {slo.board.problem}")
        return
    yield from _freeze(slo)
    yield from _running_out(slo)
    yield from _claims(slo)
    yield from _deploys(slo)
    yield from _blind_spot(slo)
    yield from _reconciliations(slo)
    yield from _measure(slo)
    yield from _target(slo)


def _freeze(slo: SloReview) -> Iterator[Action]:
    standing, left = slo.board.standing, slo.board.remaining
    if standing is None or left is None or standing.tier.deploys != "frozen":
        return
    if standing.since is None and slo.changes:
        # The review may look further back than the board: to when the tier was entered.
        standing = replace(standing, since=slo.changes[-1].at)
    ends = leaving(standing)
    yield Action(
        ActionKind.FREEZE,
        slo.name,
        max(0.0, 1 - left),
        f"{standing.tier.name}: {standing.tier.action}{f'; {ends}' if ends else ''}",
        f"slotui gate {slo.name}",
    )


def _running_out(slo: SloReview) -> Iterator[Action]:
    """A budget that is gone before the next review, at the burn of the last hour."""
    forecast, left = slo.board.forecast, slo.board.remaining
    if forecast is None or forecast.gone_at is None or left is None or left <= 0:
        return
    if forecast.gone_at - forecast.at <= slo.period.length:
        ahead = rough(forecast.gone_at - forecast.at)
        what = f"slow the burn: at the last hour's rate nothing is left in {ahead}"
        yield Action(ActionKind.RUNNING_OUT, slo.name, left, what, f"slotui explain {slo.name}")


def _claims(slo: SloReview) -> Iterator[Action]:
    """The dearest stretch that nobody claimed; the others are named when that one is done."""
    unclaimed = slo.account.unclaimed if slo.account is not None else ()
    dearest = max(unclaimed, key=lambda posting: posting.bad, default=None)
    share = slo.share(dearest.bad) if dearest is not None else None
    if dearest is None or share is None or share < _WORTH_A_LOOK:
        return
    others = f" (and {len(unclaimed) - 1} more)" if len(unclaimed) > 1 else ""
    lasted = rough(dearest.end - dearest.start)
    yield Action(
        ActionKind.CLAIM,
        slo.name,
        share,
        f"find out what burned for {lasted} on {_when(dearest.start)}, and claim it{others}",
        f"slotui ledger claim {_iso(dearest.start)} {_iso(dearest.end)} --slo {slo.name} --reason TEXT",
    )


def _deploys(slo: SloReview) -> Iterator[Action]:
    for deploy in slo.deploys:
        share = slo.share(deploy.extra)
        if share is not None and share >= _WORTH_A_LOOK and deploy.stands_out:
            name = deploy.entry.reason or deploy.entry.fault
            what = f"look at the deploy {name!r} of {_when(deploy.entry.started)}: more failed after it than before"
            yield Action(ActionKind.DEPLOY, slo.name, share, what, f"slotui ledger show {deploy.entry.id}")


def _blind_spot(slo: SloReview) -> Iterator[Action]:
    share = slo.share(slo.unclaimed_silent)
    if share is not None and share >= _WORTH_A_LOOK:
        longest = max(slo.silent, key=lambda miss: miss.stretch.counts.bad).stretch
        many = f"in {len(slo.silent)} stretches, most of it" if len(slo.silent) > 1 else "in a stretch"
        what = f"close a blind spot: every alert was silent {many} on {_when(longest.start)}"
        yield Action(ActionKind.BLIND_SPOT, slo.name, share, what, f"slotui alerts {slo.name}")


def _reconciliations(slo: SloReview) -> Iterator[Action]:
    for entry, bill in slo.doubts:
        beyond = bill.unexplained or 0.0
        what = f"something else burned during {entry.kind} {entry.id}: {beyond:,.0f} more bad than were injected"
        yield Action(ActionKind.RECONCILE, slo.name, slo.share(beyond) or 0.0, what, f"slotui ledger show {entry.id}")


def _measure(slo: SloReview) -> Iterator[Action]:
    if slo.coverage < _WELL_MEASURED:
        what = f"measure all of it: {percent(slo.coverage)} of the period was, and a hole is not availability"
        yield Action(ActionKind.MEASURE, slo.name, 0.0, what)


def _target(slo: SloReview) -> Iterator[Action]:
    found = slo.calibration
    if found is None or found.finding not in (Finding.TOO_LOOSE, Finding.TOO_TIGHT):
        return
    word = "tight" if found.finding is Finding.TOO_TIGHT else "loose"
    fits = found.suggestion
    other = f"; {100 * fits.target:.6g}% would have fitted" if fits and fits.target != slo.board.slo.target else ""
    what = f"talk about the target, it is too {word}{other}"
    yield Action(ActionKind.TARGET, slo.name, 0.0, what, f"slotui calibrate {slo.name}")


def cost_words(action: Action) -> str:
    """Its cost as it is written; nothing for an item without one."""
    return f"{cost(action.cost)} of the budget" if action.cost > 0 else ""


def _when(at: float) -> str:
    return f"{datetime.fromtimestamp(int(at), UTC):%m-%d %H:%M}"


def _iso(at: float) -> str:
    return f"{datetime.fromtimestamp(int(at), UTC):%Y-%m-%dT%H:%M:%SZ}"

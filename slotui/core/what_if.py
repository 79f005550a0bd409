"""What so many errors for so long would cost one SLO, from its Board alone: quick enough to answer while one types.

It assumes the traffic of the last hour, evenly, and as many errors as usual beside. `chaos plan` knows more (last
week, the shape of the day, which requests a fault meets) and gives an interval; its middle is the same arithmetic.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from slotui.core.alerts import AlertTier
from slotui.core.board import SloBoard
from slotui.core.budget import burn_rate
from slotui.core.foresee import during, fires_after, past_of
from slotui.core.policy import Moment, Policy, PolicyTier
from slotui.core.timeline import Counts
from slotui.duration import DAY, HOUR, parse
from slotui.errors import UsageError

_FULL = 0.999
"""Coverage from which a window counts as measured whole, as in `core.budget`."""

_LONGEST = 366 * DAY

_HOW = "type a share and a time: 1% 10m, 0.5% 6h, 50% 90s"
_ASKED = re.compile(r"(?P<number>\d*\.?\d+)\s*(?P<percent>%?)\s+(?:errors\s+)?(?:for\s+)?(?P<time>\S+)")


@dataclass(frozen=True, slots=True)
class Outage:
    """Errors to imagine: the share of the requests that fails, for so many seconds."""

    ratio: float
    seconds: float


@dataclass(frozen=True, slots=True)
class WhatIf:
    """What an outage would do. Shares are of the budget; `fires` are tiers with the seconds until they fire.

    `share`, `left` and `left_after` count the rest of a young window as clean traffic of the same density. A tier that
    fires already has 0 seconds; `tier` and `tier_after` are None while too little is known for any.
    """

    outage: Outage
    rate: float
    bad: float
    burn: float
    share: float
    left: float
    left_after: float
    fires: tuple[tuple[AlertTier, float], ...]
    tier: PolicyTier | None
    tier_after: PolicyTier | None


def parse_outage(text: str) -> Outage:
    """`1% 10m`, `0.01 10m`, `50% for 5m`. Raises UsageError, which says what to type, for anything else.

    >>> parse_outage("1% 10m"), parse_outage("0.5 for 90s")
    (Outage(ratio=0.01, seconds=600), Outage(ratio=0.5, seconds=90))
    """
    found = _ASKED.fullmatch(text.strip())
    if found is None:
        raise UsageError("that is no outage" if text.strip() else "", fix=_HOW)
    number = float(found["number"])
    if not found["percent"] and number > 1:
        raise UsageError(f"{found['number']} of what?", fix=f"{found['number']}% is a share, and so is 0.05")
    ratio = number / 100 if found["percent"] else number
    if not 0 < ratio <= 1:
        raise UsageError(f"{found['number']}{found['percent']} is not a share of the requests", fix=_HOW)
    seconds = parse(found["time"])
    if seconds > _LONGEST:
        raise UsageError("longer than a year", fix=_HOW)
    return Outage(ratio, seconds)


def what_if(slo: SloBoard, tiers: Sequence[PolicyTier], outage: Outage, at: float) -> WhatIf | None:
    """The outage from `at` (UTC seconds) on, under a policy of `tiers`. None where no traffic came in the last hour.

    cost = rate · seconds · ratio · (1 − what fails anyway), out of (1−t)·N_W, as in `chaos.pricing.price`.
    """
    hour, allowed = slo.windows.get(HOUR, Counts()), _whole(slo)
    left = _left(slo)
    if hour.eligible <= 0 or hour.measured <= 0 or allowed <= 0 or left is None:
        return None
    rate, usual, seconds = hour.eligible / hour.measured, hour.error_ratio or 0.0, outage.seconds
    bad = rate * seconds * outage.ratio * (1 - usual)
    ratio = min(1.0, usual + outage.ratio * (1 - usual))
    past, target = past_of(slo.windows, at), slo.slo.target
    fires = [
        (tier, after)
        for tier in slo.slo.tiers
        if (after := fires_after(tier, target, past, at, rate, ratio, seconds)) is not None
    ]
    burns = {
        window: burn_rate(during(past, window, at, seconds, rate, ratio), target)
        for window in {tier.also_while.window for tier in tiers if tier.also_while is not None} & set(slo.windows)
    }
    return WhatIf(
        outage=outage,
        rate=rate,
        bad=bad,
        burn=outage.ratio * (1 - usual) / (1 - target),
        share=bad / allowed,
        left=left,
        left_after=left - bad / allowed,
        fires=tuple(sorted(fires, key=lambda one: one[1])),
        tier=slo.tier,
        tier_after=_tier_after(slo, Policy("", tuple(tiers)), bad / allowed, at + seconds, burns),
    )


def _young(slo: SloBoard) -> bool:
    return slo.slo.calendar is None and slo.coverage < _FULL


def _whole(slo: SloBoard) -> float:
    """Bad events that a full window will allow; a young one has seen only part of the traffic it will be made of."""
    rolls = slo.slo.calendar is None
    return slo.allowed / slo.coverage if rolls and slo.coverage > 0 else slo.allowed


def _left(slo: SloBoard) -> float | None:
    return slo.projected_remaining if _young(slo) else slo.remaining


def _tier_after(
    slo: SloBoard, policy: Policy, share: float, end: float, burns: dict[int, float | None]
) -> PolicyTier | None:
    """A spend leads to a stricter tier or to none: nothing rolls off meanwhile, and no tier is left by spending."""
    if slo.tier is None or slo.policy_remaining is None or slo.tier not in policy.tiers:
        return slo.tier
    left_of_period = None if slo.slo.calendar is None else max(0.0, slo.period.end - end)
    entered = policy.strictest_entered(Moment(end, slo.policy_remaining - share, left_of_period))
    return policy.tiers[max(policy.tiers.index(slo.tier), entered, policy.held_by_burn(burns))]

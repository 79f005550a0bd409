"""What the dashboard asks Prometheus, from the series that the generated rules record.

Every query is for the SLOs of a variable `$slo`. Their windows and targets differ, so a query is one part for each
window and target, joined by `or`; an SLO is in one part only.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import TypeVar

from slotui.core.alerts import AlertTier
from slotui.core.counting import BAD, ELIGIBLE, STEP
from slotui.core.policy import Policy, PolicyTier
from slotui.core.sli import CompositeSli, Matcher
from slotui.core.slo import Slo
from slotui.duration import compact
from slotui.generate.rules import ALERT, error_ratio_name

_VARIABLE = Matcher("slo", "=~", "$slo")
_Key = TypeVar("_Key", bound=Hashable)


def recorded(slos: Iterable[Slo]) -> tuple[Slo, ...]:
    """The SLOs that rules record counts of: all but composites, whose members are."""
    return tuple(slo for slo in slos if not isinstance(slo.sli, CompositeSli))


def eligible(slos: Sequence[Slo]) -> str:
    """Eligible events in the window."""
    return _by_window(slos, lambda chosen, window: f"sum_over_time({ELIGIBLE}{chosen}[{window}])")


def bad(slos: Sequence[Slo]) -> str:
    """Bad ones among them."""
    return _by_window(slos, lambda chosen, window: f"sum_over_time({BAD}{chosen}[{window}])")


def coverage(slos: Sequence[Slo]) -> str:
    """The measured share of the window: recorded steps of those that it has."""
    return _joined(
        f"clamp_max(count_over_time({ELIGIBLE}{chosen}[{compact(window)}]) / {window / STEP:g}, 1)"
        for window, chosen in _parts(slos, lambda slo: slo.window)
    )


def remaining(slos: Sequence[Slo]) -> str:
    """The share of the budget that is left, 1 − B/((1−t)·N); nothing without eligible events."""
    return _joined(
        f"1 - sum_over_time({BAD}{chosen}[{compact(window)}])"
        f" / ({1 - target:.12g} * (sum_over_time({ELIGIBLE}{chosen}[{compact(window)}]) > 0))"
        for (window, target), chosen in _parts(slos, lambda slo: (slo.window, slo.target))
    )


def policy_tier(slos: Sequence[Slo], policy: Policy) -> str:
    """The index of the strictest tier whose way in holds now, 0 for the first; without hysteresis."""
    left = f"({remaining(slos)})"
    entered = [f"({left} {'<=' if tier.enter_inclusive else '<'} bool {below:g})" for tier, below in entries(policy)]
    return " + ".join(entered) or f"0 * {left}"


def entries(policy: Policy) -> tuple[tuple[PolicyTier, float], ...]:
    """The tiers that a remaining share alone lets in, with that share; they are ordered, so they nest."""
    return tuple((tier, tier.enter_below) for tier in policy.tiers if tier.enter_below is not None)


def burn(slos: Sequence[Slo], window: int) -> str:
    """The burn over an alert window, of the SLOs whose tiers look at it; held until the next count, were it late."""
    looking = [slo for slo in slos if window in alert_windows([slo])]
    return _joined(
        f"last_over_time({error_ratio_name(window)}{chosen}[{compact(2 * STEP)}]) / {1 - target:.12g}"
        for target, chosen in _parts(looking, lambda slo: slo.target)
    )


def threshold(slos: Sequence[Slo], tier: AlertTier) -> str:
    """The factor of the tier with this severity and these windows, of the SLOs that have it: a line to burn under."""
    factors = {slo.name: one.factor for slo in slos for one in slo.tiers if slot(one) == slot(tier)}
    having = [slo for slo in slos if slo.name in factors]
    return _joined(
        f"{factor:g} * group by (slo) (last_over_time({ELIGIBLE}{chosen}[1h]))"
        for factor, chosen in _parts(having, lambda slo: factors[slo.name])
    )


def slot(tier: AlertTier) -> tuple[str, int, int]:
    """What makes tiers of different SLOs the same line of a legend."""
    return tier.severity, tier.long, tier.short


def alert_windows(slos: Iterable[Slo]) -> list[int]:
    """Every window that a tier looks at, in seconds, shortest first."""
    return sorted({window for slo in slos for tier in slo.tiers for window in (tier.short, tier.long)})


FIRING = f'ALERTS{{alertname="{ALERT}",alertstate="firing",{_VARIABLE}}}'
"""The alerts of the chosen SLOs while they fire."""

FAULTS = "sum by (id, kind, route) (chaos_injected_total) and on (id) (chaos_active == 1)"
"""Faults while their lease is on."""


def _by_window(slos: Sequence[Slo], part: Callable[[str, str], str]) -> str:
    return _joined(part(chosen, compact(window)) for window, chosen in _parts(slos, lambda slo: slo.window))


def _parts(slos: Sequence[Slo], key: Callable[[Slo], _Key]) -> list[tuple[_Key, str]]:
    """Each value of `key` with the label conditions of the SLOs that share it."""
    names: defaultdict[_Key, list[str]] = defaultdict(list)
    for slo in slos:
        names[key(slo)].append(slo.name)
    return [(value, f"{{{_named(found)},{_VARIABLE}}}") for value, found in names.items()]


def _named(names: Sequence[str]) -> Matcher:
    if len(names) == 1:
        return Matcher("slo", "=", names[0])
    return Matcher("slo", "=~", "|".join(name.replace(".", "\\.") for name in names))


def _joined(parts: Iterable[str]) -> str:
    return " or ".join(parts)

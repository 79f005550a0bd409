"""What is well-formed and will mislead all the same: thresholds out of reach, budgets of a handful of events.

These follow from the numbers that people wrote, and from how much traffic there is; what only a look at a
server can tell stands in `live_lints`.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from slotui.core.alerts import AlertTier, planned_factor
from slotui.core.budget import largest_burn
from slotui.core.figures import cost
from slotui.core.sli import Selector
from slotui.core.slo import Slo
from slotui.duration import compact

MOST_FOR_ONE_FAILURE = 0.01
"""Share of a budget that one failure may cost before it is worth a word: below 100 permitted failures."""
_LOOSE_BELOW = 0.5
_ALMOST = 1e-9


class Part(StrEnum):
    """The part of a written SLO that a lint would have changed."""

    TARGET = "target"
    WINDOW = "window"
    ELIGIBLE = "eligible"
    GOOD = "good"
    BAD = "bad"


class Check(StrEnum):
    """What was looked for; `slotui validate --allow` takes these names."""

    IMPOSSIBLE_THRESHOLD = "impossible-threshold"
    DISTANT_THRESHOLD = "distant-threshold"
    RAISED_FACTOR = "raised-factor"
    LOOSE_TARGET = "loose-target"
    COSTLY_FAILURE = "costly-failure"
    LONE_FAILURE = "lone-failure"
    WIDER_PREDICATE = "wider-predicate"
    SHORT_RETENTION = "short-retention"
    NO_SERIES = "no-series"
    NOTHING_GOOD = "nothing-good"
    MORE_THAN_ELIGIBLE = "more-than-eligible"
    PROBE_TRAFFIC = "probe-traffic"


@dataclass(frozen=True, slots=True)
class Lint:
    """One finding: `what` misleads and what to do about it, and the part of the SLO's file to change."""

    slo: str
    check: Check
    part: Part
    what: str
    fix: str


@dataclass(frozen=True, slots=True)
class Traffic:
    """Eligible events in `seconds`; `basis` says where the figure is from: `given`, `of the last day`."""

    events: float
    seconds: float
    basis: str

    def within(self, seconds: float) -> float:
        """Events to expect in `seconds`, were traffic even."""
        return self.events * seconds / self.seconds


def written_lints(slo: Slo, tiers: Sequence[AlertTier] | None = None) -> tuple[Lint, ...]:
    """What the SLO alone shows, against its alert tiers (by default those derived for its window)."""
    return (*_threshold_lints(slo, slo.tiers if tiers is None else tiers), *_predicate_lints(slo))


def _threshold_lints(slo: Slo, tiers: Sequence[AlertTier]) -> Iterator[Lint]:
    if slo.target < _LOOSE_BELOW:
        # Every tier is out of reach for the same reason, and four lines would say it no better than one.
        yield _loose(slo)
        return
    cap = largest_burn(slo.target)
    for tier in tiers:
        needed = tier.factor / cap
        if needed >= 1 - _ALMOST:  # it fires above its factor, not at it
            what = (
                f"{tier_words(tier)} can never fire: it needs a burn above {_times(tier.factor)}, and at a target of "
                f"{share_words(slo.target)} a total failure burns {_times(cap)}"
            )
            raised = _target_words(tier.factor)
            fix = f"raise the target above {raised}, or do not count on this alert: a slower tier has to notice"
            yield Lint(slo.name, Check.IMPOSSIBLE_THRESHOLD, Part.TARGET, what, fix)
        elif needed > 1 / 2 + _ALMOST:
            what = (
                f"{tier_words(tier)} needs {share_words(needed)} of the {slo.unit} bad to fire: its factor is "
                f"{_times(tier.factor)}, and at a target of {share_words(slo.target)} a total failure burns "
                f"{_times(cap)}"
            )
            reach = _target_words(2 * tier.factor)
            fix = (
                f"a target of {reach} or more brings it within reach; else only a near-total failure is noticed so fast"
            )
            yield Lint(slo.name, Check.DISTANT_THRESHOLD, Part.TARGET, what, fix)
        planned = planned_factor(tier, slo.window)
        if planned is not None and planned < 1 - _ALMOST and tier.factor >= 1:
            what = (
                f"{tier_words(tier)} had to be raised from {_times(planned)} to {_times(tier.factor)}, or it would "
                f"alert on a met objective: it fires when {share_words(tier.share)} of the budget is spent"
            )
            fix = "live with that share, or choose a window of 30d or more, which needs no raising"
            yield Lint(slo.name, Check.RAISED_FACTOR, Part.WINDOW, what, fix)


def _loose(slo: Slo) -> Lint:
    if slo.target == 0:
        what = f"a target of 0: all {slo.unit} may be bad, so the budget can never be overspent"
    else:
        what = (
            f"a target of {share_words(slo.target)} lets {share_words(1 - slo.target)} of the {slo.unit} be bad: "
            f"no failure burns more than {_times(largest_burn(slo.target))}, and no alert is of use"
        )
    fix = "write the share that must be good (`target: 0.999`), not the share that may be bad"
    return Lint(slo.name, Check.LOOSE_TARGET, Part.TARGET, what, fix)


def _predicate_lints(slo: Slo) -> Iterator[Lint]:
    sli = slo.events
    if sli is None:
        return
    for part, counted in ((Part.GOOD, sli.good), (Part.BAD, sli.bad)):
        if counted is None or _family(counted.metric) != _family(sli.eligible.metric):
            continue
        missing = [matcher for matcher in sli.eligible.matchers if not _keeps(counted, matcher.label)]
        if missing:
            conditions = ", ".join(map(str, missing))
            what = f"`{part}` lacks {conditions}, which `total` has: it also counts events that are not eligible"
            yield Lint(slo.name, Check.WIDER_PREDICATE, part, what, f"add {conditions} to `{part}`")


def _keeps(counted: Selector, label: str) -> bool:
    """Whether a selector says anything of a label. What exactly it says is left to live data to judge."""
    return any(matcher.label == label for matcher in counted.matchers)


def _family(metric: str) -> str:
    """Buckets and count of one histogram hold the same events."""
    return metric.removesuffix("_bucket").removesuffix("_count")


def traffic_lints(
    slo: Slo, traffic: Traffic, most: float = MOST_FOR_ONE_FAILURE, tiers: Sequence[AlertTier] | None = None
) -> tuple[Lint, ...]:
    """What the amount of traffic makes of budget and alerts: one failure costs 1/((1−t)·N) of the budget.

    A tier fires on one failure alone where N_L < 1/(f·(1−t)): 69.4 an hour at 99.9 % and 14.4.
    SLOs of time slices have as many slices as minutes, whatever the traffic; they get no lint.
    """
    if slo.events is None or slo.target < _LOOSE_BELOW or traffic.events <= 0:
        return ()
    found = []
    total = traffic.within(slo.window)
    one = 1 / ((1 - slo.target) * total)
    if one > most:
        what = (
            f"one failure costs {cost(one)} of the budget: {count_words(total)} {slo.unit} in {slo.window_label} "
            f"({traffic.basis}) permit {count_words((1 - slo.target) * total)} failures at {share_words(slo.target)}"
        )
        others = "lengthen the window, or promise for several services together"
        if most * total > 1:
            fix = f"a target of {share_words(_target_costing(most, total))} makes it {cost(most)}; or {others}"
        else:
            fix = f"no target makes so few events a budget: {others}"
        found.append(Lint(slo.name, Check.COSTLY_FAILURE, Part.TARGET, what, fix))
    derived = slo.tiers if tiers is None else tiers
    if alone := [tier for tier in derived if _fires_on_one(tier, slo, traffic)]:
        found.append(_lone_failure(slo, alone, traffic))
    return tuple(found)


def _lone_failure(slo: Slo, alone: Sequence[AlertTier], traffic: Traffic) -> Lint:
    tier = alone[0]
    expected = traffic.within(tier.long)
    burn = 1 / (max(1.0, expected) * (1 - slo.target))
    what = (
        f"one failure alone fires {', '.join(map(tier_words, alone))}: among {count_words(expected)} {slo.unit} in "
        f"{compact(tier.long)} ({traffic.basis}) it is a burn of {_times(burn)}, above {_times(tier.factor)}"
    )
    enough = math.floor(1 / (tier.factor * (1 - slo.target))) + 1
    fix = (
        f"from {count_words(enough)} {slo.unit} in {compact(tier.long)} on it takes two; until then let the alert "
        "ask for a least number of failures as well"
    )
    return Lint(slo.name, Check.LONE_FAILURE, Part.TARGET, what, fix)


def _fires_on_one(tier: AlertTier, slo: Slo, traffic: Traffic) -> bool:
    """The failure itself is an event: in a window that expects less than one it is the only one."""
    threshold = tier.factor * (1 - slo.target)
    return threshold < 1 - _ALMOST and max(1.0, traffic.within(tier.long)) * threshold < 1 - _ALMOST


def _target_words(burn: float) -> str:
    """The target at which a total failure burns `burn`, t = 1 − 1/b, rounded up so that it is enough."""
    return f"{math.ceil(1e5 * (1 - 1 / burn)) / 1e3:.6g}%"


def _target_costing(most: float, total: float) -> float:
    """The target at which one of `total` failures costs the share `most`: t = 1 − 1/(most·N)."""
    return 1 - 1 / (most * total)


def tier_words(tier: AlertTier) -> str:
    """How a tier is called in a sentence: `page 1h&5m`."""
    return f"{tier.severity} {compact(tier.long)}&{compact(tier.short)}"


def _times(burn: float) -> str:
    return f"{burn:.3g}x" if burn < 999.5 else f"{burn:.0f}x"


def share_words(share: float) -> str:
    """As a percentage in three figures; near 100% in six, for 99.9995% is a target that somebody may have.

    >>> share_words(0.72), share_words(3 / 7), share_words(0.99995), share_words(0.965)
    ('72%', '42.9%', '99.995%', '96.5%')
    """
    return f"{100 * share:.6g}%" if share > 0.99 else f"{100 * share:.3g}%"


def count_words(events: float) -> str:
    """Events as people write them, in thousands; below ten a tenth may count.

    >>> count_words(43200.4), count_words(9.96), count_words(0.25), count_words(100)
    ('43,200', '10', '0.2', '100')
    """
    return f"{events:,.0f}" if events >= 9.95 else f"{events:.1f}".removesuffix(".0")

"""SLOs of other tools as plain text: what the tool says, and beside it what the events say."""

from __future__ import annotations

from slotui.core.figures import UNKNOWN, burn, percent
from slotui.core.found import Discovery, FoundSlo
from slotui.duration import compact
from slotui.view.ink import fit
from slotui.view.words import measured_share, number, target

_TOOL = 13
_NAME = 40
_WEIGHED = {True: "by events", False: "unweighted", None: "weighting unknown"}


def render(discovery: Discovery) -> str:
    """Three lines for each SLO found, in the order of the tools: the promise, what its tool says, what we count."""
    return "\n".join(row for found in discovery.found for row in _rows(found))


def _rows(found: FoundSlo) -> tuple[str, str, str]:
    told, margin = found.told, " " * _TOOL
    # The name is the one that --discover shows it under.
    name = found.slo.name if found.slo is not None else found.name
    objective = UNKNOWN if found.target is None else target(found.target)
    window = UNKNOWN if found.window is None else compact(found.window)
    firing = f"; firing: {', '.join(told.firing)}" if told.firing else ""
    return (
        f"{fit(found.tool, _TOOL)}{fit(name, _NAME)} {objective} over {window}  burn {burn(told.burn)}",
        f"{margin}{percent(told.remaining)} left, {_WEIGHED[told.weighted]} ({found.tool}){firing}",
        f"{margin}{_counted(found)}",
    )


def _counted(found: FoundSlo) -> str:
    budget = found.budget
    if budget is None:
        return f"not counted: {found.uncounted}" if found.uncounted else "not counted"
    counts = f"{number(budget.counts.bad)} bad of {number(budget.counts.eligible)}"
    measured = "" if budget.full else f"; {measured_share(budget.coverage)} of {compact(budget.window)} measured"
    return f"{percent(budget.remaining_ratio)} left, counted: {counts}{measured}"

"""The arithmetic behind a number, with its counts, so that anyone can do it again by hand."""

from __future__ import annotations

from slotui.core.board import SloBoard
from slotui.core.figures import burn, percent
from slotui.core.slo import FreshnessSli
from slotui.duration import HOUR, compact, rough
from slotui.view.ink import fit, plain, wrapped
from slotui.view.queries import broken, promql
from slotui.view.sections import firing_state
from slotui.view.words import day_time, gone_in, measured_share, number, state_word, target

_COLUMNS = 80
_INDENT = "    "


def explain(slo: SloBoard, *, now: float | None = None, columns: int = _COLUMNS) -> str:
    """Budget, burn, exhaustion, alerts and policy of one SLO as sums with their counts. `now`: UTC seconds."""
    objective = slo.slo
    rows = [f"{objective.name}: {target(objective.target)} of {objective.sli.unit} good over {objective.window_label}"]
    if objective.description:
        rows += _text(objective.description, columns)
    rows += ["", "Good events"]
    rows += _text(_good(slo), columns)
    for name, query in promql(objective).items():
        rows += [f"{_INDENT}{fit(name if first else '', 9)} {part}" for first, part in broken(query, columns - 14)]
    rows += ["", "Budget", *_budget(slo, columns)]
    rows += ["", "Burn: the bad share of a window, as a multiple of what the target allows", *_burns(slo, columns)]
    rows += ["", "Alerts: a tier fires while both of its windows burn above its factor", *_alerts(slo, now)]
    rows += ["", "Policy", *_policy(slo, columns)]
    return "\n".join(rows)


def _text(text: str, columns: int) -> list[str]:
    return [plain(row) for row in wrapped(text, columns, first=_INDENT, rest=_INDENT)]


def _good(slo: SloBoard) -> str:
    sli = slo.slo.sli
    if isinstance(sli, FreshnessSli):
        return (
            f"A slice of {compact(sli.slice_seconds)} is good when the newest timestamp is at most "
            f"{compact(sli.max_age)} old at every look. A slice nobody looked at is neither good nor bad."
        )
    return "bad = eligible - good, under one predicate" if sli.good is not None else "good = eligible - bad"


def _budget(slo: SloBoard, columns: int) -> list[str]:
    counts = slo.counts
    if slo.remaining is None:
        why = slo.problem or "no eligible event in the window"
        return _text(f"unknown: {why}. That is not 100%: nothing was counted that could be good.", columns)
    unit = slo.slo.sli.unit
    rows = [
        f"{_INDENT}eligible N   {number(counts.eligible):>15} {unit}",
        f"{_INDENT}bad B        {number(counts.bad):>15}",
        f"{_INDENT}allowed      {number(slo.allowed):>15}   (1 - {slo.slo.target:g}) x N",
        f"{_INDENT}left         {percent(slo.remaining, 2):>15}   1 - B / allowed",
        f"{_INDENT}measured     {measured_share(slo.coverage):>15}   of {slo.slo.window_label}",
    ]
    if slo.coverage < 0.999 and slo.projected_remaining is not None:
        rows.append(f"{_INDENT}projected    {percent(slo.projected_remaining, 2):>15}   1 - (1 - left) x measured")
        rows += _text("Projected: left of a full window, if the unmeasured rest had this traffic, all good.", columns)
    return rows


def _burns(slo: SloBoard, columns: int) -> list[str]:
    rows = []
    for window in sorted(slo.burns):
        rate = slo.burns[window]
        if rate is None:
            rows.append(f"{_INDENT}{fit(compact(window), 5, right=True)}  {'-':>7}   no eligible event")
            continue
        share = percent(rate * (1 - slo.slo.target), 3)
        rows.append(f"{_INDENT}{fit(compact(window), 5, right=True)}  {burn(rate):>7}   {share} bad / {_allowed(slo)}")
    hour = slo.burns.get(HOUR)
    gone = gone_in(slo)
    if gone == "gone":
        return [*rows, *_text("Nothing is left to exhaust.", columns)]
    if slo.remaining is not None and hour:
        text = f"Gone in {gone}: {percent(slo.remaining)} left x {slo.slo.window_label} / {burn(hour)}"
        return [*rows, *_text(text + " (what rolls out of the window is not counted)", columns)]
    return [*rows, *_text("Gone in -: nothing is being spent, or nothing is known.", columns)]


def _allowed(slo: SloBoard) -> str:
    return f"{100 * (1 - slo.slo.target):.6g}% allowed"


def _alerts(slo: SloBoard, now: float | None) -> list[str]:
    at = now if now is not None else slo.seen_at or 0.0
    return [
        f"{_INDENT}{fit(status.tier.severity, 6)} {fit(status.tier.title, 9)} over {status.tier.factor:>5.4g}x"
        f"   {compact(status.tier.long):>3} {burn(status.burn_long):>6}  {compact(status.tier.short):>3}"
        f" {burn(status.burn_short):>6}   {firing_state(slo, status, at).text}"
        for status in slo.alerts
    ]


def _policy(slo: SloBoard, columns: int) -> list[str]:
    if slo.standing is None:
        return _text("HOLD: too little is known to decide.", columns)
    tier, since = slo.standing.tier, slo.standing.since
    rows = _text(f"{tier.name.upper()}: {tier.action}", columns)
    rows += _text(f"deploys {tier.deploys}, experiments {tier.experiments}", columns)
    if tier.enter_below is not None:
        sign = "at or below" if tier.enter_inclusive else "below"
        why = f"entered {sign} {100 * tier.enter_below:g}%"
        if tier.leave_at is not None:
            why += f", left at {100 * tier.leave_at:g}%"
        if tier.leave_after is not None:
            why += f" or after {rough(tier.leave_after)}"
        rows += _text(why, columns)
    rows += _text(f"since {day_time(since)} UTC" if since is not None else "since before the record began", columns)
    if tier.override:
        rows += _text(f"who may override: {tier.override}", columns)
    rows += _text(f"state now: {state_word(slo.state)}", columns)
    return rows

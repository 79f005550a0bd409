"""The arithmetic behind a number, with its counts, so that anyone can do it again by hand."""

from __future__ import annotations

from slotui.core.board import SloBoard
from slotui.core.figures import burn, percent
from slotui.core.sli import CompositeSli, EventSli, RawRatio, SliceSli, Threshold
from slotui.duration import HOUR, compact
from slotui.view import forecast, standing
from slotui.view.ink import fit, plain, wrapped
from slotui.view.queries import broken, promql
from slotui.view.questions import laid_out, questions, without
from slotui.view.sections import firing_state
from slotui.view.words import gone_in, measured_share, measured_window, number, state_word, target

_COLUMNS = 80
_INDENT = "    "


def explain(slo: SloBoard, *, now: float | None = None, columns: int = _COLUMNS) -> str:
    """Budget, burn, exhaustion, alerts and policy of one SLO as sums with their counts. `now`: UTC seconds."""
    objective = slo.slo
    rows = [f"{objective.name}: {target(objective.target)} of {objective.unit} good {objective.over}"]
    if objective.description:
        rows += _text(objective.description, columns)
    rows += ["", "Good events"]
    rows += _text(_good(slo), columns)
    for name, query in promql(objective).items():
        rows += [f"{_INDENT}{fit(name if first else '', 9)} {part}" for first, part in broken(query, columns - 14)]
    rows += ["", "Budget", *_budget(slo, columns)]
    rows += ["", "Burn: the bad share of a window, as a multiple of what the target allows", *_burns(slo, columns)]
    rows += ["", "Alerts: a tier fires while both of its windows burn above its factor", *_alerts(slo, now)]
    if slo.forecast is not None:
        rows += ["", "Ahead: if the burn of the last hour goes on at even traffic", *_ahead(slo, columns)]
    if slo.balance is not None:
        rows += ["", "Since the mark", *_text(forecast.since(slo.balance), columns)]
    rows += ["", "Policy", *_policy(slo, columns)]
    return "\n".join(rows)


def asked(slo: SloBoard, columns: int = _COLUMNS) -> list[str]:
    """The questions that give the numbers again, each over its window, in the order in which they are copied."""
    found = questions(slo)
    if not found:
        return ["PromQL", *_text(f"{without(slo)}.", columns)]
    rows = ["PromQL: a burn is a bad share over what is allowed; y copies the first, y again the next"]
    for each in found:
        rows.append(f"{_INDENT}{each.about}")
        rows += [f"{_INDENT}  {part}" for part in laid_out(each.promql, columns - 6)]
    return rows


def _text(text: str, columns: int) -> list[str]:
    return [plain(row) for row in wrapped(text, columns, first=_INDENT, rest=_INDENT)]


def _good(slo: SloBoard) -> str:
    sli = slo.slo.sli
    if isinstance(sli, CompositeSli):
        return "good and bad are those of its objectives, each weighed so that its budget counts as its weight says"
    if isinstance(sli, SliceSli):
        return _slices(sli)
    return "bad = eligible - good, under one predicate" if sli.good is not None else "good = eligible - bad"


def _slices(sli: SliceSli) -> str:
    match sli.measure:
        case EventSli():
            measured = "of its events"
        case Threshold() as threshold:
            measured = f"of the looks at it found a value {threshold}"
        case RawRatio():
            measured = "of it was, by a ratio that the query gives (it carries no counts)"
    length = compact(sli.seconds)
    if sli.target is None:
        rule = f"A slice of {length} is as good as the share that {measured}"
    elif sli.target == 1:
        rule = f"A slice of {length} is good when all {measured}"
    else:
        rule = f"A slice of {length} is good when at least {target(sli.target)} {measured}"
    return f"{rule}. A slice nobody measured is neither good nor bad."


def _budget(slo: SloBoard, columns: int) -> list[str]:
    counts = slo.counts
    if slo.remaining is None:
        why = slo.problem or "no eligible event in the window"
        return _text(f"unknown: {why}. That is not 100%: nothing was counted that could be good.", columns)
    unit = slo.slo.unit
    rows = [
        f"{_INDENT}eligible N   {number(counts.eligible):>15} {unit}",
        f"{_INDENT}bad B        {number(counts.bad):>15}",
        f"{_INDENT}allowed      {number(slo.allowed):>15}   (1 - {slo.slo.target:g}) x N{_whole_period(slo)}",
        f"{_INDENT}left         {percent(slo.remaining, 2):>15}   1 - B / allowed",
        f"{_INDENT}measured     {measured_share(slo.coverage):>15}   of {measured_window(slo)}",
    ]
    if slo.coverage < 0.999 and slo.slo.calendar is None and slo.projected_remaining is not None:
        rows.append(f"{_INDENT}projected    {percent(slo.projected_remaining, 2):>15}   1 - (1 - left) x measured")
        rows += _text("Projected: left of a full window, if the unmeasured rest had this traffic, all good.", columns)
    return rows


def _whole_period(slo: SloBoard) -> str:
    """A calendar budget is granted for the whole period; its traffic is not known before the end."""
    return "" if slo.slo.calendar is None else f" / measured share of the {slo.slo.window_label}"


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
        if slo.slo.calendar is not None and gone.startswith(">"):
            return [*rows, *_text(f"Not gone this {slo.slo.window_label}: at this burn it outlasts it.", columns)]
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
    rows = [row for sentence in standing.words(slo) for row in _text(sentence, columns)]
    return rows if slo.standing is None else [*rows, *_text(f"state now: {state_word(slo.state)}", columns)]


def _ahead(slo: SloBoard, columns: int) -> list[str]:
    return [row for sentence in forecast.ahead(slo) for row in _text(sentence, columns)]

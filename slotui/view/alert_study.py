"""A tier set explained: when each alert fires and falls quiet, and what none of them would notice."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from slotui.core.alert_study import ERROR_RATIOS, AlertStudy, Response
from slotui.core.alerts import AlertTier
from slotui.core.blind_spots import UnseenBand
from slotui.core.budget import largest_burn
from slotui.core.figures import UNKNOWN, burn, cost, percent
from slotui.core.plain import clean
from slotui.core.reach import Derivation, Reach
from slotui.core.unnoticed import Miss, Unnoticed
from slotui.duration import compact, rough
from slotui.view.ink import fit, plain, wrapped
from slotui.view.words import day_time, number, target

_COLUMNS = 80
_INDENT = "    "
_MISSES_SHOWN = 5
_NEAR_CAP = 0.5
"""From this share of bad events on, a threshold is hardly ever reached; say so."""


def words(study: AlertStudy, *, columns: int = _COLUMNS) -> str:
    """One SLO's alerts, section by section."""
    rows = [f"{clean(study.name)}: {target(study.target)} of {study.unit} good over {compact(study.window)}"]
    if not study.tiers:
        rows += ["", *_text("No alert tier: even the shortest long window, 1h, is over half of this window.", columns)]
    else:
        rows += ["", "Tiers: each fires while both of its windows burn above its factor", *_tiers(study, columns)]
        rows += ["", "Fires after, from a clean start, at a steady share of bad events"]
        rows += _responses(study, lambda response: response.fires_after, "never")
        rows += _text("Scrape and rule intervals come on top.", columns)
        rows += ["", "Quiet again after, once such a fault has ended"]
        rows += _responses(study, lambda response: response.quiet_after, UNKNOWN)
        rows += ["", "One failure fires a tier when its long window holds too few events"]
        rows += [row for found in study.tiers for row in _one_failure(found, study)]
    rows += ["", "Blind spots by arithmetic, at even traffic", *_spots(study, columns)]
    if study.record is not None:
        rows += ["", *_record(study.record, columns)]
    elif study.problem is not None:
        rows += ["", "Blind spots in the record", *_text(f"unknown: {study.problem}", columns)]
    return "\n".join(rows)


def _text(text: str, columns: int) -> list[str]:
    return [plain(row) for row in wrapped(text, columns, first=_INDENT, rest=_INDENT)]


def _tiers(study: AlertStudy, columns: int) -> list[str]:
    rows = [f"{_INDENT}{fit('', 30)}{fit('factor', 8, right=True)}{fit('= bad', 11, right=True)}   budget spent"]
    for found in study.tiers:
        tier = found.tier
        windows = f"{compact(tier.long)} and {compact(tier.short)}"
        bad = _share(found.needed) if found.possible else "never"
        rows.append(
            f"{_INDENT}{fit(tier.severity, 7)}{fit(tier.title, 10)}{fit(windows, 13)}"
            f"{fit(f'{tier.factor:.4g}x', 8, right=True)}{fit(bad, 11, right=True)}   {_spent(tier.share)}"
        )
    rows += _text(f"The largest burn there can be is {burn(largest_burn(study.target))}: total failure.", columns)
    for found in study.tiers:
        for note in _notes(found, study):
            rows += _text(f"{found.tier.severity} {compact(found.tier.long)}: {note}", columns)
    return rows


def _notes(found: Reach, study: AlertStudy) -> Iterator[str]:
    tier, workbook = found.tier, found.workbook_factor
    if found.derivation is Derivation.RAISED and workbook is not None:
        yield f"factor raised to 1; the Workbook's share would give {workbook:.2g}x and alert on a met objective"
    elif found.derivation is Derivation.LARGER_SHARE and workbook is not None:
        yield f"a larger share than the Workbook's, which would give {workbook:.3g}x in so short a window"
    most = burn(largest_burn(study.target))
    if not found.possible:
        yield f"CAN NEVER FIRE: no burn exceeds {most}, and its factor is {tier.factor:.4g}x"
    elif found.needed >= _NEAR_CAP:
        yield f"near the cap: fires only while over {_share(found.needed)} of the {study.unit} are bad"
    elif tier.factor < 1:
        yield "a factor below 1 alerts on a service that meets its objective"
    if found.overspends:
        yield "the whole budget is spent before it fires"


def _responses(study: AlertStudy, part: Callable[[Response], float | None], none: str) -> list[str]:
    head = "".join(fit(f"{found.tier.severity} {compact(found.tier.long)}", 12, right=True) for found in study.tiers)
    rows = [f"{_INDENT}{fit('bad', 8, right=True)}{head}"]
    for ratio, responses in zip(ERROR_RATIOS, study.responses, strict=True):
        cells = [part(response) for response in responses]
        shown = "".join(fit(none if cell is None else rough(cell), 12, right=True) for cell in cells)
        rows.append(f"{_INDENT}{fit(f'{100 * ratio:g}%', 8, right=True)}{shown}")
    return rows


def _one_failure(found: Reach, study: AlertStudy) -> Iterator[str]:
    tier = found.tier
    least = found.one_failure_below
    name = f"{_INDENT}{fit(f'{tier.severity} {compact(tier.long)}', 12)}"
    if least <= 1:  # even one event of one is not enough
        yield f"{name}{fit('never', 18, right=True)}"
        return
    row = f"{name}below {fit(f'{least:,.1f}', 12, right=True)}"
    holds, per = _holds(study, tier)
    if holds is None:
        yield row
        return
    verdict = "  ONE IS ENOUGH" if holds < least else ""
    yield f"{row}   {per} {number(holds)} {study.unit}{verdict}"


def _holds(study: AlertStudy, tier: AlertTier) -> tuple[float | None, str]:
    """How many events the long window holds, where that is known: by the clock for slices, else from the record."""
    if study.slice_seconds is not None:
        return tier.long / study.slice_seconds, "holds"
    if study.record is None or study.record.counts.measured <= 0:
        return None, ""
    counts = study.record.counts
    return counts.eligible / counts.measured * tier.long, "holds on average"


def _spots(study: AlertStudy, columns: int) -> list[str]:
    spots, window = study.spots, compact(study.window)
    steady = f"a burn of {_x(spots.steady_burn)} fires nothing, and spends {_spent(spots.steady_share)} of the budget"
    gone = "" if spots.gone_after is None else f"; all of it is gone after {rough(spots.gone_after)}"
    rows = _text(f"Steady: {steady} over {window}{gone}.", columns)
    if spots.outage is None:
        rows += _text("At once: even a total failure fires nothing, however long it lasts.", columns)
    else:
        rows += _text(
            f"At once: total failure for {_at_most(spots.outage.seconds)} from a clean start fires nothing,"
            f" and spends {_spent(spots.outage.share)}.",
            columns,
        )
    rows += _text(f"Of any shape: nothing that fires no tier spends more than {_spent(spots.ceiling)}.", columns)
    rows += ["", f"{_INDENT}a fault that burns            spends unnoticed at most   until"]
    rows += [_band(band) for band in spots.bands]
    return rows


def _band(band: UnseenBand) -> str:
    between = f"{_x(band.above)} to {_x(band.up_to)}" if band.above > 0 else f"at most {_x(band.up_to)}"
    tier = band.noticed_by
    until = f"{tier.severity} {compact(tier.long)}" if tier else "the window ends"
    return f"{_INDENT}{fit(between, 30)}{fit(_spent(band.share), 24, right=True)}   {until}"


def _record(record: Unnoticed, columns: int) -> list[str]:
    rows = ["Blind spots in the record"]
    rows += _text(record.place, columns)
    rows += _text(
        f"{day_time(record.start)} to {day_time(record.end)} UTC, judged every {rough(record.step)}:"
        f" {_fired(len(record.runs))}, {_spends(len(record.misses))} passed unnoticed"
        + (f" at the cost of {_spent(record.share)} of the budget." if record.misses else "."),
        columns,
    )
    largest = sorted(record.misses, key=lambda miss: miss.stretch.share or 0.0, reverse=True)
    if largest:
        rows += ["", f"{_INDENT}{fit('from', 14)}{fit('lasted', 8, right=True)}{fit('spent', 9, right=True)}"]
        rows[-1] += f"{fit('bad', 12, right=True)}   nearest to firing"
    rows += [_miss(miss) for miss in largest[:_MISSES_SHOWN]]
    rest = largest[_MISSES_SHOWN:]
    if rest:
        share = sum(miss.stretch.share or 0.0 for miss in rest)
        rows += _text(f"and {len(rest)} smaller, together {_spent(share)} (all of them: --output json)", columns)
    for tiers, why in (
        (record.unjudged, "was never judged: the record is shorter than its long window"),
        (record.blurred, f"is blurred: a row of {rough(record.step)} is longer than its short window"),
    ):
        for tier in tiers:
            rows += _text(f"{tier.severity} {compact(tier.long)} {why}", columns)
    return rows


def _miss(miss: Miss) -> str:
    part, tier = miss.stretch, miss.nearest
    near = UNKNOWN
    if tier is not None and miss.burn is not None:  # in percent: it must never read as the factor itself
        near = f"{tier.severity} {compact(tier.long)}: {percent(miss.burn / tier.factor)} of {tier.factor:.4g}x"
    return (
        f"{_INDENT}{fit(day_time(part.start), 14)}{fit(rough(part.end - part.start), 8, right=True)}"
        f"{fit(_spent(part.share), 9, right=True)}{fit(number(part.counts.bad), 12, right=True)}   {near}"
    )


def _fired(count: int) -> str:
    return {0: "no alert fired", 1: "one alert fired"}.get(count, f"alerts fired {count} times")


def _spends(count: int) -> str:
    return {0: "no spend", 1: "one spend"}.get(count, f"{count} spends")


def _x(rate: float) -> str:
    return f"{rate:.6g}x"


def _share(ratio: float) -> str:
    return f"{100 * ratio:.4g}%"


def _at_most(seconds: float) -> str:
    # Rounding up would name a length that fires.
    tenths = int(round(seconds, 6) * 10)
    return rough(tenths // 10) if tenths >= 100 else f"{tenths / 10:g}s"


def _spent(share: float | None) -> str:
    return percent(share) if share is not None and share >= 0.1 else cost(share)

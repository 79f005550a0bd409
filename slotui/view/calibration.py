"""Is the target too loose or too tight? The past windows, the verdict, and a target that would have fitted, in text."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from slotui.core.calibration import ENOUGH, Calibration, Finding, PastWindow, Trial
from slotui.core.figures import percent
from slotui.core.plain import clean
from slotui.duration import rough
from slotui.view.ink import fit, plain, wrapped
from slotui.view.words import measured_share, number, target

_COLUMNS = 80
_INDENT = "    "
_TITLES = {
    Finding.TOO_LOOSE: "TOO LOOSE",
    Finding.TOO_TIGHT: "TOO TIGHT, OR TOO UNRELIABLE",
    Finding.HEALTHY: "HEALTHY",
    Finding.UNEVEN: "UNEVEN",
    Finding.ROOMY: "RATHER LOOSE",
    Finding.SNUG: "RATHER TIGHT",
    Finding.UNKNOWN: "TOO LITTLE HISTORY",
}


def words(found: Calibration, *, columns: int = _COLUMNS) -> str:
    """One SLO: what there is, its windows, what that says, and what would fit."""
    slo = found.slo
    rows = [f"{clean(slo.name)}: {target(slo.target)} of {slo.unit} good {slo.over}"]
    record = f"{_day(found.record.start)} to {_day(found.record.end)}, {measured_share(found.coverage)} of it measured"
    rows += _text(record, columns)
    if found.windows:
        rows += ["", f"Past windows{fit('good', 26, right=True)}{fit('spent', 10, right=True)}   measured"]
        rows += [_window(window) for window in found.windows]
    rows += ["", _TITLES[found.finding], *_text(verdict(found), columns)]
    advice = list(_advice(found))
    if advice:
        rows += ["", "A target that fits", *(row for sentence in advice for row in _text(sentence, columns))]
    return "\n".join(rows)


def verdict(found: Calibration) -> str:
    """What the past says, in a sentence or two."""
    trial, count = found.trial, len(found.judged)
    if trial is None:
        return (
            f"{count} of the past windows could be judged, {ENOUGH} are needed:"
            f" {rough(found.needed)} more of history, or a shorter window."
        )
    spread = f"{percent(trial.lowest)} to {percent(trial.highest)} was spent, {percent(trial.median)} in the median"
    match found.finding:
        case Finding.TOO_LOOSE:
            return f"More than 80% was left at the end of each of {count} windows: {spread}. Users get more than this."
        case Finding.TOO_TIGHT:
            return f"Exhausted in each of {count} windows: {spread}. Promise less, or make the service better."
        case Finding.UNEVEN:
            return (
                f"Exhausted in {trial.exhausted} of {count} windows: {spread}. Look at what happened in those before"
                " the target is touched."
            )
        case Finding.HEALTHY:
            return f"{spread} of {count} windows, none exhausted: the budget is used, and lasts."
        case Finding.ROOMY:
            return f"{spread} of {count} windows: less than 30% is usual, so there is room for a tighter target."
        case _:
            return f"{spread} of {count} windows, none exhausted: more than 70% is usual, so one incident breaks it."


def _advice(found: Calibration) -> Iterator[str]:
    trial, fitting = found.trial, found.suggestion
    if trial is None:
        return
    if fitting is None:
        if trial.highest <= 0:
            yield "Nothing bad was ever counted: no target can be told from that."
        else:
            yield "No usual target would have left something of its budget and still allowed ten bad events."
        return
    if fitting.target == trial.target:
        yield f"{target(fitting.target)}, as it is: nearest to half spent in the median window."
        yield f"It would have fired {_alerts(fitting)}."
        return
    yield (
        f"{target(fitting.target)}: would have spent {percent(fitting.median)} in the median window,"
        f" {percent(fitting.lowest)} to {percent(fitting.highest)}, and been exhausted in {fitting.exhausted}"
        f" of {len(found.judged)}."
    )
    yield f"It would have fired {_alerts(fitting)}; {target(trial.target)}: {_alerts(trial)}."


def _alerts(trial: Trial) -> str:
    pages, tickets = trial.fired("page"), trial.fired("ticket")
    return f"{pages} {'page' if pages == 1 else 'pages'} and {tickets} {'ticket' if tickets == 1 else 'tickets'}"


def _window(window: PastWindow) -> str:
    between = f"{_day(window.period.start)} to {_day(window.period.end)}"
    ratio = window.counts.error_ratio
    good = "-" if ratio is None else f"{100 - 100 * ratio:.4f}%"
    note = "" if window.judged else "  not judged: " + ("no traffic" if ratio is None else "too little of it measured")
    return (
        f"{_INDENT}{fit(between, 25)}{fit(good, 9, right=True)}{fit(percent(window.spent), 10, right=True)}"
        f"{fit(measured_share(window.coverage), 11, right=True)}{note}"
    )


def gap(start: float, end: float, why: str, slo: str) -> str:
    """A chunk that is missing, for stderr."""
    return (
        f"{clean(slo)}: {_day(start)} to {_day(end)} could not be downloaded, and counts as not measured: {clean(why)}"
    )


def asked(length: float, chunks: int) -> str:
    """What a download is, for the bar."""
    return f"{rough(length)} in {number(chunks)} chunks"


def _text(text: str, columns: int) -> list[str]:
    return [plain(row) for row in wrapped(text, columns, first=_INDENT, rest=_INDENT)]


def _day(at: float) -> str:
    return f"{datetime.fromtimestamp(int(at), UTC):%Y-%m-%d}"

"""What a review says, in which order: the tasks first, then all SLOs, then each of them, then what was decided."""

from __future__ import annotations

from collections.abc import Iterator

from slotui.core.actions import MOST, actions
from slotui.core.calibration import ENOUGH, Calibration
from slotui.core.figures import UNKNOWN, percent
from slotui.core.review import Prediction, Review
from slotui.report.page import Block, Grid, Page, Say, Section, Tasks
from slotui.report.slo_section import slo_section
from slotui.report.words import coverage, days, lead, points, rests_on, said, title, went
from slotui.view.words import day_time, number, target


def page(review: Review) -> Page:
    """The whole review."""
    return Page(title(review), rests_on(review.board.source, review.period), lead(review), tuple(_sections(review)))


def _sections(review: Review) -> Iterator[Section]:
    yield Section("What to do", (_tasks(review),))
    yield Section("All budgets", (_overview(review),))
    for slo in review.slos:
        yield slo_section(slo, review.board)
    yield Section("Policy", tuple(_policy(review)))
    yield Section("Spent on purpose", tuple(_predictions(review)))
    yield Section("Are the targets right?", (_calibrations(review),))


def _tasks(review: Review) -> Block:
    found = actions(review)
    if not found:
        return Say("Nothing in these figures asks for anything.")
    return Tasks(found[:MOST], max(0, len(found) - MOST))


def _overview(review: Review) -> Grid:
    rows = [
        (
            slo.name,
            went(slo),
            percent(slo.spent),
            percent(slo.spent_before),
            points(slo.trend).removesuffix(" points"),
            coverage(slo),
            slo.board.tier_name,
        )
        for slo in review.slos
    ]
    return Grid(
        f"Shares of the budget, {days(review.period)}",
        ("SLO", "left", "spent", "before", "trend", "measured", "tier"),
        tuple(rows),
        frozenset({1, 2, 3, 4, 5}),
    )


def _policy(review: Review) -> Iterator[Block]:
    changes = sorted(
        ((change.at, slo.name, change) for slo in review.slos for change in slo.changes), key=lambda c: c[0]
    )
    if changes:
        rows = tuple(
            (
                day_time(at),
                name,
                f"{change.before.name} → {change.after.name}",
                f"deploys {change.after.deploys}, experiments {change.after.experiments}",
            )
            for at, name, change in changes
        )
        yield Grid("Changes of tier", ("when (UTC)", "SLO", "tier", "from then on"), rows)
    else:
        yield Say("No SLO changed its tier.")
    for caption, entries in (("Refused", review.refused), ("Overridden", review.overridden)):
        if entries:
            told = tuple((day_time(one.started), one.operator, said(one)) for one in entries)
            yield Grid(caption, ("when (UTC)", "who", "what"), told)
    if not review.refused and not review.overridden:
        yield Say("Nothing was refused, and nothing overridden.")


def _predictions(review: Review) -> Iterator[Block]:
    found = [(slo.name, one) for slo in review.slos for one in slo.predictions]
    if not found:
        yield Say("No spend ran its whole time in this period, so no prediction can be judged.")
        return
    inside = sum(1 for _, one in found if one.inside)
    yield Say(f"{inside} of {len(found)} costs fell inside the interval that was predicted.")
    rows = tuple((day_time(one.entry.started), name, *_prediction(one)) for name, one in found)
    yield Grid(
        "Predicted and observed, in bad events",
        ("when (UTC)", "SLO", "predicted", "observed", "inside", "entry"),
        rows,
        frozenset({2, 3}),
    )


def _prediction(one: Prediction) -> tuple[str, str, str, str]:
    interval = f"{number(one.estimate.mid)} ({number(one.estimate.low)}-{number(one.estimate.high)})"
    return interval, number(one.observed), "yes" if one.inside else "NO", one.entry.id


def _calibrations(review: Review) -> Grid:
    rows = [(slo.name, target(slo.board.slo.target), *_calibration(slo.calibration)) for slo in review.slos]
    head = ("SLO", "target", "it is", "because")
    return Grid("By the windows that are over", head, tuple(rows), frozenset({1}))


def _calibration(found: Calibration | None) -> tuple[str, str]:
    """The finding, and in one line why; `slotui calibrate` has the rest."""
    if found is None:
        return UNKNOWN, "nothing was counted"
    trial, fits = found.trial, found.suggestion
    if trial is None:
        return "unknown", f"{len(found.judged)} of {ENOUGH} windows are on record"
    median = f"{percent(trial.median)} is spent in the median of {len(found.judged)} windows"
    other = f"; {target(fits.target)} would fit" if fits is not None and fits.target != found.slo.target else ""
    return found.finding.value.replace("-", " "), median + other

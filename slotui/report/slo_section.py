"""One SLO's part of a review: what became of its budget, who spent it, what noticed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from slotui.core.account import Account, Posting
from slotui.core.board import Board
from slotui.core.deploy_cost import AFTER
from slotui.core.entry import Entry
from slotui.core.figures import burn, cost, percent
from slotui.core.hindsight import AlertRun
from slotui.core.review import SloReview
from slotui.core.unnoticed import Miss
from slotui.duration import compact
from slotui.report.page import Block, Chart, Grid, Say, Section
from slotui.report.words import coverage, lasted, points, said, stretch, went
from slotui.view.words import coverage_note, day_time, number, target

_MOST = 6
"""Lines of a table; what is below them is told in a last one."""


def slo_section(slo: SloReview, board: Board) -> Section:
    """The section; of an SLO without data it says why."""
    objective = slo.board.slo
    title = f"{slo.name}: {target(objective.target)} of {objective.unit} {objective.over}"
    if slo.account is None:
        return Section(title, (Say(f"No budget is known: {slo.board.problem or 'there were no eligible events'}."),))
    entries = tuple(entry for entry in board.entries if entry.concerns(slo.name))
    return Section(title, tuple(_blocks(slo, slo.account, Chart(slo, entries, board.tiers))))


def _blocks(slo: SloReview, account: Account, chart: Chart) -> Iterator[Block]:
    yield Say(_summary(slo))
    yield chart
    yield _balance(slo, account)
    causes = _causes(slo)
    if causes is not None:
        yield causes
    postings = [posting for posting in account.postings if posting.kind != "mark"]
    if postings:
        yield _stretches(slo, postings)
    if slo.deploys:
        yield _deploys(slo)
    yield _alerts(slo)
    if slo.silent:
        yield _silent(slo)


def _summary(slo: SloReview) -> str:
    parts = [
        f"{number(slo.consumed.bad)} of {number(slo.consumed.eligible)} {slo.board.slo.unit} were bad:"
        f" {cost(slo.spent)} of the budget, {_against(slo)}. Left: {went(slo)}."
    ]
    if slo.coverage < 0.999:
        parts.append(f"{coverage(slo)} of the period was measured.")
    if (note := coverage_note(slo.board)) is not None:
        parts.append(f"{note[0].upper()}{note[1:]}.")
    if slo.started_over is not None:
        parts.append(f"The budget started over {day_time(slo.started_over)}, and the balance begins there.")
    return " ".join(parts)


def _against(slo: SloReview) -> str:
    if slo.trend is None:
        return "with nothing to compare it with"
    return f"{points(slo.trend)} against {cost(slo.spent_before)} in the period before"


def _balance(slo: SloReview, account: Account) -> Grid:
    """From the opening to the balance, in bad events; beside it without what is excluded, where anything is."""
    spent, kept = account.spent, account.kept
    apart = spent != kept
    rows: list[tuple[str, float, float | None, float]] = [
        (_opening(slo, account), account.opening, None, account.opening),
        ("planned", -spent.planned, spent.planned, -kept.planned),
        ("incidents", -spent.incident, spent.incident, -kept.incident),
        ("unexplained", -spent.unexplained, spent.unexplained, -kept.unexplained),
    ]
    if round(account.rolled_off):
        rows.append(("rolled off the window", account.rolled_off, None, account.rolled_off))
    if round(account.granted):
        traffic = "more traffic allows" if account.granted > 0 else "less traffic allows"
        rows.append((traffic, account.granted, None, account.granted))
    rows.append(("left now", account.left, account.left, account.left_without))
    shown = [
        (name, _whole(bad), cost(slo.share(share)) if share is not None else "", *([_whole(without)] if apart else []))
        for name, bad, share, without in rows
    ]
    head = ("balance", "bad events", "of the budget", *(["without excluded"] if apart else []))
    return Grid("What became of the budget", head, tuple(shown), frozenset(range(1, len(head))))


def _opening(slo: SloReview, account: Account) -> str:
    """What the account begins with: what was left, or all of a budget that began with it."""
    if slo.started_over is not None:
        return "granted as it started over"
    return "the whole window allows" if account.start == slo.board.period.start else "left at the start"


def _whole(bad: float) -> str:
    """An amount of the balance; -0.4 events are none."""
    return number(round(bad) + 0.0)


def _causes(slo: SloReview) -> Grid | None:
    found = slo.causes
    if found is None or not found.causes:
        return None
    spends = [(one.cause, one) for one in found.causes] + ([("(nobody says)", found.rest)] if found.rest else [])
    rows = [(name, number(one.bad), percent(one.of_bad), cost(one.of_budget)) for name, one in spends]
    return Grid(
        "Top consumers by cause",
        ("cause", "bad", "of all bad", "of the budget"),
        _most(rows),
        frozenset({1, 2, 3}),
    )


def _stretches(slo: SloReview, postings: list[Posting]) -> Grid:
    dearest = sorted(postings, key=lambda posting: -posting.bad)
    rows = [
        (stretch(one.start, one.end), number(one.bad), cost(slo.share(one.bad)), _kind(one), _told(one))
        for one in dearest
    ]
    head = ("when (UTC)", "bad", "of the budget", "kind", "what")
    return Grid("Top consumers by stretch of time", head, _most(rows), frozenset({1, 2}))


def _kind(posting: Posting) -> str:
    return posting.entry.kind if posting.entry is not None else "unclaimed"


def _told(posting: Posting) -> str:
    if posting.entry is None:
        return "nobody claimed it"
    excluded = " [excluded]" if posting.excluded > 0 else ""
    return said(posting.entry) + excluded


def _deploys(slo: SloReview) -> Grid:
    rows = [
        (
            day_time(one.entry.started),
            _name(one.entry),
            f"{number(one.counts.bad)} in {lasted(one.seconds)}",
            number(one.expected),
            cost(slo.share(one.extra)) if one.stands_out else "as usual",
        )
        for one in slo.deploys
    ]
    return Grid(
        f"Deploys that cost most: the {compact(AFTER)} after each against the median hour of the day before",
        ("when (UTC)", "deploy", "bad", "usual", "cost"),
        _most(rows),
        frozenset({2, 3, 4}),
    )


def _name(entry: Entry) -> str:
    return f"{entry.reason or entry.fault}{' (overridden)' if entry.ending == 'overridden' else ''}"


def _alerts(slo: SloReview) -> Block:
    if not slo.runs:
        return Say("No alert fired.")
    ordered = sorted(slo.runs, key=lambda run: (run.tier.severity != "page", run.start))
    return Grid("Alerts that fired", ("when (UTC)", "alert", "burn above", "for"), _most([*map(_run, ordered)]))


def _run(run: AlertRun) -> tuple[str, ...]:
    tier = run.tier
    windows = f"{tier.factor:g}x over {compact(tier.long)} and {compact(tier.short)}"
    return (
        day_time(run.start),
        f"{tier.severity.upper()} {tier.title}".strip(),
        windows,
        lasted(run.seconds),
    )


def _silent(slo: SloReview) -> Grid:
    dearest = sorted(slo.silent, key=lambda miss: -miss.stretch.counts.bad)
    rows = [
        (
            stretch(miss.stretch.start, miss.stretch.end),
            number(miss.stretch.counts.bad),
            cost(slo.share(miss.stretch.counts.bad)),
            _nearest(miss),
        )
        for miss in dearest
    ]
    head = ("when (UTC)", "bad", "of the budget", "nearest alert")
    return Grid("Spent while every alert was silent", head, _most(rows), frozenset({1, 2}))


def _nearest(miss: Miss) -> str:
    if miss.nearest is None:
        return "none had a full window"
    return f"{miss.nearest.severity} {miss.nearest.title}: {burn(miss.burn)} of {miss.nearest.factor:g}x"


def _most(rows: Sequence[tuple[str, ...]]) -> tuple[tuple[str, ...], ...]:
    """The first rows; where some are left out, a last one says how many."""
    if len(rows) <= _MOST:
        return tuple(rows)
    return (*rows[:_MOST], (f"and {len(rows) - _MOST} more", *[""] * (len(rows[0]) - 1)))

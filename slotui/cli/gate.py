"""`slotui gate`: may we deploy? The exit code is the answer, and everything that goes wrong is not a yes."""

from __future__ import annotations

import asyncio
import difflib
import json
import os
import sys
from typing import TYPE_CHECKING, Any

import click

from slotui.cli.options import Opened, Reading, open_source, output_option, source_options
from slotui.errors import RefusedError, SourceError, StoreError, UsageError

if TYPE_CHECKING:
    from pathlib import Path

    from slotui.core.board import Board, SourceStatus
    from slotui.core.gate import Approval, Decision, Ground, Purpose, Review, Ruling

_NO = 1


@click.command()
@click.argument("names", metavar="[SLO]...", nargs=-1)
@click.option("--for", "purpose", type=click.Choice(["deploys", "experiments"]), default="deploys", show_default=True,
              help="what is asked for")  # fmt: skip
@click.option("--at", metavar="TIME", help="as of a past instant: 2024-04-29T12:00:00Z")
@click.option("--strict", is_flag=True, help="a tier that asks for a review says no")
@click.option("--require-approval", is_flag=True, help="a tier that asks for a review says no until --approved-by")
@click.option("--approved-by", metavar="NAME", default="", help="override a no, where policy names who may")
@click.option("--reason", metavar="TEXT", default="", help="why; it is written to the ledger with the name")
@click.option("--min-coverage", metavar="PERCENT", type=click.FloatRange(0, 100), default=50.0, show_default=True,
              help="how much of the window must have been measured")  # fmt: skip
@source_options
@output_option
def gate(
    reading: Reading,
    names: tuple[str, ...],
    purpose: Purpose,
    at: str | None,
    approved_by: str,
    reason: str,
    min_coverage: float,
    output: str,
    *,
    strict: bool,
    require_approval: bool,
) -> int:
    """Say whether policy lets us deploy now: exit 0 yes, 1 no, 3 cannot tell.

    All SLOs are asked, or those that are named; one no is enough.
    """
    approval = _approval(approved_by, reason, purpose, at)
    decision, ledger = _decide(reading, names, purpose, _moment(at), _review(strict, require_approval), min_coverage)
    if approval is not None and ledger is not None:
        decision = _overridden(decision, approval, ledger)
    _print(json.dumps(to_json(decision), indent=1) if output == "json" else render(decision))
    return exit_code(decision)


def exit_code(decision: Decision) -> int:
    """0 yes (with or without a review), 1 no, 3 cannot tell."""
    from slotui.core.gate import Answer

    match decision.answer:
        case Answer.YES | Answer.REVIEW:
            return 0
        case Answer.NO:
            return _NO
        case Answer.UNKNOWN:
            return RefusedError.exit_code


def render(decision: Decision) -> str:
    """A line for each SLO (word, name, tier, what is left, why, what ends it), and the decision as the last one."""
    from slotui.core.plain import clean

    words = [_word(ruling, decision.approval) for ruling in decision.rulings]
    widths = [
        max((len(text) for text in column), default=0)
        for column in (words, [r.slo.name for r in decision.rulings], [r.slo.tier_name for r in decision.rulings])
    ]
    rows = [_row(ruling, word, widths) for ruling, word in zip(decision.rulings, words, strict=True)]
    return "\n".join(clean(row) for row in (*rows, _last_line(decision)))


def _row(ruling: Ruling, word: str, widths: list[int]) -> str:
    from slotui.core.figures import percent
    from slotui.view.words import coverage_note

    slo = ruling.slo
    left = f"{percent(slo.remaining):>7} left"
    reasons = "; and ".join(_reason(ground) for ground in ruling.grounds)
    note = coverage_note(slo)
    return (
        f"{word:<{widths[0]}}  {slo.name:<{widths[1]}}  {slo.tier_name:<{widths[2]}}  {left}  {reasons}"
        f"{f' ({note})' if note else ''}"
    )


def _reason(ground: Ground) -> str:
    return f"{ground.why}; {ground.ends}" if ground.ends else ground.why


def _word(ruling: Ruling, approval: Approval | None) -> str:
    from slotui.core.gate import Answer

    if approval is not None and ruling.answer is Answer.NO:
        return "OVERRIDDEN"
    return ruling.answer.value.replace("-", " ").upper()


def _last_line(decision: Decision) -> str:
    if decision.approval is None:
        return decision.sentence
    allowed = f"who may: {' and '.join(decision.approvers)}"
    return f"{decision.sentence} ({allowed}; in the ledger as {decision.approval.entry})"


def to_json(decision: Decision) -> dict[str, Any]:
    """`slotui/gate/1`: times RFC 3339, shares as fractions, unknown as None. Keys are only ever added."""
    from slotui.clock import to_iso

    approval = decision.approval
    return {
        "schema": "slotui/gate/1",
        "at": to_iso(decision.at),
        "for": decision.purpose,
        "decision": "overridden" if approval else decision.answer.value,
        "exit_code": exit_code(decision),
        "sentence": decision.sentence,
        "source": _source(decision.source),
        "slos": [_slo(ruling) for ruling in decision.rulings],
        "override": None
        if approval is None
        else {
            "approved_by": approval.name,
            "reason": approval.reason,
            "who_may": list(decision.approvers),
            "ledger_entry": approval.entry,
        },
    }


def _source(source: SourceStatus | None) -> dict[str, Any] | None:
    if source is None:
        return None
    return {
        "kind": source.kind,
        "url": source.url,
        "state": source.state,
        "age_seconds": source.age,
        "error": source.error,
    }


def _slo(ruling: Ruling) -> dict[str, Any]:
    slo = ruling.slo
    return {
        "name": slo.name,
        "decision": ruling.answer.value,
        "tier": slo.tier_name,
        "remaining_ratio": slo.remaining,
        "coverage": slo.coverage,
        "grounds": [
            {
                "decision": ground.answer.value,
                "why": ground.why,
                "ends": ground.ends or None,
                "who_may_override": ground.approver or None,
            }
            for ground in ruling.grounds
        ],
    }


def _approval(name: str, reason: str, purpose: Purpose, at: str | None) -> Approval | None:
    """Empty is not given: a pipeline may pass variables that nobody filled in."""
    from slotui.core.gate import Approval
    from slotui.core.plain import clean

    name, reason = clean(name).strip(), clean(reason).strip()
    if not name and not reason:
        return None
    if not name or not reason:
        raise UsageError(
            f"an override without a {'reason' if name else 'name'}", fix="give both: --approved-by NAME --reason TEXT"
        )
    if purpose == "experiments":
        raise UsageError("--approved-by lifts a freeze of deploys, not of experiments", fix="leave it out")
    if at is not None:
        raise UsageError("--approved-by with --at: nobody can approve the past", fix="leave one of them out")
    return Approval(name, reason)


def _review(strict: bool, require_approval: bool) -> Review:
    if strict and require_approval:
        raise UsageError("--strict and --require-approval say two things of a review", fix="leave one of them out")
    return "refuse" if strict else "approve" if require_approval else "advise"


def _moment(at: str | None) -> float | None:
    from slotui.clock import parse_time, to_iso

    if at is None:
        return None
    moment = parse_time(at)
    try:
        to_iso(moment)
    except (ValueError, OverflowError) as error:  # "nan" is a float too, and no age would be above any limit
        raise UsageError(f"{at!r} is not a time", fix="write it as 2024-04-29T12:00:00Z, or as Unix seconds") from error
    return moment


def _decide(
    reading: Reading, names: tuple[str, ...], purpose: Purpose, at: float | None, review: Review, min_coverage: float
) -> tuple[Decision, Path | None]:
    from slotui.clock import now
    from slotui.core.gate import Decision, decide

    try:
        opened = open_source(reading)
    except StoreError as error:  # its own exit code is 1, which here would be read as policy's no
        click.echo(f"slotui: {error}", err=True)
        return Decision(now() if at is None else at, purpose, (), problem=error.what), None
    board = asyncio.run(_board(opened, names, at))
    chosen = [slo for slo in board.slos if not names or slo.name in names]
    stale_after = opened.source.stale_after
    decision = decide(board, chosen, purpose, stale_after=stale_after, review=review, min_coverage=min_coverage / 100)
    return decision, opened.ledger


def _check_names(opened: Opened, names: tuple[str, ...]) -> None:
    """Raises `UsageError`: a gate that passes over a mistyped SLO stands open."""
    known = [slo.name for slo in opened.slos]
    for name in names:
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            fix = f"did you mean {near[0]}?" if near else f"known: {', '.join(known)}"
            raise UsageError(f"no SLO is named {name!r}", fix=fix)


async def _board(opened: Opened, names: tuple[str, ...], at: float | None) -> Board:
    """The board, or one that says the source is down. The ledger is not read: a broken one decides nothing here."""
    from slotui.clock import now
    from slotui.core.assemble import nothing_yet
    from slotui.watch import Feed

    source = opened.source
    try:
        _check_names(opened, names)
        return await Feed(source, opened.slos, opened.policy).board(at)
    except (SourceError, StoreError) as error:
        click.echo(f"slotui: {error}", err=True)
        return nothing_yet(opened.slos, source.kind, source.url, now() if at is None else at, error.what, None)
    finally:
        await source.close()


def _overridden(decision: Decision, approval: Approval, ledger: Path) -> Decision:
    """The decision with the override in force, once the ledger has it; else as it was, or "cannot tell"."""
    from dataclasses import replace

    from slotui.core.gate import Answer

    lifted = replace(decision, approval=approval)
    unused = None
    if decision.answer is Answer.UNKNOWN:
        unused = "nobody can approve what nobody can see"
    elif decision.answer is not Answer.NO:
        unused = "none was needed"
    elif not decision.approvers:
        unused = "policy names nobody who may override this"
    elif lifted.answer is Answer.UNKNOWN:
        unused = "beside the no there is a `cannot tell`, which nobody can approve"
    if unused is not None:
        click.echo(f"slotui: the override was not used, and not written down: {unused}", err=True)
        return decision
    try:
        entry = _write_down(decision, approval, ledger)
    except StoreError as error:
        click.echo(f"slotui: {error}", err=True)
        return replace(decision, problem=f"the override could not be written to the ledger: {error.what}")
    return replace(decision, approval=replace(approval, entry=entry))


def _write_down(decision: Decision, approval: Approval, path: Path) -> str:
    """The override as an entry of the ledger, opened and closed at once; its id."""
    import secrets

    from slotui.clock import now
    from slotui.core.entry import Entry
    from slotui.ledger.store import Ledger

    ledger, at = Ledger(path), now()
    slos = tuple(ruling.slo.name for ruling in decision.refused)
    tiers = " and ".join(dict.fromkeys(ruling.slo.tier_name for ruling in decision.refused))
    entry = Entry(secrets.token_hex(4), "deploy", slos, approval.name, approval.reason, f"deploy in {tiers}", at)
    ledger.open_entry(entry)
    ledger.close_entry(entry.id, ended=at, injected=None, observed={}, ending="overridden")
    return entry.id


def _print(text: str) -> None:
    try:
        click.echo(text)
    except BrokenPipeError:
        # Whoever read along has gone; the exit code is the answer and must stay what it is, at Python's end too.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())

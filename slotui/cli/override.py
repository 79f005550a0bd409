"""A no of the gate, lifted by somebody whom policy lets: checked, written to the ledger, and only then in force."""

from __future__ import annotations

import secrets
from dataclasses import replace
from pathlib import Path

import click

from slotui.clock import now
from slotui.core.entry import Entry
from slotui.core.gate import Approval, Decision
from slotui.core.ground import Answer, Purpose
from slotui.core.plain import clean
from slotui.errors import StoreError, UsageError
from slotui.ledger.store import Ledger


def approval_of(name: str, reason: str, purpose: Purpose, at: str | None) -> Approval | None:
    """Empty is not given: a pipeline may pass variables that nobody filled in."""
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


def overridden(decision: Decision, approval: Approval, ledger: Path) -> Decision:
    """The decision with the override in force, once the ledger has it; else as it was, or "cannot tell"."""
    lifted = replace(decision, approval=approval)
    unused = None
    if decision.answer is Answer.UNKNOWN:
        unused = "nobody can approve what nobody can see"
    elif decision.answer is not Answer.NO:
        unused = "none was needed"
    elif not decision.approvers:
        unused = "policy names nobody who may override this"
    elif barred := decision.barred(approval.name):
        unused = f"{approval.name} may not; who may: {' and '.join(barred)}"
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
    ledger, at = Ledger(path), now()
    slos = tuple(ruling.slo.name for ruling in decision.refused)
    tiers = " and ".join(dict.fromkeys(ruling.slo.tier_name for ruling in decision.refused))
    entry = Entry(secrets.token_hex(4), "deploy", slos, approval.name, approval.reason, f"deploy in {tiers}", at)
    ledger.open_entry(entry)
    ledger.close_entry(entry.id, ended=at, injected=None, observed={}, ending="overridden")
    return entry.id

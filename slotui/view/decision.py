"""The gate's decision as text: a line for each SLO, and the decision as the last one."""

from __future__ import annotations

from slotui.core.figures import percent
from slotui.core.gate import Approval, Decision, Ruling
from slotui.core.ground import Answer, Ground
from slotui.core.plain import clean
from slotui.view.words import coverage_note


def render(decision: Decision) -> str:
    """A line for each SLO (word, name, tier, what is left, why, what ends it), and the decision as the last one."""
    words = [_word(ruling, decision.approval) for ruling in decision.rulings]
    widths = [
        max((len(text) for text in column), default=0)
        for column in (words, [r.slo.name for r in decision.rulings], [r.slo.tier_name for r in decision.rulings])
    ]
    rows = [_row(ruling, word, widths) for ruling, word in zip(decision.rulings, words, strict=True)]
    return "\n".join(clean(row) for row in (*rows, _last_line(decision)))


def _row(ruling: Ruling, word: str, widths: list[int]) -> str:
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
    if approval is not None and ruling.answer is Answer.NO:
        return "OVERRIDDEN"
    return ruling.answer.value.replace("-", " ").upper()


def _last_line(decision: Decision) -> str:
    if decision.approval is None:
        return decision.sentence
    allowed = f"who may: {' and '.join(decision.approvers)}"
    return f"{decision.sentence} ({allowed}; in the ledger as {decision.approval.entry})"

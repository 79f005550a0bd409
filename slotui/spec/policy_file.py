"""An error budget policy file to a Policy: tiers that get stricter, each with a way in and a way out."""

from __future__ import annotations

from slotui.core.policy import Policy, PolicyTier
from slotui.errors import Problem, SpecError
from slotui.spec.located import Document, check
from slotui.spec.policy_schema import PolicyDocument, Tier


def policy_of(document: Document) -> Policy:
    """The policy of a document. Raises `SpecError` with every problem."""
    model, problems = check(document, PolicyDocument)
    if model is None:
        raise SpecError(problems)
    tiers = [_tier(tier) for tier in model.spec.tiers]
    problems = _order_problems(document, model.spec.tiers, tiers)
    if problems:
        raise SpecError(problems)
    return Policy(model.metadata.name, tuple(tiers))


def _tier(tier: Tier) -> PolicyTier:
    enter, leave = tier.enter, tier.leave
    inclusive = enter is not None and enter.remainingAtMost is not None
    below = None
    if enter is not None:
        below = enter.remainingAtMost if inclusive else enter.remainingBelow
    return PolicyTier(
        tier.name,
        tier.action,
        deploys=tier.deploys,
        experiments=tier.experiments,
        enter_below=below,
        enter_inclusive=inclusive,
        leave_at=leave.remainingAtLeast if leave else None,
        leave_after=leave.after if leave else None,
        override=tier.override,
    )


def _order_problems(document: Document, written: list[Tier], tiers: list[PolicyTier]) -> list[Problem]:
    if not tiers:
        return [document.problem(["spec", "tiers"], "no tier", "write at least one, the most relaxed first")]
    problems = []
    for index, (text, tier) in enumerate(zip(written, tiers, strict=True)):
        path: list[str | int] = ["spec", "tiers", index]
        if text.enter and (text.enter.remainingBelow is None) == (text.enter.remainingAtMost is None):
            fix = "write one of remainingBelow and remainingAtMost"
            problems.append(document.problem([*path, "enter"], f"tier {tier.name!r} has no single way in", fix))
            continue
        if (tier.enter_below is None) != (index == 0):
            what = "the first tier holds by default" if index == 0 else f"tier {tier.name!r} is never entered"
            fix = "take its `enter` out" if index == 0 else "add `enter: {remainingBelow: 50%}`"
            problems.append(document.problem(path, what, fix))
            continue
        before = tiers[index - 1].enter_below if index > 1 else None
        if before is not None and tier.enter_below is not None and tier.enter_below >= before:
            fix = f"order tiers from relaxed to strict; this one must enter below {before:.0%}"
            problems.append(document.problem([*path, "enter"], f"tier {tier.name!r} is not stricter", fix))
        if tier.leave_at is not None and tier.enter_below is not None and tier.leave_at < tier.enter_below:
            fix = f"leave at {tier.enter_below:.0%} or more, or the tier flaps"
            problems.append(document.problem([*path, "leave"], f"tier {tier.name!r} is left before it is entered", fix))
    return problems

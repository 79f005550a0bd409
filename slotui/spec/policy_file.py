"""An error budget policy file to a Policy: tiers that get stricter, each with a way in and a way out; exceptions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from slotui.clock import to_iso
from slotui.core.excused import PolicyException
from slotui.core.policy import Burning, Policy, PolicyTier
from slotui.core.reading import HISTORY_BEYOND_WINDOW
from slotui.duration import HOUR, MINUTE, compact
from slotui.errors import Problem, SpecError
from slotui.spec.blackouts import blackouts_of
from slotui.spec.findings import nearest
from slotui.spec.located import Document, check
from slotui.spec.policy_schema import Exempt, PolicyDocument, PolicySpec, Tier

_SHORT_BURNS = (5 * MINUTE, HOUR)
"""Windows shorter than the steps of a history that every source counts by themselves."""
_LONG_BURN = 6 * HOUR
"""Seconds from which on the steps of a history make up a window."""


def policy_of(document: Document) -> Policy:
    """The policy of a document. Raises `SpecError` with every problem."""
    model, problems = check(document, PolicyDocument)
    if model is None:
        raise SpecError(problems)
    tiers = [_tier(tier) for tier in model.spec.tiers]
    blackouts, closed = blackouts_of(document, ["spec", "blackouts"], model.spec.blackouts)
    problems = [*_tier_problems(document, model.spec.tiers, tiers), *_exception_problems(document, model.spec), *closed]
    if problems:
        raise SpecError(problems)
    exceptions = tuple(_exception(one) for one in model.spec.exceptions)
    return Policy(model.metadata.name, tuple(tiers), exceptions, model.spec.notice, blackouts)


def strangers(document: Document, slos: Iterable[str]) -> list[Problem]:
    """Where an exception or a blackout of a sound policy names an SLO that is not among `slos`, and so does nothing.

    Without any SLO to compare with there is nothing to say.
    """
    known = list(slos)
    if not known:
        return []
    named: list[tuple[list[str | int], str, str]] = [
        ([part, index, "slos", *number], name, in_vain)
        for part, in_vain in (("exceptions", "excused"), ("blackouts", "closed"))
        for index, one in enumerate(document.data["spec"].get(part) or [])
        for number, name in _named(one.get("slos"))
    ]
    return [
        document.problem(
            ["spec", *path],
            f"no SLO is named {name!r} here, so nothing is {in_vain}",
            nearest(name, known, "validate it together with all SLO files"),
        )
        for path, name, in_vain in named
        if name not in known
    ]


def _named(slos: str | list[str] | None) -> Iterator[tuple[list[int], str]]:
    """One name or several, each with where it stands below its field."""
    if isinstance(slos, str):
        yield [], slos
    else:
        yield from (([number], name) for number, name in enumerate(slos or []))


def _tier(tier: Tier) -> PolicyTier:
    enter, leave, burn = tier.enter, tier.leave, tier.alsoWhile and tier.alsoWhile.burn
    inclusive = enter is not None and enter.remainingAtMost is not None
    below = None
    if enter is not None:
        below = enter.remainingAtMost if inclusive else enter.remainingBelow
    listed = tier.override if isinstance(tier.override, list) else []
    return PolicyTier(
        tier.name,
        tier.action,
        deploys=tier.deploys,
        experiments=tier.experiments,
        enter_below=below,
        enter_inclusive=inclusive,
        enter_days_left=enter.daysLeftOver if enter else None,
        leave_at=leave.remainingAtLeast if leave else None,
        leave_after=leave.after if leave else None,
        also_while=Burning(burn.over, round(burn.window)) if burn else None,
        override=tier.override if isinstance(tier.override, str) else " or ".join(listed),
        approvers=tuple(listed),
    )


def _exception(one: Exempt) -> PolicyException:
    return PolicyException(one.kind, one.from_, one.to, one.reason, one.approver, tuple(one.slos), one.announced)


def _tier_problems(document: Document, written: list[Tier], tiers: list[PolicyTier]) -> Iterator[Problem]:
    if not tiers:
        yield document.problem(["spec", "tiers"], "no tier", "write at least one, the most relaxed first")
    seen: set[str] = set()
    before: float | None = None
    for index, (text, tier) in enumerate(zip(written, tiers, strict=True)):
        path: list[str | int] = ["spec", "tiers", index]
        if tier.name in seen:
            yield document.problem([*path, "name"], f"a second tier is named {tier.name!r}", "give it another name")
        seen.add(tier.name)
        problem = _way_in(document, path, text, tier, index) or _way_out(document, path, tier)
        if problem is not None:
            yield problem
        elif index and tier.enter_below is not None:
            if before is not None and tier.enter_below >= before:
                fix = f"order tiers from relaxed to strict; this one must enter below {before:.0%}"
                yield document.problem([*path, "enter"], f"tier {tier.name!r} is not stricter", fix)
            before = tier.enter_below
        yield from _burn_problem(document, path, tier)


def _way_in(document: Document, path: list[str | int], text: Tier, tier: PolicyTier, index: int) -> Problem | None:
    enter = text.enter
    if enter and (enter.remainingBelow is None) == (enter.remainingAtMost is None):
        fix = "write one of remainingBelow and remainingAtMost"
        return document.problem([*path, "enter"], f"tier {tier.name!r} has no single way in", fix)
    if index == 0 and (enter or tier.also_while):
        key = "enter" if enter else "alsoWhile"
        return document.problem(path, "the first tier holds by default", f"take its `{key}` out")
    if index > 0 and not enter and not tier.also_while:
        fix = "add `enter: {remainingBelow: 50%}`"
        return document.problem(path, f"tier {tier.name!r} is never entered", fix)
    return None


def _way_out(document: Document, path: list[str | int], tier: PolicyTier) -> Problem | None:
    where = [*path, "leave"]
    if tier.enter_below is None:
        if tier.leave_at is None and tier.leave_after is None:
            return None
        what = f"tier {tier.name!r} has nothing to leave"
        return document.problem(where, what, "take its `leave` out: what a burn holds ends with the burn")
    if tier.leave_at is not None and tier.leave_at < tier.enter_below:
        fix = f"leave at {tier.enter_below:.0%} or more, or the tier flaps"
        return document.problem(where, f"tier {tier.name!r} is left before it is entered", fix)
    if tier.leave_after is not None and tier.leave_after > HISTORY_BEYOND_WINDOW:
        most = compact(HISTORY_BEYOND_WINDOW)
        what = f"tier {tier.name!r} is left after {compact(tier.leave_after)}"
        return document.problem([*where, "after"], what, f"write at most {most}: so much history is kept for it")
    return None


def _burn_problem(document: Document, path: list[str | int], tier: PolicyTier) -> Iterator[Problem]:
    burning = tier.also_while
    if burning is not None and burning.window not in _SHORT_BURNS and burning.window < _LONG_BURN:
        what = f"no burn is counted over {compact(burning.window)}"
        where = [*path, "alsoWhile", "burn", "window"]
        yield document.problem(where, what, "write 5m, 1h, or 6h and more")


def _exception_problems(document: Document, spec: PolicySpec) -> Iterator[Problem]:
    for index, one in enumerate(spec.exceptions):
        path: list[str | int] = ["spec", "exceptions", index]
        if one.to <= one.from_:
            yield document.problem([*path, "to"], "the exception ends before it begins", "write a `to` after `from`")
            continue
        if one.kind != "maintenance":
            if one.announced is not None:
                fix = "take `announced` out; only a maintenance has a notice"
                yield document.problem([*path, "announced"], f"nobody announces a {one.kind}", fix)
        elif one.announced is None:
            fix = f"add `announced: {to_iso(one.from_ - spec.notice)}` or earlier, or it is no exception"
            yield document.problem(path, "a maintenance that nobody announced", fix)
        elif one.from_ - one.announced < spec.notice:
            given = compact(max(0.0, one.from_ - one.announced))
            what = f"a maintenance that was announced {given} ahead, where policy asks for {compact(spec.notice)}"
            fix = "what it spent counts: take the exception out"
            yield document.problem([*path, "announced"], what, fix)

"""Whether a drill may begin in the lab. Pure: what is known goes in, every reason against it comes out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from chaos.plane.lease import Ceilings
from chaos.spend.client import About, LeaseSeen
from lab.drills.doses import doses_of
from lab.drills.scenario import Scenario
from slotui.clock import to_iso
from slotui.core.board import Board
from slotui.core.policy import Policy
from slotui.core.slo import Slo
from slotui.errors import LabError, RefusedError


def fits_a_lab(scenario: Scenario, slos: Sequence[Slo], ceilings: Ceilings) -> None:
    """Raise `LabError` for a scenario that cannot be played in real time in this lab, whoever wants it."""
    known = {slo.name for slo in slos}
    if not scenario.real_time or scenario.blindness:
        raise LabError(
            f"{scenario.title!r} can only be played on a virtual clock",
            fix=f"slotui drill run {scenario.name} --speed {scenario.speed:g}",
        )
    if missing := [slo for slo in scenario_hurts(scenario) if slo not in known]:
        raise LabError(f"the lab has other SLOs: {missing[0]} is missing", fix="start it without --slos: slotui lab up")
    highest = max((dose.peak for fault in scenario.faults for dose in doses_of(fault)), default=0.0)
    if highest > ceilings.max_rate:
        raise LabError(
            f"the drill fails more requests than the lab's ceiling of {ceilings.max_rate:g}", fix="play another one"
        )


def scenario_hurts(scenario: Scenario) -> tuple[str, ...]:
    """The SLOs that its faults make events bad of, each once."""
    return tuple(dict.fromkeys(slo for fault in scenario.faults for slo in fault.hurts))


def permit(
    scenario: Scenario,
    board: Board,
    policy: Policy,
    about: About,
    on: Sequence[LeaseSeen],
    at: float,
    *,
    override: bool,
) -> str:
    """What an override lifts, in a sentence, or nothing. Raises `RefusedError` with every reason that stands.

    `on` are the leases that are on at the lab's service, `at` is now (UTC seconds). The sentences name no SLO that the
    drill hurts: the player reads them.
    """
    hard = list(_hard(scenario, board, policy, about, on, at))
    soft = list(_soft(board, frozenset(scenario_hurts(scenario))))
    standing = hard + ([] if override else soft)
    if not standing:
        return "; ".join(why for why, _ in soft)
    fixes = dict.fromkeys(fix for _, fix in standing if fix)
    raise RefusedError(f"refused: {'; '.join(why for why, _ in standing)}", fix="\n  ".join(fixes))


def _hard(
    scenario: Scenario, board: Board, policy: Policy, about: About, on: Sequence[LeaseSeen], at: float
) -> Iterator[tuple[str, str]]:
    """Reasons that nobody lifts: a drill that begins in trouble measures nothing."""
    if about.environment != "lab":
        yield f"{about.service} is {about.environment!r} and no lab", "play it on a virtual clock: --speed 10"
    if on:
        yield "a fault is on already", "see it with `chaos status`, end it with `chaos halt`"
    for slo in board.slos:
        if any(status.firing and status.tier.severity == "page" for status in slo.alerts):
            yield f"a page of {slo.name} fires already", "that one first: slotui watch"
        if slo.remaining is None:
            yield f"{slo.name}: nothing is measured yet", "wait until `slotui status` has numbers"
    for blackout in policy.blackouts:
        met = blackout.meets(at, at + scenario.lasts)
        if met is not None and blackout.concerns([slo.name for slo in board.slos], about.service):
            yield f"blackout {blackout.name!r} is open, or opens before the drill is over", f"after {to_iso(met.end)}"


def _soft(board: Board, hurt: frozenset[str]) -> Iterator[tuple[str, str]]:
    """Reasons that an override lifts."""
    tiers = [slo.tier for slo in board.slos if slo.name in hurt]
    if any(tier is None or tier.experiments == "forbidden" for tier in tiers):
        yield (
            "policy allows no experiment with a budget that this drill spends",
            "play it on a virtual clock (--speed 10), or anyway: --override REASON (it is written to the ledger)",
        )

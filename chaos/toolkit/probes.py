"""Probes of an experiment: what the budget, the burn and the policy say now. None of them answers by guessing."""

# No `from __future__ import annotations`: `chaos discover` reads the types of the signatures, not their names.

from dataclasses import asdict
from typing import Any, Dict, List

from chaoslib.types import Configuration, Secrets

from chaos.toolkit.budgets import board_of, remaining_of, slo_of
from chaos.toolkit.failure import in_their_words
from chaos.toolkit.where import Where
from slotui.duration import compact, parse
from slotui.errors import SourceError, UsageError

__all__ = ["active_faults", "budget_remaining", "burn_rate", "policy_tier"]


def budget_remaining(slo: str, configuration: Configuration = None, secrets: Secrets = None) -> float:
    """The share of the SLO's error budget that is left: 1 untouched, 0 spent, below 0 overspent.

    Fails where the metrics are stale or missing. Its tolerance: `budget_above`, or a range.
    """
    with in_their_words():
        return remaining_of(slo_of(board_of(Where.named(configuration, secrets)), slo))


def burn_rate(slo: str, window: str = "1h", configuration: Configuration = None, secrets: Secrets = None) -> float:
    """How many times faster than allowed the SLO spent its budget during the last `window`: 1 lasts exactly.

    The windows are those of its alerts (5m, 30m, 1h, 6h … with 30 days). Fails where it is not known.
    """
    with in_their_words():
        found = slo_of(board_of(Where.named(configuration, secrets)), slo)
        seconds = int(parse(window))
        if seconds not in found.burns:
            known = ", ".join(compact(length) for length in sorted(found.burns))
            raise UsageError(f"{slo} has no burn over {window}", fix=f"its windows are {known}")
        burn = found.burns[seconds]
        if burn is None:
            raise SourceError(f"{slo}: the burn over {window} is not known: {found.problem or 'too little counted'}")
        return burn


def policy_tier(slo: str, configuration: Configuration = None, secrets: Secrets = None) -> str:
    """The tier of the error budget policy that the SLO stands in; `hold` where too little is known for one.

    Its tolerance: the tier's name, or `tier_is`.
    """
    with in_their_words():
        return slo_of(board_of(Where.named(configuration, secrets)), slo).tier_name


def active_faults(configuration: Configuration = None) -> List[Dict[str, Any]]:
    """The leases that are on at the service, whoever began them, with what each has injected so far.

    Its tolerance: `no_fault_on`.
    """
    with in_their_words(), Where.named(configuration).control_plane() as control:
        return [asdict(lease) for lease in control.leases() if lease.ending is None]

"""Actions of an experiment: spending error budget on purpose, and ending it."""

# No `from __future__ import annotations`: `chaos discover` reads the types of the signatures, not their names.

from dataclasses import asdict
from typing import Any, Dict, List

from chaoslib.types import Configuration, Secrets

from chaos.toolkit import spending
from chaos.toolkit.failure import in_their_words
from chaos.toolkit.interrupts import end_faults_first
from chaos.toolkit.spending import Spending
from chaos.toolkit.where import Where

__all__ = ["await_spend", "halt", "spend_error_budget"]


def spend_error_budget(
    duration: str,
    error_rate: float = 0.0,
    status: int = 0,
    latency: str = "",
    jitter: str = "",
    distribution: str = "",
    latency_rate: float = 0.0,
    fault: str = "",
    ramp: str = "",
    route: str = "",
    method: str = "",
    request_header: str = "",
    tier: str = "",
    mode: str = "random",
    seed: str = "",
    max_spend: str = "",
    floor: str = "",
    reason: str = "",
    override: str = "",
    target_name: str = "",
    wait: bool = True,
    configuration: Configuration = None,
    secrets: Secrets = None,
) -> Dict[str, Any]:
    """Fail or delay requests for `duration` ("90s", "10m"), behind the guards of `chaos inject` and inside a lease.

    The arguments are the options of that command, empty where they are left out. The spend is priced first, and
    refused where policy, an alert, a floor or missing metrics speak against it; the ledger has the refusal then.

    Returns the closed entry of the ledger: predicted, injected and observed bad events, and the share of the budget.
    With `wait` false it returns when the fault is on, with the entry's id alone; `await_spend` gives the account.
    The fault ends with the experiment, whatever ends that.
    """
    asked = {
        "for": duration,
        "error-rate": error_rate,
        "status": status,
        "latency": latency,
        "jitter": jitter,
        "distribution": distribution,
        "latency-rate": latency_rate,
        "fault": fault,
        "ramp": ramp,
        "route": route,
        "method": method,
        "request-header": request_header,
        "tier": tier,
        "mode": mode,
        "seed": seed,
        "max-spend": max_spend,
        "floor": floor,
        "reason": reason,
        "override": override,
        "target-name": target_name,
    }
    # As text, a ramp from "0" and a seed of "0" are not nothing.
    words = [f"--{option}={value}" for option, value in asked.items() if value not in ("", 0)]
    with in_their_words():
        end_faults_first()
        where = Where.named(configuration, secrets)
        with where.control_plane() as control:
            spend = Spending(words, where)
            if wait:
                return spend.account()
            spend.begin(control)
        return {"entry": spend.entry}


def await_spend() -> List[Dict[str, Any]]:
    """Wait until every spend that this experiment began with `wait` false is over and measured.

    Returns their closed entries, oldest first. Fails with the first that did not end as planned.
    """
    with in_their_words():
        return [spend.account() for spend in spending.begun()]


def halt(configuration: Configuration = None) -> List[Dict[str, Any]]:
    """End every fault at the service now, whoever began it; what was on. Good as a rollback: it needs no metrics."""
    with in_their_words():
        spending.stop_all()
        with Where.named(configuration).control_plane() as control:
            return [asdict(lease) for lease in control.halt()]

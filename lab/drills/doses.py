"""A fault of a scenario as the chaos control plane knows faults, and which SLOs each of them makes events bad of."""

from __future__ import annotations

from secrets import randbits

from chaos.faults.kinds import DependencyFault, ErrorFault, LatencyFault, StaleFault
from chaos.faults.kinds import Fault as Dose
from chaos.faults.shapes import Constant, Ramp, Shape
from chaos.spend.client import Tally
from lab.checkout.nature import Dependency
from lab.drills.scenario import Fault
from slotui.errors import LabError

DELAY = 0.6
"""Seconds that a slow checkout waits longer: beyond the latency objective of 0.4 s, whatever it took before."""

STATUS: dict[Dependency, int] = {"cart": 504, "inventory": 503, "payment": 502}
"""What the shop itself answers when one of its dependencies fails."""

_LEAST = 1e-6
"""The smallest rate that a fault may end at."""


def doses_of(fault: Fault, elapsed: float = 0.0) -> tuple[Dose, ...]:
    """What is left of the fault `elapsed` seconds after it began; its seeds are drawn anew.

    The requests are spread evenly over the rate, so that a bill can be reconciled. Raises `LabError` for a fault that
    only a virtual shop can have.
    """
    if fault.unseen:
        raise LabError(f"{fault.name}: buyers that no counter sees are only on a virtual clock", fix="add --speed")
    found: list[Dose] = []
    if _has(fault.failing, fault.from_failing):
        rate, shape = _course(fault, fault.failing, fault.from_failing, elapsed)
        if fault.cause == "checkout":
            found.append(ErrorFault(rate=rate, shape=shape))
        else:
            found.append(DependencyFault(rate=rate, shape=shape, cause=fault.cause, status=STATUS[fault.cause]))
    if _has(fault.slow, fault.from_slow):
        rate, shape = _course(fault, fault.slow, fault.from_slow, elapsed)
        found.append(LatencyFault(rate=rate, shape=shape, delay=DELAY))
    aimed = [dose.model_copy(update={"route": "/checkout", "method": "POST", "mode": "exact"}) for dose in found]
    if fault.stalls:
        aimed.append(StaleFault(what="inventory"))
    return tuple(dose.model_copy(update={"seed": randbits(31)}) for dose in aimed)


def hurt_by(fault: Fault, tally: Tally) -> tuple[str, ...]:
    """The SLOs of which each hit of that tally is a bad event.

    A withheld update of the stock is none: the stock is late only after a minute of them.
    """
    match tally.kind:
        case "error":
            return ("checkout-availability",)
        case "dependency":
            return ("checkout-availability", f"{fault.cause}-availability")
        case "latency":
            return ("checkout-latency",)
    return ()


def _has(share: float, start: float | None) -> bool:
    return share > 0 or (start or 0.0) > 0


def _course(fault: Fault, share: float, start: float | None, elapsed: float) -> tuple[float, Shape]:
    """The rate that it leads to, and how, from where it is by now."""
    rate, length = max(_LEAST, share), fault.until - fault.at
    if start is None or elapsed >= length:
        return rate, Constant()
    return rate, Ramp(start=start + (share - start) * elapsed / length, over=length - elapsed)

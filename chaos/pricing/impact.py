"""Which SLOs a fault spends from, read off their selectors."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase

from chaos.faults.kinds import (
    BadPayloadFault,
    DelayingFault,
    DependencyFault,
    ErrorFault,
    Fault,
    HangFault,
    MatchingFault,
    ResetFault,
    StaleFault,
)
from slotui.core.sli import EventSli, Matcher, Selector, SliceSli, Threshold
from slotui.core.slo import Slo
from slotui.errors import UsageError

_WILDCARDS = frozenset("*?[")

_CALLED = "dependency"
"""The label that names what a service calls: a series that has it counts calls, and no requests that are answered."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A fault that spends the budget of an SLO. `threshold` (seconds) is that of a latency SLO, else None."""

    slo: Slo
    fault: Fault
    threshold: float | None = None
    assumed: tuple[str, ...] = ()


def hits(faults: Iterable[Fault], slos: Iterable[Slo], service: str | None) -> tuple[Hit, ...]:
    """Every pair of SLO and fault where the one spends the other. An unknown `service` (None) excludes nobody."""
    found = [_hit(fault, slo, service) for slo in slos for fault in faults]
    return tuple(hit for hit in found if hit is not None)


def default_match(slos: Iterable[Slo], service: str | None) -> tuple[str, str | None]:
    """Route and method of the requests that the SLOs of `service` count: the smallest useful blast radius.

    Every route where they name none. SLOs that count the calls of a dependency have no say: a fault meets requests.
    Raises UsageError where they count several.
    """
    pairs = {
        (_pinned(slo.sli.eligible, "route"), _pinned(slo.sli.eligible, "method"))
        for slo in slos
        if isinstance(slo.sli, EventSli)
        and not _counts_calls(slo.sli)
        and _allows(slo.sli.eligible, {"service": service})
    }
    if len(pairs) > 1:
        named = ", ".join(sorted(f"{method or 'any'} {route or '*'}" for route, method in pairs))
        raise UsageError(f"the SLOs count different requests: {named}", fix="say which with --route and --method")
    route, method = next(iter(pairs), (None, None))
    return route or "*", method


def _hit(fault: Fault, slo: Slo, service: str | None) -> Hit | None:
    sli = slo.sli
    if isinstance(fault, StaleFault):
        return _stale_hit(fault, slo, service)
    if not isinstance(sli, EventSli):
        return None
    if _counts_calls(sli):
        return _call_hit(fault, slo, sli, service)
    known = {"service": service, "method": fault.method, "tier": fault.tier, **_labels(fault, sli.cause or "cause")}
    if not _allows(sli.eligible, known) or not _route_fits(fault.route, sli.eligible):
        return None
    threshold = _threshold(sli)
    if isinstance(fault, DelayingFault):
        return None if threshold is None else Hit(slo, fault, threshold, _assumed(fault, sli.eligible))
    # A hang is slow beyond any threshold, and no answer at the end of it.
    if not isinstance(fault, HangFault) and not _is_bad(sli, known, threshold):
        return None
    return Hit(slo, fault, None, _assumed(fault, sli.eligible))


def _call_hit(fault: MatchingFault, slo: Slo, sli: EventSli, service: str | None) -> Hit | None:
    """Calls of a dependency are spent by a fault that plays it: any other answers before one is made."""
    if not isinstance(fault, DependencyFault):
        return None
    if not _allows(sli.eligible, {"service": service, _CALLED: fault.cause}):
        return None
    return Hit(slo, fault, None, (f"all calls of {fault.cause} are made for {fault.where}",))


def _counts_calls(sli: EventSli) -> bool:
    return any(matcher.label == _CALLED for matcher in sli.eligible.matchers)


def _stale_hit(fault: StaleFault, slo: Slo, service: str | None) -> Hit | None:
    """A stale fault spends slices of time, where the age of what it names is the measure."""
    measure = slo.sli.measure if isinstance(slo.sli, SliceSli) else None
    gauge = measure.gauge if isinstance(measure, Threshold) else None
    if gauge is None or gauge.how != "age" or fault.what not in gauge.selector.metric:
        return None
    if not _allows(gauge.selector, {"service": service}):
        return None
    return Hit(slo, fault, None, (f"{fault.what} is anywhere below its limit when the fault starts",))


def _labels(fault: Fault, cause: str) -> dict[str, str]:
    """What the service's own metrics say of a request that the fault hits, where that is certain."""
    match fault:
        case ErrorFault():
            return {"code": str(fault.status)}
        case DependencyFault():
            return {"code": str(fault.status), cause: fault.cause}
        case BadPayloadFault():
            return {"code": "200", cause: "payload"}  # not `none`, whichever part the service blames
        case ResetFault():
            return {"code": "500"}
    return {}


def _is_bad(sli: EventSli, known: Mapping[str, str | None], threshold: float | None) -> bool:
    """Whether an answer with that code is a bad event."""
    if sli.bad is not None:
        return _allows(sli.bad, known)
    good = sli.good or Selector("")
    if any(matcher.label == "code" for matcher in good.matchers):
        return not _allows(good, known)
    # An injected failure is answered at once: for a latency objective that counts every answer, it is a fast one.
    return threshold is None


def _threshold(sli: EventSli) -> float | None:
    if sli.good is None or not sli.good.metric.endswith("_bucket"):
        return None
    edge = _pinned(sli.good, "le")
    return float(edge) if edge else None


def _pinned(selector: Selector, label: str) -> str | None:
    return next((m.value for m in selector.matchers if m.label == label and m.op == "="), None)


def _allows(selector: Selector, known: Mapping[str, str | None]) -> bool:
    """Whether a series with the labels we know can be selected; a label we do not know (None) can be anything."""
    return all(
        matcher.accepts({matcher.label: value})
        for matcher in selector.matchers
        if (value := known.get(matcher.label)) is not None
    )


def _route_fits(glob: str, selector: Selector) -> bool:
    def fits(matcher: Matcher) -> bool:
        if matcher.op == "=":
            return fnmatchcase(matcher.value, glob)
        return bool(_WILDCARDS & set(glob)) or matcher.accepts({"route": glob})

    return all(fits(matcher) for matcher in selector.matchers if matcher.label == "route")


def _assumed(fault: MatchingFault, eligible: Selector) -> tuple[str, ...]:
    """What cannot be known from the labels, so that the price is the highest it can be."""
    assumed = []
    if fault.route != "*" and _pinned(eligible, "route") is None:
        assumed.append(f"all requests of this SLO are on {fault.route}")
    if fault.method is not None and _pinned(eligible, "method") is None:
        assumed.append(f"all requests of this SLO are {fault.method}")
    if fault.tier is not None and _pinned(eligible, "tier") is None:
        assumed.append(f"all requests of this SLO are of tier {fault.tier}")
    if fault.header is not None:
        assumed.append(f"all requests of this SLO have the header {fault.header}")
    return tuple(assumed)

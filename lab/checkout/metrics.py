"""What the shop counts about itself: every exchange as its customer saw it, and every call of a dependency."""

from __future__ import annotations

from collections.abc import Iterable

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from lab.checkout.exchange import TIERS, Exchange
from lab.checkout.nature import CAUSES, DEPENDENCIES, Dependency
from slotui.clock import Clock, now

BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.75, 1.0, 2.5, 5.0, 10.0)
"""Upper bounds in seconds; the latency SLO counts what is in `le="0.4"`."""

CODES = ("200", "400", "402", "404", "405", "413", "422", "500", "502", "503", "504")

_CHECKOUT = "/checkout"
_TRUTH = {True: "true", False: "false"}
_CHECKOUT_CODES = ("200", "400", "402", "413", "422", "500", "502", "503", "504", "2xx", "3xx", "4xx", "5xx")


class Metrics:
    """The shop's metrics in a registry of their own; every child of POST /checkout exists from the start, at 0.

    Without the zeros `increase()` would miss the first event of each kind.
    """

    def __init__(self, service: str = "checkout", clock: Clock = now) -> None:
        self.service = service
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "http_requests_total",
            "Requests answered, by the part that failed them (cause) and whether a probe sent them (synthetic).",
            ["service", "method", "route", "code", "tier", "cause", "synthetic"],
            registry=self.registry,
        )
        self.durations = Histogram(
            "http_request_duration_seconds",
            "Seconds from the request's arrival to the end of its answer.",
            ["service", "method", "route", "tier", "synthetic"],
            buckets=BUCKETS,
            registry=self.registry,
        )
        self.dependencies = Counter(
            "dependency_requests_total",
            "Calls of a service that checkouts need, by what came of them (outcome).",
            ["service", "dependency", "outcome", "synthetic"],
            registry=self.registry,
        )
        self.inventory_updated = Gauge(
            "inventory_updated_timestamp_seconds",
            "When the stock that buyers see was last read, in seconds since the epoch.",
            ["service"],
            registry=self.registry,
        )
        # By hand, not by the client's ProcessCollector: scrapers tell a restart by it, on every platform.
        Gauge(
            "process_start_time_seconds",
            "When this process started, in seconds since the epoch.",
            registry=self.registry,
        ).set(clock())
        self._exchanges: dict[tuple[str, ...], tuple[Counter, Histogram]] = {}
        for tier in TIERS:
            for synthetic in ("true", "false"):
                for code, cause in checkout_outcomes():
                    self._counted(("POST", _CHECKOUT, code, tier, cause, synthetic))
        self._calls = {
            (dependency, ok, synthetic): self.dependencies.labels(
                service, dependency, "ok" if ok else "failed", _TRUTH[synthetic]
            )
            for dependency in DEPENDENCIES
            for ok in (True, False)
            for synthetic in (True, False)
        }

    def saw(self, exchange: Exchange) -> None:
        """Count an exchange.

        A fault that plays a failed dependency answers in the shop's place, and nobody was called. Its answer stands
        for the calls that would have led to it: that one failed, and those before it went well.
        """
        code = code_label(exchange.status if exchange.status is not None else 500)
        requests, durations = self._counted(
            (exchange.method, exchange.route, code, exchange.tier, exchange.cause, _TRUTH[exchange.synthetic])
        )
        requests.inc()
        durations.observe(exchange.seconds)
        if exchange.cause in DEPENDENCIES and exchange.is_checkout and not exchange.reached:
            for dependency in DEPENDENCIES[: DEPENDENCIES.index(exchange.cause)]:
                self.called(dependency, ok=True, synthetic=exchange.synthetic)
            self.called(exchange.cause, ok=False, synthetic=exchange.synthetic)

    def called(self, dependency: Dependency, *, ok: bool, synthetic: bool) -> None:
        """Count a call of a dependency."""
        self._calls[dependency, ok, synthetic].inc()

    def _counted(self, labels: tuple[str, ...]) -> tuple[Counter, Histogram]:
        """The counter and the histogram of these labels: the client's own way to find them takes longer to walk."""
        children = self._exchanges.get(labels)
        if children is None:
            method, route, code, tier, cause, synthetic = labels
            children = self._exchanges[labels] = (
                self.requests.labels(self.service, method, route, code, tier, cause, synthetic),
                self.durations.labels(self.service, method, route, tier, synthetic),
            )
        return children


def checkout_outcomes() -> Iterable[tuple[str, str]]:
    """Every (code, cause) that a checkout can be counted under.

    A 2xx may still carry an unusable payload; what a dependency did comes as a 5xx.
    """
    for code in _CHECKOUT_CODES:
        if code.startswith("2"):
            yield code, "none"
        yield from ((code, cause) for cause in (CAUSES if code.startswith("5") else ("checkout",)))


def code_label(status: int) -> str:
    """A bounded label: the usual codes by number, any other by its class.

    >>> code_label(503), code_label(418), code_label(299)
    ('503', '4xx', '2xx')
    """
    code = str(status)
    return code if code in CODES else f"{code[0]}xx"

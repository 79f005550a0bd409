"""What the generator counts about itself, so that an exercise can say whether its traffic was what it claims."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Literal

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from lab.checkout.metrics import BUCKETS

Outcome = Literal["2xx", "3xx", "4xx", "5xx", "timeout", "error"]
OUTCOMES: tuple[Outcome, ...] = ("2xx", "3xx", "4xx", "5xx", "timeout", "error")


@dataclass(slots=True)
class Tally:
    """Counts of one run. `seconds` is how long it has run.

    Planned = sent + dropped. A request is late when it left more than `LATE_SECONDS` after it was due, and dropped
    when too many others were still waiting for answers.
    """

    seconds: float = 0.0
    planned: int = 0
    sent: int = 0
    late: int = 0
    dropped: int = 0
    answers: dict[Outcome, int] = field(default_factory=lambda: dict.fromkeys(OUTCOMES, 0))

    @property
    def achieved(self) -> float | None:
        """Share of the planned requests that were sent, or None before the first was due."""
        return self.sent / self.planned if self.planned else None

    @property
    def good(self) -> int:
        return self.answers["2xx"]

    @property
    def answered(self) -> int:
        """Requests whose fate is known, timeouts included."""
        return sum(self.answers.values())

    def summary(self) -> dict[str, object]:
        """The run in a form that another program can read."""
        return {
            **asdict(self),
            "seconds": round(self.seconds, 3),
            "sent_per_second": round(self.sent / self.seconds, 3) if self.seconds else None,
            "achieved": None if self.achieved is None else round(self.achieved, 6),
            "unanswered": self.sent - self.answered,
            "bad": self.answered - self.good,
        }


LATE_SECONDS = 0.1


class TrafficMetrics:
    """The tally as Prometheus metrics, in a registry of their own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.planned = Counter("lab_traffic_planned_total", "Requests that fell due.", registry=self.registry)
        self.sent = Counter("lab_traffic_sent_total", "Requests sent.", ["synthetic"], registry=self.registry)
        self.late = Counter(
            "lab_traffic_late_total",
            f"Requests sent over {LATE_SECONDS} s after they were due.",
            registry=self.registry,
        )
        self.dropped = Counter(
            "lab_traffic_dropped_total", "Requests not sent: too many still unanswered.", registry=self.registry
        )
        self.answers = Counter(
            "lab_traffic_answers_total",
            "Answers, timeouts and failed connections.",
            ["outcome"],
            registry=self.registry,
        )
        self.latency = Histogram(
            "lab_traffic_latency_seconds",
            "Seconds from the instant a request was due to the end of its answer.",
            buckets=BUCKETS,
            registry=self.registry,
        )
        self.in_flight = Gauge("lab_traffic_in_flight", "Requests waiting for an answer.", registry=self.registry)
        self.target_rate = Gauge("lab_traffic_target_rps", "Planned requests a second now.", registry=self.registry)
        self.achieved_rate = Gauge(
            "lab_traffic_achieved_rps", "Requests a second sent in the last second.", registry=self.registry
        )
        for outcome in OUTCOMES:
            self.answers.labels(outcome)
        for synthetic in ("true", "false"):
            self.sent.labels(synthetic)

"""What the generator counts about itself, so that an exercise can say whether its traffic was what it claims."""

from __future__ import annotations

from collections import deque
from dataclasses import asdict, dataclass, field
from typing import Literal

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from lab.checkout.metrics import BUCKETS

Outcome = Literal["2xx", "3xx", "4xx", "5xx", "timeout", "error"]
OUTCOMES: tuple[Outcome, ...] = ("2xx", "3xx", "4xx", "5xx", "timeout", "error")


Loss = Literal["overdue", "in_flight"]
LOSSES: tuple[Loss, ...] = ("overdue", "in_flight")
"""Why a request that fell due was not sent: this process was too slow, or too many others were still unanswered."""


@dataclass(slots=True)
class Tally:
    """Counts of one run. `seconds` is how long it has run.

    Planned = sent + dropped. A request is late when it left more than `LATE_SECONDS` after it was due;
    `max_late_seconds` is the latest one's. It is dropped when it was overdue by so much that its buyer would have gone,
    or when too many others were still waiting for answers.
    """

    seconds: float = 0.0
    planned: int = 0
    sent: int = 0
    late: int = 0
    dropped: int = 0
    max_late_seconds: float = 0.0
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
            "max_late_seconds": round(self.max_late_seconds, 4),
            "sent_per_second": round(self.sent / self.seconds, 3) if self.seconds else None,
            "achieved": None if self.achieved is None else round(self.achieved, 6),
            "unanswered": self.sent - self.answered,
            "bad": self.answered - self.good,
        }


LATE_SECONDS = 0.1

_LATENESS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, LATE_SECONDS, 0.25, 0.5, 1.0, 2.5, 5.0)


class Lately:
    """The share that was sent of what fell due, over the last `looks` looks."""

    def __init__(self, looks: int = 60) -> None:
        self._looks: deque[tuple[int, int]] = deque([(0, 0)], maxlen=looks + 1)

    def saw(self, tally: Tally) -> float:
        """Look at the tally; returns the share since the oldest look that is kept, 1 where nothing fell due.

        >>> lately = Lately(looks=2)
        >>> [lately.saw(Tally(planned=planned, sent=sent)) for planned, sent in ((0, 0), (10, 5), (20, 15), (30, 25))]
        [1.0, 0.5, 0.75, 1.0]
        """
        self._looks.append((tally.planned, tally.sent))
        (planned, sent), (planned_now, sent_now) = self._looks[0], self._looks[-1]
        return (sent_now - sent) / (planned_now - planned) if planned_now > planned else 1.0


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
            "lab_traffic_dropped_total",
            "Requests not sent: overdue (this machine is too busy), or too many unanswered (in_flight).",
            ["reason"],
            registry=self.registry,
        )
        self.lateness = Histogram(
            "lab_traffic_lateness_seconds",
            "Seconds from the instant a request was due to the instant it was sent.",
            buckets=_LATENESS,
            registry=self.registry,
        )
        self.max_lateness = Gauge(
            "lab_traffic_lateness_max_seconds", "The latest request of the run so far.", registry=self.registry
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
        self.achieved = Gauge(
            "lab_traffic_achieved_ratio", "Share sent of what fell due in the last minute.", registry=self.registry
        )
        self.achieved.set(1)
        for reason in LOSSES:
            self.dropped.labels(reason)
        for outcome in OUTCOMES:
            self.answers.labels(outcome)
        for synthetic in ("true", "false"):
            self.sent.labels(synthetic)

"""What the traffic generator says about itself, for people: read from its /metrics."""

from __future__ import annotations

from dataclasses import dataclass

import httpx
from prometheus_client.parser import text_string_to_metric_families

LEAST_ACHIEVED = 0.99
"""Share of the requests that fell due below which an exercise is not what it claims to be."""


@dataclass(frozen=True, slots=True)
class Traffic:
    """The generator's own figures. Rates are requests a second, `max_late_seconds` is the latest request's of the run.

    `achieved` is the share of what fell due in the last minute that was sent. `overdue` and `in_flight` are what was
    not: the machine was too busy, or too many others were unanswered.
    """

    rps: float
    target_rps: float
    achieved: float
    sent: int
    bad: int
    late: int
    max_late_seconds: float
    overdue: int
    in_flight: int

    @property
    def dropped(self) -> int:
        return self.overdue + self.in_flight

    @property
    def line(self) -> str:
        """One line of text."""
        return (
            f"{self.rps:.1f} of {self.target_rps:.1f} requests/s, {self.sent:,} sent, {self.bad:,} bad, "
            f"{self.late:,} late (the latest by {self.max_late_seconds * 1000:.0f} ms), {self.dropped:,} dropped"
        )

    @property
    def warning(self) -> str | None:
        """A sentence for when it is not the traffic that was asked for, and why; None while it is.

        >>> Traffic(196.2, 200, 0.981, 9810, 2, 40, 6.1, overdue=190, in_flight=0).warning
        "achieved 98.1 % of 200 requests/s: the machine is too busy, this exercise's numbers are low"
        """
        if self.achieved >= LEAST_ACHIEVED:
            return None
        why = "the machine is too busy" if self.overdue >= self.in_flight else "too many requests wait for an answer"
        return (
            f"achieved {100 * self.achieved:.1f} % of {self.target_rps:.4g} requests/s: {why}, "
            "this exercise's numbers are low"
        )


def traffic_now(url: str | None) -> Traffic | None:
    """The figures of the generator that serves its metrics at `url`, or None while it is silent."""
    if url is None:
        return None
    try:
        page = httpx.get(f"{url}/metrics", trust_env=False, timeout=2.0).text
    except httpx.TransportError:
        return None
    return read(page)


def read(page: str) -> Traffic:
    """The figures on a page of the generator's metrics."""
    samples = [sample for family in text_string_to_metric_families(page) for sample in family.samples]

    def total(name: str, **labels: str) -> float:
        return sum(
            sample.value
            for sample in samples
            if sample.name == f"lab_traffic_{name}" and labels.items() <= sample.labels.items()
        )

    return Traffic(
        rps=total("achieved_rps"),
        target_rps=total("target_rps"),
        achieved=total("achieved_ratio"),
        sent=int(total("sent_total")),
        bad=int(total("answers_total") - total("answers_total", outcome="2xx")),
        late=int(total("late_total")),
        max_late_seconds=total("lateness_max_seconds"),
        overdue=int(total("dropped_total", reason="overdue")),
        in_flight=int(total("dropped_total", reason="in_flight")),
    )


def lines_of(url: str | None) -> list[str]:
    """The same as text: a line, and a warning where one is due."""
    traffic = traffic_now(url)
    if traffic is None:
        return ["traffic does not answer"]
    return [traffic.line, *([traffic.warning] if traffic.warning else [])]

"""What the traffic generator says about itself, for people: read from its /metrics."""

from __future__ import annotations

import httpx
from prometheus_client.parser import text_string_to_metric_families


def traffic_now(url: str | None) -> dict[str, float] | None:
    """The generator's figures (`rps`, `target_rps`, `sent`, `late`, `dropped`, `bad`), or None while it is silent."""
    if url is None:
        return None
    try:
        page = httpx.get(f"{url}/metrics", trust_env=False, timeout=2.0).text
    except httpx.TransportError:
        return None
    samples = [sample for family in text_string_to_metric_families(page) for sample in family.samples]

    def total(name: str) -> float:
        return sum(sample.value for sample in samples if sample.name == f"lab_traffic_{name}")

    good = sum(s.value for s in samples if s.name == "lab_traffic_answers_total" and s.labels["outcome"] == "2xx")
    return {
        "rps": total("achieved_rps"),
        "target_rps": total("target_rps"),
        "sent": total("sent_total"),
        "late": total("late_total"),
        "dropped": total("dropped_total"),
        "bad": total("answers_total") - good,
    }


def line_of(url: str | None) -> str:
    """The same as one line of text."""
    figures = traffic_now(url)
    if figures is None:
        return "traffic does not answer"
    return (
        f"{figures['rps']:.1f} requests/s, {figures['sent']:.0f} sent, {figures['bad']:.0f} bad, "
        f"{figures['late']:.0f} late, {figures['dropped']:.0f} dropped"
    )

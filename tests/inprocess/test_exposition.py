"""The series of objectives, as a scraper reads them."""

from __future__ import annotations

from typing import Any

import pytest
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.parser import text_string_to_metric_families

from slotui import Objective, ObjectiveCollector

Labels = frozenset[tuple[str, str]]


def scraped(*objectives: Objective) -> dict[tuple[str, Labels], float]:
    registry = CollectorRegistry()
    registry.register(ObjectiveCollector(*objectives))
    text = generate_latest(registry).decode()
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_every_series_of_an_objective(clock: Any) -> None:
    checkout = Objective("checkout-availability", target=0.99, service="checkout", clock=clock)
    checkout.record_many(good=985, bad=15)
    found = scraped(checkout)
    own = {("slo", "checkout-availability"), ("service", "checkout")}
    assert found["slo_target", frozenset(own)] == 0.99
    assert found["slo_success_ratio", frozenset(own)] == 0.985
    assert found["slo_error_budget_remaining", frozenset(own)] == pytest.approx(-0.5)
    assert found["slo_breached", frozenset(own)] == 1
    assert found["slo_burn_rate", frozenset(own | {("window", "1h")})] == pytest.approx(1.5)
    windows = {dict(labels)["window"] for name, labels in found if name == "slo_burn_rate"}
    assert windows == {"5m", "30m", "1h", "2h", "6h", "1d", "3d", "30d"}


def test_what_is_not_known_is_absent(clock: Any) -> None:
    quiet = Objective("quiet", target=0.99, clock=clock)
    assert {name for name, _ in scraped(quiet)} == {"slo_target"}
    quiet.record(good=True)
    clock.at += 600
    windows = {dict(labels)["window"] for name, labels in scraped(quiet) if name == "slo_burn_rate"}
    assert "5m" not in windows
    assert "30m" in windows


def test_each_scrape_says_how_it_is_now_and_objectives_stand_side_by_side(clock: Any) -> None:
    one, two = Objective("one", target=0.9, clock=clock), Objective("two", target=0.5, clock=clock)
    registry = CollectorRegistry()
    registry.register(ObjectiveCollector(one, two))
    one.record(good=False)
    two.record(good=True)
    ratio = {
        name: registry.get_sample_value("slo_success_ratio", {"slo": name, "service": ""}) for name in ("one", "two")
    }
    assert ratio == {"one": 0.0, "two": 1.0}
    one.record(good=True)
    assert registry.get_sample_value("slo_success_ratio", {"slo": "one", "service": ""}) == 0.5

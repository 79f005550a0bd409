"""One document, several SLOs: more than one objective, composites, one for each value of a label; annotations."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from slotui.core.composite import composite_target
from slotui.core.sli import CompositeSli, EventSli, Matcher, Member, Selector, Weights
from slotui.spec.load import load_slos

Problems = Callable[[str], list[str]]


def written(text: str, folder: Path) -> Path:
    (folder / "slo.yaml").write_text(text)
    return folder


def test_every_objective_is_an_slo_of_its_own(slo_text: str, tmp_path: Path) -> None:
    text = slo_text.replace("    - target: 0.999", "    - {displayName: SLA, target: 0.99}\n    - targetPercent: 99.9")
    slos = load_slos([written(text, tmp_path)])
    assert [(slo.name, slo.target) for slo in slos] == [("shop-sla", 0.99), ("shop-2", 0.999)]


COMPOSITE = """\
apiVersion: openslo/v1
kind: SLO
metadata: {name: journey}
spec:
  service: shop
  timeWindow: [{duration: 28d, isRolling: true}]
  budgetingMethod: Occurrences
  objectives:
    - displayName: Cart
      target: 0.999
      compositeWeight: 3
      indicator:
        spec: {ratioMetric: {good: {metricSource: {type: Prometheus, spec: {query: ok}}},
                             total: {metricSource: {type: Prometheus, spec: {query: all}}}}}
    - displayName: Payment
      target: 0.95
      indicatorRef: payment
---
apiVersion: openslo/v1
kind: SLI
metadata: {name: payment}
spec: {ratioMetric: {bad: {metricSource: {type: Prometheus, spec: {query: failed}}},
                     total: {metricSource: {type: Prometheus, spec: {query: paid}}}}}
"""


def test_a_composite_stands_beside_its_objectives(tmp_path: Path) -> None:
    cart, payment, journey = load_slos([written(COMPOSITE, tmp_path)])
    assert (cart.name, payment.name, journey.name) == ("journey-cart", "journey-payment", "journey")
    members = (Member("journey-cart", 0.999, 3), Member("journey-payment", 0.95, 1))
    assert journey.sli == CompositeSli(members)
    assert journey.target == composite_target(members)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        pytest.param("compositeWeight: 3", "compositeWeight: 0", "a weight of 0", id="no weight at all"),
        pytest.param("  service: shop", "  service: shop\n  indicatorRef: payment", "an indicator beside those of the objectives",
                     id="an indicator for all"),
        pytest.param("indicatorRef: payment", "indicatorRef: paymnt", "did you mean payment?", id="a misspelt reference"),
        pytest.param("indicatorRef: payment", "op: gt", "no indicator", id="one objective without an indicator"),
    ],
)  # fmt: skip
def test_composites_that_are_none(old: str, new: str, words: str, problems: Problems) -> None:
    (found,) = [line for line in problems(COMPOSITE.replace(old, new)) if words in line]
    assert found


def annotated(text: str, annotations: str) -> str:
    return text.replace("  name: shop\n", f"  name: shop\n  annotations: {{{annotations}}}\n")


def test_one_spec_for_every_tier_of_customers(slo_text: str, tmp_path: Path) -> None:
    gold, free = load_slos([written(annotated(slo_text, "slotui/per: 'tier: gold, free'"), tmp_path)])
    assert (gold.name, free.name, free.labels) == ("shop-gold", "shop-free", {"tier": "free"})
    assert gold.sli == EventSli(
        Selector("all_total", (Matcher("tier", "=", "gold"),)),
        good=Selector("ok_total", (Matcher("job", "=", "a"), Matcher("tier", "=", "gold"))),
    )


def test_weights_causes_and_runbooks(slo_text: str, tmp_path: Path) -> None:
    ours = (
        "slotui/weights: 'tier: gold=5, *=0.5', slotui/cause-label: cause, slotui/runbook: 'https://run.example/shop'"
    )
    (slo,) = load_slos([written(annotated(slo_text, ours + ", other.tool/key: [1, 2]"), tmp_path)])
    assert isinstance(slo.sli, EventSli)
    assert (slo.sli.weights, slo.sli.cause) == (Weights("tier", (("gold", 5.0),), 0.5), "cause")
    assert slo.runbook == "https://run.example/shop"


@pytest.mark.parametrize(
    ("annotation", "problem"),
    [
        pytest.param("slotui/runbok: x", "unknown annotation slotui/runbok | did you mean runbook?", id="a misspelt one"),
        pytest.param("slotui/per: tier", "'tier' is not a label and its values | write `tier: gold, silver`", id="no values"),
        pytest.param("slotui/weights: 'tier: gold=many'", "'tier: gold=many' are not weights by a label | write "
                     "`tier: gold=5, free=0.5, *=1`", id="a weight that is no number"),
        pytest.param("slotui/weights: 'tier: gold=-1'", "'tier: gold=-1' are not weights by a label | write "
                     "`tier: gold=5, free=0.5, *=1`", id="a negative weight"),
        pytest.param("slotui/cause-label: 'a b'", "'a b' is not a label name | write the name of one label: cause",
                     id="two words for a label"),
    ],
)  # fmt: skip
def test_annotations_that_are_none(annotation: str, problem: str, slo_text: str, problems: Problems) -> None:
    (found,) = problems(annotated(slo_text, annotation))
    assert found.split(" ", 1)[1] == problem

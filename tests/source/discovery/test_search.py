"""Discovery at the edges: constant cost, rules that are not listed, answers that are none, names that clash."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import parse_qs

import httpx
import pytest

from slotui.core.found import Discovery, Tool
from slotui.core.sli import EventSli
from slotui.errors import SourceError
from slotui.source.prometheus.api import Api
from slotui.source.prometheus.discovery.search import counted, search

Sample = tuple[str, Mapping[str, str], float]
AT = 1_700_000_000.0
RATIO = 'sum(rate(bad{s="%s"}[5m])) / sum(rate(all{s="%s"}[5m]))'


def sloth(key: str, objective: float = 0.9990000000000001) -> list[Sample]:
    ids = {"sloth_id": key, "sloth_service": key, "sloth_slo": "errors"}
    return [
        ("sloth_slo_info", {**ids, "sloth_objective": "99.9", "team": "web"}, 1),
        ("slo:objective:ratio", ids, objective),
        ("slo:time_period:days", ids, 30),
        ("slo:period_error_budget_remaining:ratio", ids, 0.5),
        ("slo:current_burn_rate:ratio", ids, 2.0),
    ]


def rule(key: str, expression: str | None = None) -> dict[str, Any]:
    labels = {"sloth_id": key, "sloth_window": "5m"}
    query = RATIO % (key, key) if expression is None else expression
    return {"type": "recording", "name": "slo:sli_error:ratio_rate5m", "query": query, "labels": labels}


def listed(*rules: dict[str, Any]) -> httpx.Response:
    return httpx.Response(200, json={"status": "success", "data": {"groups": [{"name": "g", "rules": list(rules)}]}})


def vector(samples: Sequence[Sample]) -> httpx.Response:
    result = [{"metric": {"__name__": name, **labels}, "value": [AT, str(value)]} for name, labels, value in samples]
    return httpx.Response(200, json={"status": "success", "data": {"resultType": "vector", "result": result}})


async def discovered(
    samples: Sequence[Sample],
    rules: httpx.Response | Exception,
    counts: Callable[[str], httpx.Response] = lambda _: vector([]),
    taken: Sequence[str] = (),
) -> tuple[Discovery, int]:
    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/rules"):
            if isinstance(rules, Exception):
                raise rules
            return rules
        (query,) = parse_qs(request.content.decode())["query"]
        return counts(query) if "label_replace" in query else vector(samples)

    api = Api("http://prometheus:9090", transport=httpx.MockTransport(answer))
    found = await counted(api, await search(api, AT, taken))
    await api.close()
    return found, api.requests


@pytest.mark.parametrize("many", [1, 50])
async def test_the_cost_is_the_same_for_one_slo_and_for_fifty(many: int) -> None:
    keys = [f"svc-{number}" for number in range(many)]
    samples = [sample for key in keys for sample in sloth(key)]
    found, requests = await discovered(samples, listed(*map(rule, keys)))
    assert (len(found.slos), requests) == (many, 3)


async def test_an_slo_of_sloth() -> None:
    found, _ = await discovered(sloth("shop"), listed(rule("shop")))
    (one,) = found.found
    assert (one.tool, one.target, one.window, one.told.remaining, one.told.burn) == (
        Tool.SLOTH,
        0.999,
        2592000,
        0.5,
        2.0,
    )
    assert one.slo is not None
    assert (one.slo.name, one.slo.target) == ("shop-errors", 0.999)
    assert one.slo.labels == {"team": "web", "recorded_by": "Sloth"}
    assert isinstance(one.slo.sli, EventSli)
    assert str(one.slo.sli.bad) == 'bad{s="shop"}'


@pytest.mark.parametrize(
    ("rules", "reason"),
    [
        pytest.param(httpx.Response(404, text="404 page not found"), "the rules API answered 404", id="Thanos without rulers"),
        pytest.param(httpx.Response(200, text="<html>"), "the rules API gave no list of rules", id="a web page"),
        pytest.param(httpx.Response(200, json={"data": {"groups": [7]}}), "the rules API gave no list of rules", id="half"),
        pytest.param(listed(), "no rules are listed at this address", id="VictoriaMetrics: an empty list"),
        pytest.param(httpx.ReadTimeout("slow"), "http://prometheus:9090 did not answer in time", id="too slow"),
        pytest.param(listed(rule("another")), "its rules are not listed at this address", id="only other rules"),
        pytest.param(listed(rule("shop", "a:b")), "cannot count with its rules: a ratio that is not written as bad / total has "
                     "no counts", id="a raw ratio"),
        pytest.param(listed(rule("shop", "(" * 9000)), "cannot count with its rules: more than 4000 characters of PromQL",
                     id="brackets without end"),
        pytest.param(listed(rule("shop", "sum by (pod) (rate(a[5m])) / sum(rate(b[5m]))")), "cannot count with its rules: `by "
                     "(pod)`, which makes one budget for each group", id="groups"),
    ],
)  # fmt: skip
async def test_without_readable_rules_only_the_tools_number_is_left(
    rules: httpx.Response | Exception, reason: str
) -> None:
    found, requests = await discovered(sloth("shop"), rules)
    (one,) = found.found
    assert (one.slo, one.told.remaining, one.uncounted, requests) == (None, 0.5, reason, 2)


@pytest.mark.parametrize("objective", [0.0, 1.0, 1.5, -1.0])
async def test_an_objective_that_is_none_falls_back_on_the_label(objective: float) -> None:
    found, _ = await discovered(sloth("shop", objective), listed(rule("shop")))
    assert found.found[0].target == 0.999


@pytest.mark.parametrize("days", [0.0, -30.0, 0.01, 1e300, 1.7e308])
async def test_a_window_that_is_none(days: float) -> None:
    samples = [(name, labels, days if "days" in name else value) for name, labels, value in sloth("shop")]
    found, _ = await discovered(samples, listed(rule("shop")))
    assert (found.found[0].window, found.found[0].uncounted) == (None, "it says no window to count in")


async def test_numbers_beyond_all_measure_are_unknown() -> None:
    wild = [(name, labels, {"pyrra_errors:rate5m": 1e308}.get(name, value)) for name, labels, value in PYRRA]
    found, _ = await discovered(wild, listed())
    assert found.found[0].told.burn is None


async def test_counters_that_cannot_be_asked_leave_the_tools_number() -> None:
    def refused(_: str) -> httpx.Response:
        return httpx.Response(422, json={"status": "error", "error": "too many samples"})

    found, _ = await discovered(sloth("shop"), listed(rule("shop")), refused)
    (one,) = found.found
    assert (one.budget, one.told.remaining) == (None, 0.5)
    assert one.uncounted == "http://prometheus:9090 answered 422: too many samples"


async def test_counters_that_are_gone() -> None:
    found, _ = await discovered(sloth("shop"), listed(rule("shop")))
    assert found.found[0].uncounted == 'no series match all{s="shop"}'


async def test_what_was_counted() -> None:
    def counts(_: str) -> httpx.Response:
        keys = {"shop-errors|eligible": 1e6, "shop-errors|bad": 250, "shop-errors|looked": 360}
        return vector([("", {"slotui": key}, value) for key, value in keys.items()])

    found, _ = await discovered(sloth("shop"), listed(rule("shop")), counts)
    budget = found.found[0].budget
    assert budget is not None
    assert budget.remaining_ratio == pytest.approx(0.75)
    assert budget.coverage == pytest.approx(0.5)


async def test_names_are_told_apart() -> None:
    keys = ["shop", "Shop", "SHOP"]
    samples = [sample for key in keys for sample in sloth(key)]
    found, _ = await discovered(samples, listed(*map(rule, keys)), taken=["shop-errors"])
    assert [slo.name for slo in found.slos] == ["sloth-shop-errors", "sloth-shop-errors-2", "sloth-shop-errors-3"]


async def test_replicas_are_one_slo_and_the_worse_of_two_numbers() -> None:
    replicas = [
        (name, {**labels, "replica": replica}, value - (0.1 if replica == "b" and "remaining" in name else 0))
        for replica in "ab"
        for name, labels, value in sloth("shop")
    ]
    found, _ = await discovered(replicas, listed(rule("shop"), rule("shop")))
    assert [one.told.remaining for one in found.found] == [0.4]


async def test_an_empty_prometheus_is_asked_once() -> None:
    found, requests = await discovered([], listed())
    assert (found.found, requests) == ((), 1)


async def test_a_prometheus_that_does_not_answer() -> None:
    def refused(_: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused")

    api = Api("http://prometheus:9090", transport=httpx.MockTransport(refused))
    with pytest.raises(SourceError, match="refused"):
        await search(api, AT)
    await api.close()


PYRRA: list[Sample] = [
    ("pyrra_objective", {"slo": "shop", "team": "web"}, 0.99),
    ("pyrra_window", {"slo": "shop", "team": "web"}, 604800),
    ("pyrra_availability", {"slo": "shop", "team": "web"}, 0.995),
    ("pyrra_requests:rate5m", {"slo": "shop", "team": "web"}, 10),
    ("pyrra_errors:rate5m", {"slo": "shop", "team": "web"}, 0.3),
    ("ALERTS", {"alertname": "ErrorBudgetBurn", "slo": "shop", "severity": "critical", "alertstate": "firing"}, 1),
]


def pyrra_rules(errors: str, requests: str = "sum(rate(latency_count[5m]))") -> httpx.Response:
    named = {"pyrra_errors:rate5m": errors, "pyrra_requests:rate5m": requests}
    return listed(*({"name": name, "query": query, "labels": {"slo": "shop"}} for name, query in named.items()))


async def test_an_slo_of_pyrra_whose_errors_are_all_but_the_fast_ones() -> None:
    latency = 'sum(rate(latency_count[5m])) - sum(rate(latency_bucket{le="0.4"}[5m]))'
    found, _ = await discovered(PYRRA, pyrra_rules(latency))
    (one,) = found.found
    assert (one.tool, one.target, one.window, one.told.weighted) == (Tool.PYRRA, 0.99, 604800, True)
    assert (one.told.remaining, one.told.burn) == (pytest.approx(0.5), pytest.approx(3.0))
    assert one.told.firing == ("critical",)
    assert one.slo is not None
    assert isinstance(one.slo.sli, EventSli)
    assert str(one.slo.sli.good) == 'latency_bucket{le="0.4"}'
    assert one.slo.labels == {"team": "web", "recorded_by": "Pyrra"}


async def test_no_requests_are_no_burn() -> None:
    idle = [(name, labels, 0.0 if "rate5m" in name else value) for name, labels, value in PYRRA]
    found, _ = await discovered(idle, pyrra_rules("sum(rate(bad[5m])) or vector(0)"))
    assert found.found[0].told.burn is None


async def test_a_free_form_slo_of_grafana_does_not_say_how_it_weighs() -> None:
    labels = {"grafana_slo_uuid": "u", "grafana_slo_name": "Shop", "grafana_slo_window": "7d"}
    samples: list[Sample] = [("grafana_slo_objective", labels, 0.9), ("grafana_slo_sli_window", labels, 0.95)]
    found, _ = await discovered(samples, listed())
    (one,) = found.found
    assert (one.name, one.window, one.told.weighted) == ("Shop", 604800, None)
    assert one.told.remaining == pytest.approx(0.5)
    assert json.dumps(one.told.burn) == "null"

"""The proxy's counters: bounded labels, children from the start, an SLO of the lab's shape."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from prometheus_client import generate_latest

from chaos.proxy.metrics import CODES, METHODS, ProxyMetrics, Route, code_label
from slotui.errors import UsageError


@settings(max_examples=25)
@given(st.lists(st.tuples(st.text(min_size=1, max_size=9), st.text(max_size=20), st.integers(100, 599)), max_size=30))
def test_whatever_clients_send_makes_few_series(requests: list[tuple[str, str, int]]) -> None:
    metrics = ProxyMetrics("shop", [Route("/orders/*")])
    for method, path, status in requests:
        metrics.observe(method, f"/{path}", status, "none", synthetic=False, seconds=0.1)
    labels = [sample.labels for family in metrics.registry.collect() for sample in family.samples if sample.labels]
    assert {x["route"] for x in labels} <= {"/orders/*", "other"}
    assert {x["method"] for x in labels} <= {*METHODS, "other"}
    assert {x["code"] for x in labels if "code" in x} <= {*CODES, "1xx", "2xx", "3xx", "4xx", "5xx"}


@pytest.mark.parametrize(
    ("method", "path", "label"),
    [
        pytest.param("POST", "/checkout", "/checkout", id="a route of one method"),
        pytest.param("GET", "/checkout", "other", id="another method is another route"),
        pytest.param("GET", "/orders/7", "/orders/*", id="a glob is one route"),
        pytest.param("GET", "/", "other", id="the rest is one, too"),
    ],
)
def test_a_request_has_the_label_of_the_first_route_that_it_fits(method: str, path: str, label: str) -> None:
    metrics = ProxyMetrics("shop", [Route.parse("POST /checkout"), Route.parse("/orders/*"), Route.parse("/orders/7")])
    assert metrics.route_label(method, path) == label


@pytest.mark.parametrize("text", ["checkout", "", "FETCH /checkout", "POST checkout", "get /checkout"])
def test_what_is_no_route_is_told(text: str) -> None:
    with pytest.raises(UsageError, match="is not a route"):
        Route.parse(text)


def test_what_the_labs_slos_count_is_there_before_the_first_request() -> None:
    metrics = ProxyMetrics("checkout", [Route.parse("POST /checkout")])
    at_zero = generate_latest(metrics.registry).decode()
    metrics.observe("POST", "/checkout", 503, "service", synthetic=False, seconds=0.1)
    after = generate_latest(metrics.registry).decode()
    names = {line.rpartition(" ")[0] for line in at_zero.splitlines()}
    assert {line.rpartition(" ")[0] for line in after.splitlines()} == names
    assert 'http_request_duration_seconds_bucket{le="0.4",method="POST",route="/checkout"' in at_zero


@pytest.mark.parametrize(("status", "label"), [(200, "200"), (299, "2xx"), (418, "4xx"), (499, "499"), (599, "5xx")])
def test_a_code_is_counted_by_number_or_by_class(status: int, label: str) -> None:
    assert code_label(status) == label

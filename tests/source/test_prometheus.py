"""Prometheus' answers, good and bad: constant cost, and every failure a sentence."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import httpx
import pytest

from slotui.core.sli import EventSli, Selector, freshness
from slotui.core.slo import Slo
from slotui.duration import DAY
from slotui.errors import SourceError, UsageError
from slotui.source.prometheus.api import Api
from slotui.source.prometheus.questions import Question, ask, joined
from slotui.source.prometheus.source import PrometheusSource

EVENTS = Slo("shop", "shop", 0.999, 30 * DAY, EventSli(Selector("all_total"), Selector("ok_total")))
FRESH = Slo("stock", "shop", 0.99, 7 * DAY, freshness(Selector("updated"), 60))
Answer = Callable[[httpx.Request], httpx.Response]


def api(answer: Answer) -> Api:
    return Api("http://prometheus:9090", transport=httpx.MockTransport(answer))


def raising(error: Exception) -> Answer:
    def answer(_: httpx.Request) -> httpx.Response:
        raise error

    return answer


def says(status: int, body: Any, kind: str = "application/json") -> Answer:
    text = body if isinstance(body, str) else json.dumps(body)
    return lambda _: httpx.Response(status, text=text, headers={"content-type": kind})


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        pytest.param(raising(httpx.ConnectError("refused")), "refused", id="refused"),
        pytest.param(raising(httpx.ReadTimeout("slow")), "did not answer in time", id="too slow"),
        pytest.param(says(503, "<html>sorry</html>", "text/html"), "503 with a web page", id="a proxy's error page"),
        pytest.param(says(200, "<html>log in</html>", "text/html"), "200 with a web page", id="a login page"),
        pytest.param(says(400, {"status": "error", "error": "bad query"}), "400: bad query", id="an error with a reason"),
        pytest.param(says(200, {"status": "error"}), "no reason given", id="an error without a reason"),
        pytest.param(says(200, [1, 2]), "no reason given", id="JSON, but not Prometheus'"),
        pytest.param(says(200, {"status": "success", "data": {"resultType": "vector"}}), "not Prometheus'", id="half"),
        pytest.param(says(200, {"status": "success", "data": {"resultType": "vector", "result": [{"metric": {}}]}}),
                     "not Prometheus'", id="a series without a value"),
    ],
)  # fmt: skip
async def test_failures_are_sentences(answer: Answer, words: str) -> None:
    client = api(answer)
    with pytest.raises(SourceError, match=words):
        await client.query("up", 0)
    await client.close()


async def test_nan_and_infinity_are_no_points() -> None:
    result = [
        {"metric": {"a": "nan"}, "value": [1, "NaN"]},
        {"metric": {"a": "inf"}, "value": [1, "+Inf"]},
        {"metric": {"a": "one"}, "value": [1, "1"]},
        {"metric": {"a": "two"}, "values": [[1, "NaN"], [2, "2"]]},
    ]
    client = api(says(200, {"status": "success", "data": {"resultType": "vector", "result": result}}))
    found = await client.query("x", 0)
    await client.close()
    assert [(series.labels["a"], series.value) for series in found] == [("one", 1.0), ("two", 2.0)]


@pytest.mark.parametrize("url", ["prometheus:9090", "ftp://x", "http://", ""])
def test_what_is_no_address(url: str) -> None:
    with pytest.raises(UsageError, match="is not an address"):
        Api(url)


def test_credentials_in_the_address_are_not_shown() -> None:
    assert Api("https://me:secret@host:9090/prom/").url == "https://host:9090/prom"


def test_one_expression_asks_for_many_and_the_answers_find_home() -> None:
    [text] = joined([Question(("a", "1"), "sum(x)"), Question(("b",), "y or 0 * z")], longest=math.inf)
    assert text == 'label_replace(sum(x), "slotui", "a|1", "", "") or label_replace(y or 0 * z, "slotui", "b", "", "")'


async def test_a_server_that_takes_no_long_expressions_is_asked_in_parts_from_then_on() -> None:
    asked: list[str] = []

    def victoria(request: httpx.Request) -> httpx.Response:
        expression = httpx.QueryParams(request.content.decode())["query"]
        asked.append(expression)
        if len(expression) > 120:
            error = f"too long query; got {len(expression)} bytes; mustn't exceed `-search.maxQueryLen=120` bytes"
            return httpx.Response(422, json={"status": "error", "error": error})
        keys = re.findall(r'"slotui", "(.*?)"', expression)
        result = [{"metric": {"slotui": key}, "value": [1, "5"]} for key in keys]
        return httpx.Response(200, json={"status": "success", "data": {"resultType": "vector", "result": result}})

    client = api(victoria)
    questions = [Question((name, "1"), f"sum({name})") for name in "abcde"]
    for requests in (1 + 3, 3):
        asked.clear()
        found = await ask(client, questions, 0)
        assert {key: series.value for key, series in found.items()} == {(name, "1"): 5.0 for name in "abcde"}
        assert len(asked) == requests
    with pytest.raises(SourceError, match="too long query"):
        await ask(client, [Question(("f",), "x" * 120)], 0)
    await client.close()


@pytest.mark.parametrize(
    ("count", "first_time"),
    [pytest.param(1, 1 + 10, id="one"), pytest.param(50, 1 + 10 + 5, id="fifty, half of them slices of a minute")],
)
async def test_a_refresh_costs_the_same_requests_for_one_slo_and_for_fifty(count: int, first_time: int) -> None:
    def nothing(_: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json={"status": "success", "data": {"resultType": "vector", "result": []}})

    slos = [replace(FRESH if i % 2 else EVENTS, name=f"slo-{i}") for i in range(count)]
    now = 1_700_000_000.0
    source = PrometheusSource("http://p", slos, clock=lambda: now, transport=httpx.MockTransport(nothing))
    await source.read()
    first = source.requests
    now += 5
    await source.read()
    await source.close()
    assert (first, source.requests - first) == (first_time + 2, 2)


async def test_nothing_in_prometheus_is_no_data_with_the_selector_that_found_nothing() -> None:
    empty = says(200, {"status": "success", "data": {"resultType": "vector", "result": []}})
    source = PrometheusSource("http://p", [EVENTS], clock=lambda: 1e9, transport=httpx.MockTransport(empty))
    reading = (await source.read()).readings["shop"]
    await source.close()
    assert reading.seen_at is None
    assert reading.problem == "no series match all_total"
    assert all(counts.measured == 0 for counts in reading.windows.values())


def matrix(*series: list[tuple[float, float]]) -> Answer:
    found = [
        {"metric": {"n": str(n)}, "values": [[at, str(value)] for at, value in one]} for n, one in enumerate(series)
    ]
    return says(200, {"status": "success", "data": {"resultType": "matrix", "result": found}})


@pytest.mark.parametrize(
    ("begins", "measured"),
    [
        pytest.param(900, 1000, id="series that were there before"),
        pytest.param(1000, 1000, id="series that begin with the stretch"),
        pytest.param(1800, 200, id="a Prometheus that began to look near its end"),
    ],
)
async def test_what_lies_before_the_first_sample_was_not_measured(begins: int, measured: float) -> None:
    samples = [(float(at), float(at - begins)) for at in range(begins, 2001, 50)]
    source = PrometheusSource("http://prometheus:9090", [EVENTS], transport=httpx.MockTransport(matrix(samples)))
    found = await source.count("shop", 1000, 2000)
    await source.close()
    assert found is not None
    assert found.measured == measured


async def test_latencies_are_asked_by_edge() -> None:
    fast = EventSli(Selector("took_count"), good=Selector("took_bucket"))
    slo = replace(EVENTS, sli=fast)
    rows = [{"metric": {"le": le}, "value": [1300, value]} for le, value in (("0.1", "5"), ("+Inf", "9"))]
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(str(request.url) + request.content.decode())
        return httpx.Response(200, json={"status": "success", "data": {"resultType": "vector", "result": rows}})

    source = PrometheusSource("http://prometheus:9090", [slo], transport=httpx.MockTransport(answer))
    assert await source.latencies("shop", 1000, 1300) == {0.1: 5, math.inf: 9}
    rows[1]["value"] = [1300, "0"]
    assert await source.latencies("shop", 1000, 1300) is None
    await source.close()
    assert "5m" in asked[0]

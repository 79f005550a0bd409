"""How long a server keeps its samples: what each kind of server says, or does not say."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from slotui.duration import DAY
from slotui.errors import SourceError
from slotui.source.prometheus.api import Api
from slotui.source.prometheus.retention import retention

TIME, SIZE, OLD = "storage.tsdb.retention.time", "storage.tsdb.retention.size", "storage.tsdb.retention"


def api(answer: httpx.Response | Exception) -> Api:
    def handle(request: httpx.Request) -> httpx.Response:
        assert (request.method, request.url.path) == ("GET", "/prom/api/v1/status/flags")
        if isinstance(answer, Exception):
            raise answer
        return answer

    return Api("http://prometheus/prom", transport=httpx.MockTransport(handle))


def flags(**said: str) -> httpx.Response:
    data = {name.replace("_", "."): value for name, value in said.items()}
    return httpx.Response(200, json={"status": "success", "data": data})


@pytest.mark.parametrize(
    ("said", "days"),
    [
        pytest.param({TIME: "0s", SIZE: "0B", OLD: "0s"}, 15, id="told nothing: 15 days"),
        pytest.param({TIME: "33d", SIZE: "0B"}, 33, id="a time"),
        pytest.param({TIME: "1y", SIZE: "10GB"}, 365, id="a time and a size"),
        pytest.param({TIME: "0s", SIZE: "0B", OLD: "40d"}, 40, id="the flag's old name"),
    ],
)
async def test_a_prometheus_says_it(said: dict[str, str], days: int) -> None:
    client = api(flags(**said))
    assert (await retention(client)).seconds == days * DAY
    await client.close()


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        pytest.param(httpx.Response(404, text="unsupported path"), "answered 404", id="VictoriaMetrics: no such path"),
        pytest.param(httpx.Response(405), "answered 405", id="a proxy that lets only queries through"),
        pytest.param(flags(query_timeout="2m"), "does not say", id="Thanos: flags of its own"),
        pytest.param(httpx.Response(200, text="<html>log in</html>"), "does not say", id="a login page"),
        pytest.param(httpx.Response(200, json=[1]), "does not say", id="JSON, but not Prometheus'"),
        pytest.param(flags(storage_tsdb_retention_time="soon"), "'soon', which is no duration", id="no duration"),
        pytest.param(flags(storage_tsdb_retention_time="0s", storage_tsdb_retention_size="10GB"), "up to 10GB", id="a size alone"),
    ],
)  # fmt: skip
async def test_unknown_has_a_reason(answer: Any, words: str) -> None:
    client = api(answer)
    found = await retention(client)
    await client.close()
    assert found.seconds is None
    assert words in found.unknown


async def test_nobody_answers() -> None:
    client = api(httpx.ConnectError("refused"))
    with pytest.raises(SourceError, match="refused"):
        await retention(client)
    await client.close()

"""What one look at a Prometheus finds: against the real server, and what is made of half an answer."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from slotui.clock import now
from slotui.core.lints import Check, Part
from slotui.core.live_lints import live_lints, retention_lints
from slotui.core.sli import EventSli, Matcher, Selector, Sli, freshness
from slotui.core.slo import Slo
from slotui.duration import DAY, HOUR, MINUTE
from slotui.source.prometheus.api import Api
from slotui.source.prometheus.inspection import inspect
from slotui.source.prometheus.retention import retention

REQUESTS = "http_requests_total"
OK = (Matcher("code", "=", "200"),)


def slo(name: str, sli: Sli) -> Slo:
    return Slo(name, "shop", 0.999, 30 * DAY, sli)


ALL = slo("all", EventSli(Selector(REQUESTS), Selector(REQUESTS, OK)))
WRONG_LABEL = slo("wrong-label", EventSli(Selector(REQUESTS), Selector(REQUESTS, (Matcher("code", "=", "2xx"),))))
TURNED = slo("turned", EventSli(Selector(REQUESTS, OK), Selector(REQUESTS)))
NOT_THERE = slo("not-there", EventSli(Selector("htp_requests_total"), bad=Selector("htp_errors_total")))
FRESH = slo("fresh", freshness(Selector("updated_seconds"), 60))
YOUNG = slo("young", EventSli(Selector("young_total"), Selector("young_total")))
SLOS = (ALL, WRONG_LABEL, TURNED, NOT_THERE, FRESH, YOUNG)

RATES = {'route="/pay",code="200"': 6, 'route="/pay",code="500"': 2, 'route="/healthz",code="200"': 2}
"""Events a minute."""


def samples(end: float) -> str:
    """Two days of counters at one sample a minute, a gauge, and a counter that began half an hour ago."""
    rows = ["# TYPE http_requests counter"]
    minutes = 2 * DAY // MINUTE
    for labels, rate in RATES.items():
        rows += [f"{REQUESTS}{{{labels}}} {rate * i} {end - (minutes - i) * MINUTE:.0f}" for i in range(minutes + 1)]
    rows += ["# TYPE updated_seconds gauge", f"updated_seconds {end:.0f} {end:.0f}"]
    rows += ["# TYPE young counter", *(f"young_total {i} {end - (30 - i) * MINUTE:.0f}" for i in range(31))]
    return "\n".join([*rows, "# EOF", ""])


def _fill(folder: Path, promtool: str, text: str) -> None:
    (folder / "history.om").write_text(text)
    command = [promtool, "tsdb", "create-blocks-from", "openmetrics", folder / "history.om", folder / "data"]
    subprocess.run(command, check=True, capture_output=True)


@pytest.mark.slow
@pytest.mark.prometheus
async def test_a_real_prometheus(start_prometheus: Callable[..., str], promtool: str, tmp_path: Path) -> None:
    end = now() // MINUTE * MINUTE
    _fill(tmp_path, promtool, samples(end))
    # No retention flag: the server reports 0s, and keeps 15 days.
    client = Api(start_prometheus(tmp_path / "data", retention=None))
    kept = await retention(client)
    looks = await inspect(client, SLOS, end)
    await client.close()
    other = Api(start_prometheus(tmp_path / "other", retention="45d"))
    assert (await retention(other)).seconds == 45 * DAY
    await other.close()

    assert kept.seconds == 15 * DAY
    assert [lint.check for lint in retention_lints(ALL, kept)] == [Check.SHORT_RETENTION]
    found = {slo.name: live_lints(slo, looks[slo.name]) for slo in SLOS}
    assert {name: [str(lint.check) for lint in lints] for name, lints in found.items()} == {
        "all": ["probe-traffic"],
        "wrong-label": ["no-series"],
        "turned": ["more-than-eligible", "probe-traffic"],
        "not-there": ["no-series"],
        "fresh": [],
        "young": [],
    }
    assert 'route="/healthz", 20% of the last 1h' in found["all"][0].what
    assert 'route!="/healthz"' in found["all"][0].fix
    assert "every event counts as bad" in found["wrong-label"][0].what
    assert "3 series are named http_requests_total" in found["wrong-label"][0].fix
    assert "more good events than eligible ones in the last 1h: 600 among 480" in found["turned"][0].what
    assert "the SLO has no data" in found["not-there"][0].what

    day = looks["all"].traffic
    assert day is not None
    assert (day.events, day.seconds) == (pytest.approx(14_400, rel=0.01), DAY)
    assert looks["young"].traffic is None, "half an hour says nothing of a window"
    assert looks["fresh"].traffic is None


def vector(*rows: tuple[dict[str, str], float]) -> httpx.Response:
    result = [{"metric": labels, "value": [1e9, str(value)]} for labels, value in rows]
    return httpx.Response(200, json={"status": "success", "data": {"resultType": "vector", "result": result}})


async def test_an_hour_old_series_tells_its_traffic_by_the_hour() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if b"sum+by" in request.content:
            return vector()
        return vector(
            ({"slotui": "all|eligible|series"}, 3),
            ({"slotui": "all|eligible|events"}, 90),
            ({"slotui": "all|day"}, 100),
            ({"slotui": "all|an hour ago"}, 1),
        )

    client = Api("http://p", transport=httpx.MockTransport(answer))
    traffic = (await inspect(client, [ALL], 1e9))["all"].traffic
    await client.close()
    assert traffic is not None
    assert (traffic.events, traffic.seconds, traffic.basis) == (90, HOUR, "as in the last 1h")


async def test_an_empty_answer_is_no_series_and_no_traffic() -> None:
    client = Api("http://p", transport=httpx.MockTransport(lambda _: vector()))
    look = (await inspect(client, [FRESH, ALL], 1e9))["all"]
    requests = client.requests
    await client.close()
    assert look.selected[Part.GOOD].series == 0
    assert look.selected[Part.GOOD].events is None
    assert (look.traffic, look.eligible_by) == (None, ())
    assert requests == 2, "one for all, and one for each SLO that counts events"

"""Tokens that change, servers that refuse, and answers that are not whole."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from slotui.core.assemble import source_status
from slotui.core.sli import EventSli, Selector
from slotui.core.slo import Slo
from slotui.duration import DAY
from slotui.errors import SourceError, UsageError
from slotui.source.connection import Connection
from slotui.source.prometheus.api import Api
from slotui.source.prometheus.source import PrometheusSource

SHOP = Slo("shop", "shop", 0.999, 30 * DAY, EventSli(Selector("all_total"), Selector("ok_total")))
NOTHING = {"status": "success", "data": {"resultType": "vector", "result": []}}
Answer = Callable[[httpx.Request], httpx.Response]


class Seen:
    """A server that answers nothing, and remembers what it was sent."""

    def __init__(self) -> None:
        self.headers: list[httpx.Headers] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.headers.append(request.headers)
        return httpx.Response(200, json=NOTHING)


async def ask(answer: Answer, connection: Connection, url: str = "http://p") -> None:
    client = Api(url, connection, transport=httpx.MockTransport(answer))
    try:
        await client.query("up", 0)
    finally:
        await client.close()


async def test_token_and_headers_go_with_each_request() -> None:
    seen = Seen()
    await ask(seen, Connection(token="hush\n", headers=(("X-Scope-OrgID", "team-a"),)))
    assert seen.headers[0]["authorization"] == "Bearer hush"
    assert seen.headers[0]["x-scope-orgid"] == "team-a"


async def test_a_password_in_the_address_may_have_any_sign() -> None:
    seen = Seen()
    await ask(seen, Connection(), "http://me:p%40ss@p")
    assert seen.headers[0]["authorization"] == httpx.BasicAuth("me", "p@ss")._auth_header


async def test_a_token_file_is_read_again_when_it_changed(tmp_path: Path) -> None:
    file, seen = tmp_path / "token", Seen()
    file.write_text("first\n")
    client = Api("http://p", Connection(token_file=file), transport=httpx.MockTransport(seen))
    await client.query("up", 0)
    fresh = tmp_path / "fresh"
    fresh.write_text("second\n")
    fresh.replace(file)
    await client.query("up", 0)
    file.unlink()
    with pytest.raises(SourceError, match=r"token: No such file"):
        await client.query("up", 0)
    file.write_text("third\n")
    await client.query("up", 0)
    await client.close()
    assert [headers["authorization"] for headers in seen.headers] == ["Bearer first", "Bearer second", "Bearer third"]


async def test_a_password_that_was_typed_is_nearer_than_a_token_of_the_environment() -> None:
    seen = Seen()
    await ask(seen, Connection(token="hush"), "http://me:pass@p")
    assert seen.headers[0]["authorization"].startswith("Basic ")


def test_two_ways_to_log_in_are_one_too_many(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="two ways to log in"):
        Api("http://me:pass@p", Connection(token_file=tmp_path / "token"))


def test_certificates_without_https_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="is not encrypted"):
        Api("http://p", Connection(ca_file=tmp_path / "ca.pem"))


def test_an_address_that_is_none_does_not_show_its_password() -> None:
    with pytest.raises(UsageError, match="is not an address") as caught:
        Api("me:secret@host:9090")
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("status", "kind", "body", "token", "sentence", "fix"),
    [
        pytest.param(401, "plain", "Unauthorized", None, "http://p wants a token or a password (401): Unauthorized",
                     "--bearer-token-file", id="a token is wanted"),
        pytest.param(401, "plain", "expired", "old", "http://p did not accept the token or password (401): expired",
                     "expired?", id="a token of yesterday"),
        pytest.param(401, "plain", "no org id", None, "http://p wants to know which tenant is asked for",
                     "X-Scope-OrgID", id="Mimir wants a tenant"),
        pytest.param(403, "plain", "no\nand no", "my", "http://p knows who asks and does not allow it (403): no",
                     "may this login read", id="a token that may not read"),
        pytest.param(401, "html", "<html>Sign in", None, "http://p wants a token or a password (401)",
                     "--bearer-token-file", id="a web page is not quoted"),
        pytest.param(403, "plain", "\x1b[2J", None, "http://p knows who asks and does not allow it (403): \ufffd[2J",
                     "may this login read", id="what a terminal obeys is made harmless"),
        pytest.param(407, "plain", "", None, "the proxy before http://p wants a password (407)",
                     "NO_PROXY", id="a proxy wants a password"),
    ],
)  # fmt: skip
async def test_refusals_say_what_is_wanted(
    status: int, kind: str, body: str, token: str | None, sentence: str, fix: str
) -> None:
    def refuse(_: httpx.Request) -> httpx.Response:
        return httpx.Response(status, text=body, headers={"content-type": f"text/{kind}"})

    with pytest.raises(SourceError) as caught:
        await ask(refuse, Connection(token=token))
    assert caught.value.what == sentence
    assert fix in caught.value.fix


@pytest.mark.parametrize(
    ("host", "proxied"),
    [("127.0.0.1", False), ("localhost", False), ("[::1]", False), ("prometheus.test", True), ("10.0.0.1", True)],
)
async def test_a_proxy_is_used_for_other_machines_only(
    host: str, proxied: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("NO_PROXY", "no_proxy", "ALL_PROXY", "all_proxy", "HTTPS_PROXY", "https_proxy", "http_proxy"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    client = Api(f"http://{host}:9")
    with pytest.raises(SourceError):
        await client.query("up", 0)
    transport = client._client._transport_for_url(httpx.URL(f"http://{host}:9"))
    assert (type(transport._pool).__name__ == "AsyncHTTPProxy") == proxied
    await client.close()


def test_a_proxy_that_cannot_be_used_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "gopher://127.0.0.1:1")
    with pytest.raises(UsageError, match="the proxy of this environment cannot be used"):
        Api("http://prometheus.test:9090")


def partly(beside: dict[str, Any], said: list[bool]) -> Answer:
    """A server that has seen the shop, and doubts its answers while `said[0]` is true."""

    def answer(_: httpx.Request) -> httpx.Response:
        result = [{"metric": {"slotui": "shop|seen"}, "value": [1e9, "1e9"]}]
        body = {"status": "success", "data": {"resultType": "vector", "result": result}}
        return httpx.Response(200, json={**body, **(beside if said[0] else {})})

    return answer


@pytest.mark.parametrize(
    ("beside", "problem"),
    [
        pytest.param({"warnings": ["store 10.0.0.7 is down", "store 10.0.0.7 is down"]},
                     "http://p answered in part: store 10.0.0.7 is down", id="Thanos without a store"),
        pytest.param({"isPartial": True}, "http://p answered in part: some of its storage nodes did not answer",
                     id="VictoriaMetrics without a node"),
        pytest.param({"isPartial": False}, None, id="VictoriaMetrics whole"),
        pytest.param({"infos": ["PromQL info: metric might not be a counter"]}, None, id="a hint of Prometheus 3"),
        pytest.param({"warnings": ["PromQL info: metric might not be a counter"]}, None, id="a hint of Prometheus 2.50"),
        pytest.param({"warnings": None}, None, id="no warnings"),
    ],
)  # fmt: skip
async def test_an_answer_in_part_is_stale_until_it_is_whole(beside: dict[str, Any], problem: str | None) -> None:
    said, moment = [True], 1e9
    server = httpx.MockTransport(partly(beside, said))
    source = PrometheusSource("http://p", [SHOP], clock=lambda: moment, transport=server)
    snapshot = await source.read()
    assert snapshot.problem == problem
    assert source_status("prometheus", "http://p", snapshot, 90).state == ("stale" if problem else "live")
    if problem:
        with pytest.raises(SourceError, match="answered in part"):
            await source.count("shop", 1e9 - 60, 1e9)
        with pytest.raises(SourceError, match="answered in part"):
            await source.record("shop")
    said[0] = False
    moment += 60
    assert (await source.read()).problem is None
    await source.record("shop")
    await source.close()


async def test_a_history_in_part_is_loaded_again_not_kept() -> None:
    """The store that was away holds the older half; once it is back every event is there, once."""
    away, border = [True], 1_700_000_100.0
    now = border + 100

    def answer(request: httpx.Request) -> httpx.Response:
        form = dict(httpx.QueryParams(request.content.decode()))
        kind, result = "vector", []
        if request.url.path.endswith("query_range"):
            kind = "matrix"
            start, end = float(form["start"]), float(form["end"])
            steps = [start + 300 * n for n in range(int((end - start) // 300) + 1)]
            seen = [at for at in steps if at > border - (3600 if away[0] else 7200)]
            if seen:
                result = [{"metric": {"slotui": "shop|eligible"}, "values": [[at, "10"] for at in seen]}]
        body = {"status": "success", "data": {"resultType": kind, "result": result}}
        return httpx.Response(200, json={**body, **({"warnings": ["store is down"]} if away[0] else {})})

    source = PrometheusSource("http://p", [SHOP], clock=lambda: now, transport=httpx.MockTransport(answer))
    assert (await source.read()).readings["shop"].window.eligible == 10 * 12
    away[0] = False
    now += 30
    half = await source.read()
    assert (half.problem, half.readings["shop"].window.eligible) == (
        "http://p answered in part: store is down",
        10 * 12,
    )
    now += 30
    whole = await source.read()
    assert (whole.problem, whole.readings["shop"].window.eligible) == (None, 10 * 24)
    await source.close()


async def test_a_history_in_part_that_broke_off_leaves_nothing_behind() -> None:
    """The first look gets halves of the counts, then an error; the second gets everything."""
    broken, now = [True], 1_700_000_200.0

    def answer(request: httpx.Request) -> httpx.Response:
        form = dict(httpx.QueryParams(request.content.decode()))
        kind, result = "vector", []
        if request.url.path.endswith("query_range"):
            start, end = float(form["start"]), float(form["end"])
            if broken[0] and end > now - 5 * DAY:
                return httpx.Response(503, json={"status": "error", "error": "overloaded"})
            kind, steps = "matrix", range(int((end - start) // 300) + 1)
            counts = [[start + 300 * n, "5" if broken[0] else "10"] for n in steps]
            result = [{"metric": {"slotui": "shop|eligible"}, "values": counts}]
        body = {"status": "success", "data": {"resultType": kind, "result": result}}
        return httpx.Response(200, json={**body, **({"warnings": ["store is down"]} if broken[0] else {})})

    source = PrometheusSource("http://p", [SHOP], clock=lambda: now, transport=httpx.MockTransport(answer))
    with pytest.raises(SourceError, match="overloaded"):
        await source.read()
    broken[0] = False
    line = await source.record("shop")
    assert line.trailing(10 * DAY, line.last or 0).eligible == 10 * 10 * DAY / 300
    await source.close()

"""Annotations, against a server that keeps them as Grafana's documentation says."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from chaos.spend.grafana import Grafana, annotation
from slotui.core.entry import Entry
from slotui.errors import SourceError, UsageError

OPEN = Entry("a1b2", "experiment", ("shop",), "kim", "a <b>rehearsal</b>", "5% 500 on POST /x", 1000.25)
CLOSED = replace(OPEN, ended=1060.5, injected=31, observed={"shop": 28.4}, ending="expired")


class Kept(ThreadingHTTPServer):
    """Annotations by id; `status` other than 200 is what everybody gets."""

    status = 200
    page: bytes | None = None

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.annotations: dict[int, dict[str, Any]] = {}

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class Handler(BaseHTTPRequestHandler):
    server: Kept

    def do_GET(self) -> None:
        asked = parse_qs(urlsplit(self.path).query)["tags"]
        found = [
            {"id": number, **one} for number, one in self.server.annotations.items() if set(asked) <= set(one["tags"])
        ]
        self._answer(found)

    def do_POST(self) -> None:
        if (body := self._body()) is not None:
            self.server.annotations[number := len(self.server.annotations) + 7] = body
            self._answer({"message": "Annotation added", "id": number})

    def do_PATCH(self) -> None:
        if (body := self._body()) is not None:
            self.server.annotations[int(self.path.rsplit("/", 1)[1])] |= body
            self._answer({"message": "Annotation patched"})

    def _body(self) -> dict[str, Any] | None:
        body: dict[str, Any] = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.headers["Authorization"] == "Bearer sesame":
            return body
        self.server.status = 401
        self._answer({})
        return None

    def _answer(self, data: object) -> None:
        body = self.server.page or json.dumps(data).encode()
        self.send_response(self.server.status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class calls it so
        """Nothing."""


@pytest.fixture
def kept() -> Iterator[Kept]:
    with Kept() as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def test_an_entry_is_one_annotation_however_often_it_is_marked(kept: Kept) -> None:
    with Grafana(kept.url + "/", "sesame") as grafana:
        grafana.mark(OPEN)
        (shown,) = kept.annotations.values()
        assert (shown["time"], "timeEnd" in shown) == (1_000_250, False)
        assert shown["tags"] == ["slotui", "experiment", "entry:a1b2", "slo:shop"]
        grafana.mark(CLOSED)
        grafana.mark(CLOSED)
        grafana.mark(replace(OPEN, id="c3d4"))
    first, second = kept.annotations.values()
    assert (first["timeEnd"], second["tags"][2]) == (1_060_500, "entry:c3d4")


def test_what_is_said_is_text_and_not_markup() -> None:
    text = annotation(CLOSED)["text"]
    assert text == ("kim: 5% 500 on POST /x (a &lt;b&gt;rehearsal&lt;/b&gt;). expired: 31 injected, shop 28 bad")


@pytest.mark.parametrize(
    ("status", "page", "says"),
    [
        pytest.param(401, None, "not accepted", id="a wrong token"),
        pytest.param(403, None, "may not write", id="a token without the right"),
        pytest.param(500, None, "HTTP 500", id="a broken server"),
        pytest.param(200, b"<html>", "no Grafana", id="something else"),
    ],
)
def test_a_grafana_that_will_not_is_a_sentence(kept: Kept, status: int, page: bytes | None, says: str) -> None:
    kept.status, kept.page = status, page
    with Grafana(kept.url, "sesame") as grafana, pytest.raises(SourceError, match=says):
        grafana.mark(OPEN)


def test_a_wrong_token_writes_nothing(kept: Kept) -> None:
    with Grafana(kept.url, "wrong") as grafana, pytest.raises(SourceError, match="not accepted"):
        grafana.mark(OPEN)
    assert not kept.annotations


def test_nobody_there_and_no_url() -> None:
    with Grafana("http://127.0.0.1:9", "sesame") as grafana, pytest.raises(SourceError, match="does not answer"):
        grafana.mark(OPEN)
    with pytest.raises(UsageError, match="not a URL"):
        Grafana("nonsense", "sesame")

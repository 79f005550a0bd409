"""The last board of a feed, for machines: `/metrics` and a read-only JSON API.

A request shows what the feed has read last and reads nothing itself, so that many who ask cost a source no more
than one. `slotui exporter` serves it.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator
from dataclasses import replace

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from slotui.clock import Clock, now
from slotui.core.assemble import aged
from slotui.core.board import Board, SloBoard
from slotui.duration import compact
from slotui.inprocess.exposition import Exposed, families
from slotui.view.board_json import to_json

_METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_NOT_YET = "the source has not been read yet"


class Exporter(Collector):
    """Serves the newest board that `show` was given; one whose data is older than `stale_after` seconds is stale."""

    def __init__(self, stale_after: float, clock: Clock = now) -> None:
        self._stale_after = stale_after
        self._clock = clock
        self._last: Board | None = None
        self._answered = False
        self._registry = CollectorRegistry()
        self._registry.register(self)
        routes = [
            Route("/metrics", self._metrics),
            Route("/api/v1/board", self._whole),
            Route("/api/v1/slos/{name}", self._one),
            Route("/-/healthy", self._healthy),
            Route("/-/ready", self._ready),
        ]
        self.app = Starlette(routes=routes, exception_handlers={HTTPException: _refusal})

    def show(self, board: Board) -> None:
        """From now on, this board."""
        self._last = board
        self._answered = self._answered or board.source.state != "down"

    def describe(self) -> Iterable[GaugeMetricFamily]:
        return ()

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """The series of every SLO, and whether they can be trusted."""
        board = self._present()
        yield from families(_exposed(slo) for slo in (board.slos if board else ()))
        live = board is not None and board.source.state == "live"
        yield GaugeMetricFamily("slo_source_up", "1 while the source answers with fresh numbers.", value=int(live))
        age = GaugeMetricFamily("slo_source_age_seconds", "Age of the newest measurement behind the series.")
        if board is not None and board.source.age is not None:
            age.add_metric([], board.source.age)
        yield age

    def _present(self) -> Board | None:
        """The last board with its present age, and stale when a refresh is overdue: a read may hang."""
        board, at = self._last, self._clock()
        if board is None or board.source.age is None:
            return board
        age = board.source.age + max(0.0, at - board.at)
        if board.source.state == "live" and age > self._stale_after:
            return aged(board, at, "no newer answer of the source", board.refresh)
        return replace(board, source=replace(board.source, age=age))

    def _known(self) -> Board:
        board = self._present()
        if board is None:
            raise HTTPException(503, _NOT_YET)
        return board

    async def _metrics(self, _request: Request) -> Response:
        return Response(generate_latest(self._registry), media_type=_METRICS_TYPE)

    async def _whole(self, _request: Request) -> Response:
        return JSONResponse(to_json(self._known()))

    async def _one(self, request: Request) -> Response:
        name = request.path_params["name"]
        slos = {slo["name"]: slo for slo in to_json(self._known())["slos"]}
        if name not in slos:
            near = difflib.get_close_matches(name, slos, n=1)
            hint = f"did you mean {near[0]}?" if near else f"known: {', '.join(sorted(slos))}"
            raise HTTPException(404, f"no SLO is named {name!r}: {hint}")
        return JSONResponse(slos[name])

    async def _healthy(self, _request: Request) -> Response:
        return PlainTextResponse("healthy\n")

    async def _ready(self, _request: Request) -> Response:
        """Ready from the first numbers on: later, when the source is down, the series say so themselves."""
        if self._answered:
            return PlainTextResponse("ready\n")
        error = self._last.source.error if self._last else None
        return PlainTextResponse(f"not ready: {error or _NOT_YET}\n", 503)


def _exposed(board: SloBoard) -> Exposed:
    eligible, bad, target = board.counts.eligible, board.counts.bad, board.slo.target
    success = (eligible - bad) / eligible if eligible > 0 else None
    return Exposed(
        name=board.name,
        service=board.slo.service,
        target=target,
        success_ratio=success,
        budget_remaining=board.remaining,
        burn={compact(window): burn for window, burn in board.burns.items()},
        breached=None if success is None else success < target,
    )


async def _refusal(_request: Request, error: Exception) -> Response:
    """What cannot be answered, as JSON. Starlette hands over only what it was registered for."""
    assert isinstance(error, HTTPException)  # noqa: S101 - narrows the type that the framework's signature widens
    return JSONResponse({"error": error.detail}, error.status_code, headers=error.headers)

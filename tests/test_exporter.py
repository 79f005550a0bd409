"""What the exporter serves of a board, and what it says when the board is old or there is none."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from slotui.core.assemble import aged, assemble, nothing_yet, source_status
from slotui.core.board import Board
from slotui.core.policy import DEFAULT_POLICY
from slotui.core.reading import Snapshot, read_timeline
from slotui.core.sli import EventSli, Selector
from slotui.core.slo import Slo
from slotui.core.timeline import Span, Timeline
from slotui.duration import DAY, HOUR
from slotui.exporter import Exporter
from slotui.view.board_json import to_json

NOW = 1763820151.0
SLI = EventSli(Selector("requests_total"), bad=Selector("errors_total"))
BUSY = Slo("checkout-availability", "checkout", 0.99, 7 * DAY, SLI)
UNSEEN = Slo("search-availability", "search", 0.999, 7 * DAY, SLI)


def board_of_two() -> Board:
    """One SLO with 3 % errors in the last hour, one that nobody has measured."""
    line = Timeline([Span(NOW - DAY, NOW - HOUR, 9000, 45, DAY - HOUR), Span(NOW - HOUR, NOW - 4, 1000, 30, HOUR - 4)])
    snapshot = Snapshot(NOW, {BUSY.name: read_timeline(BUSY, line, NOW)})
    return assemble(
        snapshot, [BUSY, UNSEEN], DEFAULT_POLICY, (), source_status("scrape", "http://127.0.0.1:1", snapshot, 30.0)
    )


@pytest.fixture
def at() -> list[float]:
    """The exporter's clock: the test sets its one element."""
    return [NOW]


@pytest.fixture
def exporter(at: list[float]) -> Exporter:
    return Exporter(stale_after=30.0, clock=lambda: at[0])


async def ask(exporter: Exporter, path: str, method: str = "GET") -> httpx.Response:
    transport = httpx.ASGITransport(exporter.app)
    async with httpx.AsyncClient(transport=transport, base_url="http://exporter") as client:
        return await client.request(method, path)


async def series(exporter: Exporter) -> dict[tuple[str, ...], float]:
    """By name, SLO and window."""
    answer = await ask(exporter, "/metrics")
    assert answer.status_code == 200
    assert "nan" not in answer.text.lower()
    return {
        (sample.name, *(sample.labels[label] for label in ("slo", "window") if label in sample.labels)): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


async def test_the_series_of_a_folder_of_slos(exporter: Exporter) -> None:
    exporter.show(board_of_two())
    found = await series(exporter)
    assert found["slo_target", BUSY.name] == 0.99
    assert found["slo_success_ratio", BUSY.name] == pytest.approx(0.9925)
    assert found["slo_error_budget_remaining", BUSY.name] == pytest.approx(0.25)
    assert found["slo_breached", BUSY.name] == 0
    assert found["slo_burn_rate", BUSY.name, "1h"] == pytest.approx(3.0)
    assert (found["slo_source_up",], found["slo_source_age_seconds",]) == (1, 4)


async def test_what_was_not_measured_is_absent(exporter: Exporter) -> None:
    exporter.show(board_of_two())
    assert [key for key in await series(exporter) if UNSEEN.name in key] == [("slo_target", UNSEEN.name)]


async def test_the_json_is_that_of_status(exporter: Exporter) -> None:
    board = board_of_two()
    exporter.show(board)
    whole = (await ask(exporter, "/api/v1/board")).json()
    assert whole == to_json(board)
    one = (await ask(exporter, f"/api/v1/slos/{BUSY.name}")).json()
    assert one == next(slo for slo in whole["slos"] if slo["name"] == BUSY.name)


async def test_before_the_first_answer_nothing_is_invented(exporter: Exporter) -> None:
    assert await series(exporter) == {("slo_source_up",): 0}
    for path in ("/api/v1/board", "/api/v1/slos/any", "/-/ready"):
        assert (await ask(exporter, path)).status_code == 503
    assert (await ask(exporter, "/-/healthy")).status_code == 200


async def test_a_source_that_was_never_up(exporter: Exporter) -> None:
    exporter.show(nothing_yet([BUSY], "prometheus", "http://127.0.0.1:1", NOW, "connection refused", 5.0))
    assert await series(exporter) == {("slo_target", BUSY.name): 0.99, ("slo_source_up",): 0}
    ready = await ask(exporter, "/-/ready")
    assert (ready.status_code, ready.text) == (503, "not ready: connection refused\n")
    assert (await ask(exporter, "/api/v1/board")).json()["source"]["state"] == "down"


async def test_a_source_that_went_down_leaves_the_last_numbers_and_their_age(
    exporter: Exporter, at: list[float]
) -> None:
    exporter.show(board_of_two())
    exporter.show(aged(board_of_two(), NOW + 100, "connection refused", 5.0))
    at[0] = NOW + 106
    found = await series(exporter)
    assert (found["slo_source_up",], found["slo_source_age_seconds",]) == (0, 110)
    assert found["slo_error_budget_remaining", BUSY.name] == pytest.approx(0.25)
    assert (await ask(exporter, "/-/ready")).status_code == 200
    source = (await ask(exporter, "/api/v1/board")).json()["source"]
    assert (source["state"], source["error"]) == ("stale", "connection refused")


async def test_a_read_that_hangs_makes_the_board_stale(exporter: Exporter, at: list[float]) -> None:
    exporter.show(board_of_two())
    at[0] = NOW + 26
    assert (await series(exporter))["slo_source_up",] == 1
    at[0] = NOW + 27
    assert (await series(exporter))["slo_source_up",] == 0
    whole = (await ask(exporter, "/api/v1/board")).json()
    assert (whole["source"]["state"], whole["source"]["age_seconds"]) == ("stale", 31)


@pytest.mark.parametrize("path", ["/metrics", "/api/v1/board", f"/api/v1/slos/{BUSY.name}", "/-/healthy", "/-/ready"])
@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
async def test_it_is_read_only(path: str, method: str, exporter: Exporter) -> None:
    answer = await ask(exporter, path, method)
    assert answer.status_code == 405
    assert set(answer.headers["allow"].split(", ")) == {"GET", "HEAD"}


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/api/v1/slos/checkout-availabilty", "did you mean checkout-availability?"),
        ("/api/v1/slos/x", "known: checkout-availability, search-availability"),
        ("/nowhere", "Not Found"),
    ],
)
async def test_what_is_not_there(path: str, words: str, exporter: Exporter) -> None:
    exporter.show(board_of_two())
    answer: Any = await ask(exporter, path)
    assert answer.status_code == 404
    assert words in answer.json()["error"]

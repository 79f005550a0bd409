"""The shop's log: what is worth a line, what stands in it, and what nobody can make it say."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from chaos.faults.kinds import LeaseRequest, parse_fault
from chaos.middleware import Plane
from lab.checkout.app import build_app
from lab.checkout.log import JsonLines, RequestLog, start_logging, write
from lab.checkout.nature import Nature
from lab.checkout.request_id import request_id

CART = {"items": [{"sku": "SKU-001", "quantity": 2}]}


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """What is written while a test runs."""
    root, own = logging.getLogger(), logging.getLogger("checkout")
    before = root.handlers[:], root.level, own.level
    root.handlers.clear()  # or `force` would close those of pytest
    out = io.StringIO()
    start_logging("info", out)
    yield out
    root.handlers[:], root.level, own.level = before[0], before[1], before[2]


def lines(log: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in log.getvalue().splitlines()]


async def bought(
    nature: Nature, fault: dict[str, Any] | None = None, *, times: int = 1, everything: bool = False, path: str = ""
) -> None:
    """Customers of a shop with a log, and with a fault where one is asked for."""
    plane = Plane("sesame", service="checkout")
    if fault:
        lease = LeaseRequest(id="a1b2c3d4", ttl=60, faults=[parse_fault(fault)])
        plane.leases.grant(lease)
    app = build_app(nature, seed=1, plane=plane, witnesses=[RequestLog(everything=everything)])
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://shop") as client:
        for _ in range(times):
            if path:
                await client.get(path)
            else:
                await client.post("/checkout", json=CART, headers={"X-Request-Id": "basket-77"})


QUICK = Nature(failure_rate=0, median=0.0001, sigma=0)


async def test_what_went_well_is_not_worth_a_line_unless_all_is_asked_for(log: io.StringIO) -> None:
    await bought(QUICK)
    assert lines(log) == []
    await bought(QUICK, everything=True)
    (line,) = lines(log)
    assert (line["level"], line["event"], line["status"], line["request_id"]) == ("info", "request", 200, "basket-77")
    assert "cause" not in line


async def test_what_was_slow_is_a_warning(log: io.StringIO) -> None:
    await bought(Nature(failure_rate=0, median=0.45, sigma=0))
    (line,) = lines(log)
    assert line["level"] == "warning"
    assert line["seconds"] > 0.4


@pytest.mark.parametrize(
    ("fault", "status", "cause"),
    [
        pytest.param({"kind": "dependency", "cause": "payment"}, 502, "payment", id="a dependency"),
        pytest.param({"kind": "error"}, 500, "checkout", id="an error"),
        pytest.param({"kind": "bad_payload"}, 200, "checkout", id="a useless payload"),
    ],
)
async def test_an_injected_fault_is_written_as_what_it_looks_like(
    log: io.StringIO, fault: dict[str, Any], status: int, cause: str
) -> None:
    await bought(QUICK, fault)
    (line,) = lines(log)
    assert (line["level"], line["status"], line["cause"]) == ("error", status, cause)
    for secret in ("chaos", "inject", "fault", "lease", "a1b2c3d4"):
        assert secret not in log.getvalue()


async def test_nature_and_chaos_cannot_be_told_apart(log: io.StringIO) -> None:
    await bought(Nature(failure_rate=1, median=0.0001, sigma=0), times=40)
    natural = {tuple(line) for line in lines(log) if line["cause"] == "payment"}
    log.truncate(0)
    log.seek(0)
    await bought(QUICK, {"kind": "dependency", "cause": "payment"})
    assert {tuple(line) for line in lines(log)} == natural


async def test_a_controller_leaves_no_line_but_one_that_is_turned_away_does(log: io.StringIO) -> None:
    await bought(QUICK, everything=True, path="/chaos/leases")
    (line,) = lines(log)
    assert (line["level"], line["status"], line["route"]) == ("warning", 401, "/chaos")


@pytest.mark.parametrize(
    "given",
    [
        pytest.param(b"a\r\nX-Evil: 1", id="two lines"),
        pytest.param(b'"}{"', id="quotes"),
        pytest.param(b"x" * 65, id="too long"),
        pytest.param(b"", id="nothing"),
        pytest.param("ä".encode("latin-1"), id="not ASCII"),
        pytest.param(b"ok\n", id="a line feed at the end"),
    ],
)
def test_an_id_that_could_do_harm_is_replaced(given: bytes) -> None:
    made = request_id(given)
    assert len(made) == 16
    assert made.encode() != given


def test_a_text_with_line_feeds_stays_one_line(log: io.StringIO) -> None:
    logging.getLogger("a.library").warning("one\ntwo")
    write(logging.INFO, "start", url="x\ny")
    assert [line["event"] for line in lines(log)] == ["one\ntwo", "start"]


def test_a_traceback_of_a_library_is_one_line_too(log: io.StringIO) -> None:
    try:
        raise RuntimeError("boom")
    except RuntimeError:
        logging.getLogger("a.library").exception("it broke")
    (line,) = lines(log)
    assert line["traceback"].endswith("RuntimeError: boom")


def test_a_full_disk_costs_nobody_an_order() -> None:
    class Full(io.StringIO):
        def write(self, _text: str) -> int:
            raise OSError(28, "No space left on device")

    JsonLines(Full()).emit(logging.makeLogRecord({"msg": "start", "levelname": "INFO"}))


def test_the_time_is_utc_to_the_millisecond() -> None:
    out = io.StringIO()
    JsonLines(out, clock=lambda: 1763820151.25).emit(logging.makeLogRecord({"msg": "start"}))
    assert json.loads(out.getvalue())["time"] == "2025-11-22T14:02:31.250+00:00"

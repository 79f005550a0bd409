"""Orders: what is appended by anybody is read once, and what nobody understands harms nothing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from lab.drills.orders import Order, Orders, give
from slotui.errors import StoreError


def test_orders_are_read_once_and_in_order(tmp_path: Path) -> None:
    orders = Orders(tmp_path)
    assert orders.new() == ()
    give(tmp_path, Order("hint", "ana", number=2))
    give(tmp_path, Order("message", "ana", sender="support", text="it is worse"))
    assert orders.new() == (Order("hint", "ana", 2), Order("message", "ana", sender="support", text="it is worse"))
    assert orders.new() == ()
    give(tmp_path, Order("halt", "kim"))
    assert orders.new() == (Order("halt", "kim"),)


def test_half_a_line_waits_for_its_other_half(tmp_path: Path) -> None:
    path = tmp_path / "orders.ndjson"
    orders = Orders(tmp_path)
    line = json.dumps({"do": "pause", "by": "ana"}).encode()
    path.write_bytes(line[:9])
    assert orders.new() == ()
    path.write_bytes(line + b"\n")
    assert orders.new() == (Order("pause", "ana"),)


@pytest.mark.parametrize(
    "line",
    [
        pytest.param("not json", id="no JSON"),
        pytest.param('"halt"', id="no object"),
        pytest.param('{"by": "ana"}', id="no verb"),
        pytest.param('{"do": "dance", "by": "ana"}', id="a verb that there is not"),
        pytest.param('{"do": "hint", "number": "two"}', id="no number"),
        pytest.param('{"do": ["halt"]}', id="a list for a verb"),
    ],
)
def test_what_nobody_understands_is_passed_over(tmp_path: Path, line: str) -> None:
    path = tmp_path / "orders.ndjson"
    path.write_text(f'{line}\n{{"do": "abort", "by": "ana"}}\n')
    assert Orders(tmp_path).new() == (Order("abort", "ana"),)


def test_text_from_outside_is_made_harmless(tmp_path: Path) -> None:
    give(tmp_path, Order("message", "a\x1b[31m", sender="sup\nport", text="\x1b]0;x\x07"))
    (order,) = Orders(tmp_path).new()
    assert order.by.isprintable()
    assert order.sender == "sup port"
    assert order.text.isprintable()


def test_a_folder_that_is_gone_is_said(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="No such file"):
        give(tmp_path / "gone", Order("halt", "kim"))

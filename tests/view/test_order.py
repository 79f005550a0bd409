"""The orders of the list: what is worst stands first, what is not known last."""

from __future__ import annotations

import pytest

from slotui.view.order import Order, ordered


@pytest.mark.parametrize(
    ("order", "first", "last"),
    [
        pytest.param(
            Order.SEVERITY, "checkout-availability", "inventory-freshness", id="severity, as the board has it"
        ),
        pytest.param(Order.NAME, "checkout-availability", "stock-sync", id="name"),
        pytest.param(Order.BUDGET, "search-results", "stock-sync", id="least budget first, unknown last"),
        pytest.param(Order.BURN, "checkout-availability", "refund-api", id="fastest burn first, no traffic last"),
        pytest.param(Order.TIME_LEFT, "search-results", "inventory-freshness", id="gone already comes first"),
        pytest.param(Order.TIER, "search-results", "stock-sync", id="the strictest tier first, none last"),
    ],
)
def test_what_stands_where(any_board, order, first, last):
    found = [slo.name for slo in ordered(any_board.slos, order, [tier.name for tier in any_board.tiers])]
    assert (found[0], found[-1]) == (first, last)
    assert sorted(found) == sorted(slo.name for slo in any_board.slos)


def test_ties_stay_in_the_order_of_the_board(any_board):
    same = [slo for slo in any_board.slos if slo.burns.get(3600) is None]
    assert len(same) > 1
    assert list(ordered(same, Order.BURN)) == same


def test_forward_and_back_go_round():
    order = Order.SEVERITY
    seen = []
    for _ in Order:
        order = order.turned(1)
        seen.append(order)
        assert order.turned(-1).turned(1) is order
    assert set(seen) == set(Order)
    assert order is Order.SEVERITY

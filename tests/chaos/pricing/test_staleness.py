from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from chaos.pricing.staleness import stale_slices
from slotui.core.sli import SliceSli, Threshold

LIMIT = 60.0
SLICES = SliceSli(Threshold("time() - max(updated_seconds)", "lte", LIMIT), 60, target=1.0)


@given(
    seconds=st.floats(1, 7200),
    every=st.floats(1, 59),
    since=st.floats(0, 1),
    phase=st.floats(0, 59.9),
)
def test_the_slices_that_really_turn_bad_are_inside(seconds: float, every: float, since: float, phase: float) -> None:
    """Updates come every so often, the last one lies part of that back; slices begin at any phase of the fault."""
    late, over = LIMIT - since * every, seconds
    slices = range(-2, int(seconds / 60) + 3)
    bad = sum(late < over and max(late, n * 60 + phase) < min(over, (n + 1) * 60 + phase) for n in slices)
    price = stale_slices(SLICES, seconds, 1.0)
    assert price.low <= bad <= price.high
    assert price.low <= price.mid <= price.high


def test_a_share_of_the_updates_may_cost_nothing() -> None:
    price = stale_slices(SLICES, 600, 0.1)
    assert price.low == 0
    assert 0 < price.mid < stale_slices(SLICES, 600, 1.0).mid


def test_where_a_slice_counts_by_its_share_the_ends_are_no_whole_slices() -> None:
    shares = SliceSli(SLICES.measure, 60)
    assert stale_slices(shares, 630, 1.0).low == (630 - 60) / 60
    assert stale_slices(shares, 630, 1.0).high == 630 / 60

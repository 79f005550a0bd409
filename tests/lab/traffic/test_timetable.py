from __future__ import annotations

from itertools import islice, pairwise, takewhile

import pytest

from lab.shape import day_curve, sale, sale_factor, steady
from lab.traffic.timetable import SYNTHETIC_SHARE, Arrival, arrivals
from slotui.duration import HOUR


def until(seconds: float, rps: float, **more: object) -> list[Arrival]:
    timetable = arrivals(steady(rps), 0.0, **{"spacing": "poisson", "seed": 1, **more})  # type: ignore[arg-type]
    return list(takewhile(lambda arrival: arrival.offset <= seconds, timetable))


def test_paced_buyers_come_exactly_at_the_rate() -> None:
    offsets = [arrival.offset for arrival in until(10, 50, spacing="paced") if not arrival.synthetic]
    assert len(offsets) == pytest.approx(500, abs=1)
    assert offsets[:3] == pytest.approx([0.02, 0.04, 0.06])


def test_random_buyers_come_at_the_rate_and_with_random_gaps() -> None:
    found = [arrival.offset for arrival in until(1000, 50) if not arrival.synthetic]
    gaps = [later - sooner for sooner, later in pairwise(found)]
    mean = sum(gaps) / len(gaps)
    assert mean == pytest.approx(0.02, rel=0.02)
    # Exponential gaps: standard deviation as large as the mean.
    assert (sum((gap - mean) ** 2 for gap in gaps) / len(gaps)) ** 0.5 == pytest.approx(mean, rel=0.03)


def test_probes_come_beside_the_buyers_and_are_marked() -> None:
    found = until(2000, 50)
    probes = sum(arrival.synthetic for arrival in found)
    assert probes / (len(found) - probes) == pytest.approx(SYNTHETIC_SHARE, rel=0.1)


def test_it_is_in_order_and_repeats_with_its_seed() -> None:
    found = until(60, 50)
    assert found == sorted(found, key=lambda arrival: arrival.offset)
    assert found == until(60, 50)
    assert found != until(60, 50, seed=2)


def test_customer_tiers_have_their_shares() -> None:
    tiers = [arrival.tier for arrival in until(400, 50) if not arrival.synthetic]
    for tier, share in (("free", 0.70), ("plus", 0.22), ("business", 0.08)):
        assert tiers.count(tier) / len(tiers) == pytest.approx(share, abs=0.02)


def test_it_follows_the_day_curve() -> None:
    night = takewhile(lambda a: a.offset < HOUR, arrivals(day_curve(5), 3 * HOUR, spacing="paced", seed=1))
    noon = takewhile(lambda a: a.offset < HOUR, arrivals(day_curve(5), 15 * HOUR, spacing="paced", seed=1))
    assert sum(1 for _ in noon) > 2 * sum(1 for _ in night)


def test_a_shop_that_is_closed_for_a_while_is_looked_at_again() -> None:
    def opens_later(at: float) -> float:
        return 0.0 if at < 1800 else 1.0

    first = next(islice(arrivals(opens_later, 0.0, spacing="paced", seed=1), 1))
    assert 1800 <= first.offset < 1862


def test_a_steep_rise_is_met_even_by_one_who_comes_every_ten_seconds() -> None:
    """The rate counts all through a gap, and not as it was when the gap began."""
    expected = sum(0.1 * sale_factor(second + 0.5) for second in range(600))
    found = takewhile(lambda a: a.offset < 600, arrivals(sale(0.1, 0.0), 0.0, spacing="paced", seed=1))
    assert sum(not arrival.synthetic for arrival in found) == pytest.approx(expected, abs=1.5)


def test_keys_are_one_for_each_order_and_repeat_with_seed_and_start_alone() -> None:
    def keys(seed: int, started: float) -> list[str]:
        timetable = arrivals(steady(50), started, spacing="poisson", seed=seed)
        return [arrival.key for arrival in islice(timetable, 500)]

    assert len(set(keys(1, 100.0))) == 500
    assert keys(1, 100.0) == keys(1, 100.0)
    assert not set(keys(1, 100.0)) & set(keys(2, 100.0))
    # A shop that is still up would answer a second run of the same seed from its memory of the first.
    assert not set(keys(1, 100.0)) & set(keys(1, 200.0))


def test_the_impatient_send_the_same_order_again_soon_and_in_order_of_time() -> None:
    found = until(100, 50, impatient=0.1)
    assert found == sorted(found, key=lambda arrival: arrival.offset)
    first: dict[str, Arrival] = {}
    again = [arrival for arrival in found if first.setdefault(arrival.key, arrival) is not arrival]
    assert len(again) / (len(found) - len(again)) == pytest.approx(0.1, abs=0.02)
    for second in again:
        before = first[second.key]
        assert (second.draw, second.tier, second.synthetic) == (before.draw, before.tier, False)
        assert 1 <= second.offset - before.offset <= 3
    assert list(first.values()) == until(100, 50)


def test_without_a_word_nobody_is_impatient() -> None:
    keys = [arrival.key for arrival in until(60, 50)]
    assert len(set(keys)) == len(keys)

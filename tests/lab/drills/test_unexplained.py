"""What burns in a lab while a drill is played: the drill's own, nature's, or a real incident."""

from __future__ import annotations

import pytest

from lab.drills.unexplained import Burned, incident

SHOP = "checkout-availability"


@pytest.mark.parametrize(
    ("burned", "paging", "hurt", "real"),
    [
        pytest.param(Burned(SHOP, 5000, 0, 0, 0), [], [], False, id="nothing burns"),
        pytest.param(Burned(SHOP, 5000, 900, 900, 3), [SHOP], [SHOP], False, id="all of it was injected"),
        pytest.param(Burned(SHOP, 5000, 400, 900, 3), [], [SHOP], False, id="the metrics lag behind the injector"),
        pytest.param(
            Burned(SHOP, 5000, 130, 0, 3), [], [], True, id="more than two percent of the budget, from nowhere"
        ),
        pytest.param(Burned(SHOP, 5000, 90, 0, 3), [], [], False, id="much, but less than two percent of the budget"),
        pytest.param(Burned(SHOP, 5000, 90, 0, 3), [SHOP], [], True, id="less, but it pages, and no fault hurts it"),
        pytest.param(
            Burned(SHOP, 5000, 990, 900, 3), [SHOP], [SHOP], False, id="the same beside a fault that hurts it"
        ),
        pytest.param(Burned(SHOP, 100, 8, 0, 4), [SHOP], [], False, id="a small budget, and chance explains it"),
        pytest.param(Burned(SHOP, 5000, 300, 0, 100, 45), [], [], False, id="what is usual is not well known"),
        pytest.param(Burned(SHOP, 5000, 300, None, 3), [SHOP], [], False, id="the injector cannot count it"),
        pytest.param(Burned(SHOP, 0, 300, 0, 3), [], [], True, id="a budget of nothing is spent by anything"),
    ],
)
def test_a_real_incident_is_told_from_the_drill(burned: Burned, paging: list[str], hurt: list[str], real: bool) -> None:
    assert bool(incident([burned], frozenset(paging), frozenset(hurt))) is real


def test_the_sentence_names_the_slo_and_the_figures() -> None:
    calm = Burned("cart-availability", 5000, 1, 0, 1)
    said = incident([calm, Burned(SHOP, 5000, 1000, 200, 8)], frozenset(), frozenset({SHOP}))
    assert said == (
        "checkout-availability: 792 bad events (15.8% of its budget) are neither of the drill (200 injected) nor usual (8)"
    )

"""A plan as JSON: what a screen needs of it beside the figures."""

from __future__ import annotations

from typing import Any

import pytest

from chaos.spend.guards import Refusal
from chaos.spend.quote import Quote


def as_json(*against: Refusal) -> dict[str, Any]:
    return Quote("5% 500", 600, None, None, None, (), against).json()


@pytest.mark.parametrize(
    ("against", "why", "ways_out"),
    [
        pytest.param((), [], [], id="nothing is against it"),
        pytest.param(
            (Refusal("a page fires", "ends below 14.4x"),),
            ["a page fires"],
            [
                "ends below 14.4x",
                'to do it all the same: --override "reason" (it is written to the ledger with your name)',
            ],
            id="an override lifts it",
        ),
        pytest.param(
            (Refusal("freeze", approvers=("Ana", "Kim")),),
            ["freeze"],
            ['to do it all the same, Ana or Kim may: --override "reason"'],
            id="an override of some lifts it",
        ),
        pytest.param(
            (Refusal("no lab", "--target-name shop", liftable=False), Refusal("a page fires")),
            ["no lab", "a page fires"],
            ["--target-name shop"],
            id="no override lifts it",
        ),
    ],
)
def test_every_no_comes_with_the_ways_out_that_inject_would_name(against, why, ways_out):
    found = as_json(*against)
    assert (found["against"], found["ways_out"]) == (why, ways_out)

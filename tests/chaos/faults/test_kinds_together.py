"""Other kinds than errors and delays, spent for real: a real service, real customers, the real command."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.chaos.conftest import World

pytestmark = pytest.mark.slow

SLOS = Path(__file__).parents[3] / "lab" / "slos" / "checkout.yaml"

HONEST = (0, 8)
"""Once in twenty times the cost is outside its interval by chance; a busy machine buys less in three seconds."""


def test_a_ramp_of_a_failing_dependency_from_price_to_account(world: World) -> None:
    world.look_around()
    fault = ["--fault", "dependency:payment", "--error-rate", "0.4", "--ramp", "0", "--mode", "exact", "--for", "4s"]
    code, out, err = world.run("inject", *fault, "--yes", "--output", "json", *world.target, *world.source)
    assert code in HONEST, err
    spend = json.loads(out)
    assert spend["ending"] == "expired"
    assert spend["injected"] == world.customers.answers[502] > 0
    assert spend["observed"]["checkout-availability"] == pytest.approx(spend["injected"], rel=0.01)
    # Half of 40 %, as far as the customers come evenly.
    assert spend["injected"] == pytest.approx(spend["matched"] * 0.2, rel=0.3)
    assert "0→40% 502 by payment on POST /checkout" in err


def test_resets_are_counted_by_the_service_and_felt_by_the_customer(world: World) -> None:
    world.look_around()
    fault = ["--fault", "reset", "--error-rate", "0.2", "--mode", "exact", "--for", "3s"]
    code, out, err = world.run("inject", *fault, "--yes", "--output", "json", *world.target, *world.source)
    assert code in HONEST, err
    spend = json.loads(out)
    assert spend["injected"] == spend["matched"] // 5
    assert spend["injected"] == world.customers.broken > 0
    assert spend["observed"]["checkout-availability"] == pytest.approx(spend["injected"], rel=0.01)

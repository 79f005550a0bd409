"""Probes and their tolerances, through the real runner's hypothesis; what nobody knows is not tolerated."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from chaoslib.exceptions import ActivityFailed
from chaoslib.experiment import ensure_experiment_is_valid, run_experiment

from chaos.toolkit.probes import active_faults, budget_remaining, burn_rate, policy_tier

Month = Callable[..., None]
Provider = Callable[..., dict[str, Any]]


def test_the_figures_are_those_of_the_board(month: Month) -> None:
    month(bad=0.0006, last_hour=0.0012)
    assert budget_remaining("shop") == pytest.approx(0.4, abs=0.001)
    assert burn_rate("shop") == pytest.approx(1.2, rel=0.01)
    assert burn_rate("shop", window="3d") == pytest.approx(0.6, rel=0.02)
    assert policy_tier("shop") == "caution"


@pytest.mark.parametrize(
    ("probe", "says"),
    [
        pytest.param(lambda: budget_remaining("shpo"), "did you mean shop", id="an SLO that does not exist"),
        pytest.param(lambda: burn_rate("shop", "7h"), "its windows are 5m, 30m, 1h", id="a window nobody counts"),
        pytest.param(lambda: burn_rate("shop", "soon"), "not a duration", id="a window that is none"),
        pytest.param(active_faults, "no lab is running", id="no service"),
    ],
)
def test_what_is_not_known_is_a_failure(month: Month, probe: Callable[[], object], says: str) -> None:
    month()
    with pytest.raises(ActivityFailed, match=says):
        probe()


@pytest.mark.parametrize(
    ("counts", "tolerance", "met"),
    [
        pytest.param({"bad": 0.0006}, ("budget_above", {"share": 0.2}), True, id="enough left"),
        pytest.param({"bad": 0.0009}, ("budget_above", {"share": 0.2}), False, id="too little left"),
        pytest.param({"bad": 0.0006}, [0.2, 1.0], True, id="a range"),
    ],
)
def test_a_hypothesis_about_the_budget(
    month: Month, calling: Provider, counts: dict[str, float], tolerance: Any, met: bool
) -> None:
    month(**counts)
    if isinstance(tolerance, tuple):
        func, arguments = tolerance
        called = calling(func, "chaos.toolkit.tolerances", **arguments)
        tolerance = {"type": "probe", "name": "tolerable", "provider": called}
    asking = calling("budget_remaining", "chaos.toolkit.probes", slo="shop")
    probe = {"type": "probe", "name": "budget", "provider": asking, "tolerance": tolerance}
    steady = {"title": "there is budget", "probes": [probe]}
    experiment = {"title": "t", "description": "d", "steady-state-hypothesis": steady, "method": []}
    ensure_experiment_is_valid(experiment)
    journal = run_experiment(experiment, settings={})
    assert journal["steady_states"]["before"]["steady_state_met"] is met

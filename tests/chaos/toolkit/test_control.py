"""The control against the real runner: every no, and every way of not knowing, ends the experiment."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from chaoslib.exceptions import ActivityFailed, InterruptExecution, InvalidActivity
from chaoslib.experiment import ensure_experiment_is_valid, run_experiment

from chaos.toolkit import actions
from chaos.toolkit.control import before_activity_control, validate_control
from slotui.clock import now
from slotui.core.blackout import Blackout, Once, Opening
from slotui.core.policy import DEFAULT_POLICY
from slotui.duration import DAY

Month = Callable[..., None]

SALE = replace(DEFAULT_POLICY, blackouts=(Blackout("black friday", Once(Opening(0, now() + DAY)), ("shop",)),))

ACTION = {"type": "action", "name": "do", "provider": {"type": "python", "module": "os", "func": "getpid"}}
PROBE = {**ACTION, "type": "probe", "name": "look"}


@pytest.fixture(autouse=True)
def old_handlers() -> Iterator[None]:
    """A run that is over leaves our signal handlers behind, for the rest of its process."""
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGHUP)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


def controlled(module: str = "chaos.toolkit.control", **arguments: Any) -> dict[str, Any]:
    return {"name": "budget", "provider": {"type": "python", "module": module, "arguments": arguments}}


def run(*method: dict[str, Any], control: dict[str, Any], **more: Any) -> dict[str, Any]:
    experiment = {"title": "t", "description": "d", "controls": [control], "method": list(method), **more}
    journal: dict[str, Any] = run_experiment(experiment, settings={})
    return journal


def test_a_healthy_month_lets_the_experiment_run(month: Month) -> None:
    month(bad=0.0002)
    journal = run(ACTION, PROBE, control=controlled(floor=0.5, slos=["shop"]))
    assert (journal["status"], len(journal["run"])) == ("completed", 2)


@pytest.mark.parametrize(
    ("counts", "arguments", "says"),
    [
        pytest.param({"bad": 0.0006}, {"floor": 0.5}, "40.0% of the budget of shop is left", id="below the floor"),
        pytest.param({"bad": 0.0011}, {}, "no experiment", id="a tier that forbids experiments"),
        pytest.param({"last_hour": 0.05}, {}, "an alert fires: page of shop", id="an alert that fires"),
        pytest.param({"policy": SALE}, {}, "blackout 'black friday' is open", id="a blackout"),
        pytest.param({}, {"slos": ["shpo"]}, "did you mean shop?", id="an SLO that does not exist"),
        pytest.param({}, {"flor": 0.2}, "no argument 'flor'", id="a typo"),
        pytest.param({}, {"floor": "20%"}, "not a share", id="a floor that is no number"),
    ],
)
def test_a_no_interrupts_before_anything_is_done(
    month: Month, caplog: pytest.LogCaptureFixture, counts: dict[str, Any], arguments: dict[str, Any], says: str
) -> None:
    month(**counts)
    journal = run(ACTION, control=controlled(**arguments))
    assert (journal["status"], journal["run"]) == ("interrupted", [])
    assert says in caplog.text


def test_metrics_that_do_not_answer_are_a_no() -> None:
    """Over a real socket that nobody listens on."""
    slos = str(Path(__file__).parents[3] / "lab" / "slos")
    blind = {"slotui_scrape": "http://127.0.0.1:9/metrics", "slotui_slos": slos}
    journal = run(ACTION, control=controlled(), configuration=blind)
    assert (journal["status"], journal["run"]) == ("interrupted", [])


def test_what_nobody_expected_is_a_no_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_reading: object) -> None:
        raise ZeroDivisionError("a bug")

    monkeypatch.setattr("chaos.cli.options.connect", broken)
    assert run(ACTION, control=controlled())["status"] == "interrupted"


def test_another_exception_of_a_control_fails_open(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The reason for all this: the runner takes it for a broken control, and goes on."""
    (tmp_path / "careless.py").write_text(
        "def before_experiment_control(context):\n    raise ValueError('no budget')\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    journal = run(ACTION, control=controlled("careless"))
    del sys.modules["careless"]
    assert (journal["status"], len(journal["run"])) == ("completed", 1)


def test_the_next_action_is_refused_when_things_went_wrong_meanwhile(month: Month, monkeypatch: Any) -> None:
    month()
    worse = {
        **ACTION,
        "name": "worse",
        "provider": {"type": "python", "module": "chaos.toolkit.probes", "func": "worse"},
    }
    monkeypatch.setattr("chaos.toolkit.probes.worse", lambda: month(last_hour=0.05), raising=False)
    journal = run(worse, PROBE, ACTION, control=controlled(), rollbacks=[{**ACTION, "name": "repair"}])
    # Looking is still allowed; doing is not.
    assert (journal["status"], [one["activity"]["name"] for one in journal["run"]]) == (
        "interrupted",
        ["worse", "look"],
    )


def test_the_floor_is_watched_while_somebody_elses_fault_burns(
    month: Month, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    month()
    provider = {"type": "python", "module": "chaos.toolkit.probes", "func": "burn"}
    monkeypatch.setattr("chaos.toolkit.probes.burn", lambda: month(bad=0.0006), raising=False)
    other = {"type": "action", "name": "another driver", "provider": provider, "pauses": {"after": 600}}
    journal = run(other, ACTION, control=controlled(floor=0.5))
    assert (journal["status"], len(journal["run"])) == ("interrupted", 1)
    assert "40.0% of the budget of shop is left, the floor is 50.0%" in caplog.text


def test_rollbacks_and_halt_stay_allowed(month: Month) -> None:
    month(last_hour=0.05)
    rollback = {**ACTION, "name": "repair"}
    before_activity_control(rollback, {"method": [ACTION], "rollbacks": [rollback]})
    halt = {"type": "action", "name": "halt", "provider": {"module": "chaos.toolkit.actions", "func": "halt"}}
    before_activity_control(halt, {"method": [halt]})
    with pytest.raises(InterruptExecution):
        before_activity_control(ACTION, {"method": [ACTION], "rollbacks": [rollback]})


def test_validation_says_it_first() -> None:
    with pytest.raises(InvalidActivity, match="known: slos, floor"):
        validate_control(controlled(flor=0.2))
    experiment = {"title": "t", "description": "d", "method": [], "controls": [controlled(flor=0.2)]}
    with pytest.raises(InvalidActivity):
        ensure_experiment_is_valid(experiment)


def test_a_spend_in_a_thread_of_the_runner_needs_the_control() -> None:
    provider = {"type": "python", "module": actions.__name__, "func": "spend_error_budget"}
    provider["arguments"] = {"duration": "1m", "error_rate": 0.1}  # type: ignore[assignment]
    background = {"type": "action", "name": "spend", "background": True, "provider": provider}
    control = {**controlled(), "automatic": False, "provider": {"type": "python", "module": "os.path"}}
    (activity,) = run(background, control=control)["run"]
    assert activity["status"] == "failed"
    assert "nobody would hear the signal" in str(activity["exception"])


def test_errors_of_ours_are_failed_activities_with_the_sentence() -> None:
    with pytest.raises(ActivityFailed, match="did you mean slotui_ledger"):
        actions.halt(configuration={"slotui_legder": "x"})
    with pytest.raises(ActivityFailed, match="no lab is running"):
        actions.halt()

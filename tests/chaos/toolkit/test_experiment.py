"""The experiments of the documentation, with the real runner."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from chaoslib.experiment import ensure_experiment_is_valid

from chaos.toolkit.where import PREFIX, Where
from slotui.ledger.store import Ledger

if TYPE_CHECKING:
    from tests.chaos.toolkit.conftest import Toolkit

DOCS = Path(__file__).parents[3] / "docs"
PAGE = (DOCS / "chaos-toolkit.md").read_text()


def shipped() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((DOCS / "experiments" / "checkout-errors.yaml").read_text())
    return found


@pytest.mark.slow
def test_the_experiment_that_ships(toolkit: Toolkit) -> None:
    """As it stands in its file, but for the service, the time, and a floor that so young a service has no budget for."""
    experiment = shipped()
    experiment["configuration"] = toolkit.configuration
    spend = experiment["method"][0]["provider"]["arguments"]
    assert (spend["duration"], spend["error_rate"]) == ("2m", 0.05)
    experiment["controls"][0]["provider"]["arguments"] = {}
    spend.update(duration="2s", error_rate=0.5, max_spend="")
    code, journal, said = toolkit.run(experiment, "--hypothesis-strategy", "before-method-only")
    assert (code, journal["status"]) == (0, "completed"), said
    assert journal["steady_states"]["before"]["steady_state_met"]

    begun, on, accounts = (activity["output"] for activity in journal["run"])
    (entry,) = Ledger(toolkit.world.ledger).entries()
    assert begun == {"entry": entry.id}
    assert [lease["id"] for lease in on] == [entry.id]
    assert (entry.ending, entry.reason) == ("expired", "do customers retry?")
    assert accounts[0]["injected"] == entry.injected
    assert entry.injected
    assert accounts[0]["observed"] == entry.observed
    assert f"entry {entry.id}" in said
    (rollback,) = journal["rollbacks"]
    assert (rollback["status"], rollback["output"]) == ("succeeded", [])


def test_what_the_page_shows_is_valid() -> None:
    ensure_experiment_is_valid(shipped())
    shown = [json.loads(block) for block in re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)]
    actions = [one for one in shown if "type" in one]
    controls = [one for one in shown if "type" not in one]
    assert (len(actions), len(controls)) == (1, 1)
    ensure_experiment_is_valid({"title": "t", "description": "d", "method": actions, "controls": controls})


def test_the_page_names_every_key_of_the_configuration() -> None:
    named = {name.removeprefix(PREFIX) for name in re.findall(r"`(slotui_\w+)`", PAGE)}
    assert named == set(Where.__dataclass_fields__) - {"prometheus_token"}

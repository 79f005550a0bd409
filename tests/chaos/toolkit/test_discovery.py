"""What `chaos discover slotui` writes down."""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable
from pathlib import Path

import chaostoolkit.cli  # noqa: F401 - it loads its plug-ins, and among them the command that is tested
import click
import pytest
from click.testing import CliRunner

from chaos import toolkit
from chaos.cli.main import group
from chaos.toolkit import actions, probes, tolerances
from chaos.toolkit.discover_command import discover


def test_it_finds_what_there_is_with_types_and_words(month: Callable[..., None]) -> None:
    month()
    found = toolkit.discover()
    activities = {one["name"]: one for one in found["activities"]}
    assert set(activities) == {*actions.__all__, *probes.__all__}
    assert all(one["doc"] for one in activities.values())
    kinds = {one["name"]: one["return_type"] for one in activities.values()}
    assert kinds == {
        "spend_error_budget": "mapping",
        "await_spend": "list",
        "halt": "list",
        "budget_remaining": "number",
        "burn_rate": "number",
        "policy_tier": "string",
        "active_faults": "list",
    }
    assert {argument["type"] for one in activities.values() for argument in one["arguments"]} <= {
        "string", "number", "integer", "boolean", "mapping"
    }  # fmt: skip
    assert found["system"]["slos"] == ["shop"]
    assert toolkit.discover(discover_system=False)["system"] is None


@pytest.mark.parametrize("module", [actions, probes, tolerances], ids=lambda module: module.__name__)
def test_activities_are_plain_functions(module: object) -> None:
    for name in module.__all__:  # type: ignore[attr-defined]
        parameters = inspect.signature(getattr(module, name)).parameters.values()
        assert {one.kind for one in parameters} <= {inspect.Parameter.POSITIONAL_OR_KEYWORD}


def test_every_argument_of_a_spend_is_an_option_of_inject() -> None:
    inject = group.get_command(click.Context(group), "inject")
    assert inject is not None
    options = {option.removeprefix("--").replace("-", "_") for one in inject.params for option in one.opts}
    named = set(inspect.signature(actions.spend_error_budget).parameters)
    assert named - {"duration", "wait", "configuration", "secrets"} <= options


def test_the_command_writes_ours_and_leaves_the_others_to_theirs(tmp_path: Path) -> None:
    file = tmp_path / "discovery.json"
    words = ["--no-install", "--no-system-info", "--discovery-path", str(file)]
    settings = {"settings_path": str(tmp_path / "none.yaml")}
    done = CliRunner().invoke(discover, [*words, "slotui"], obj=settings)
    assert (done.exit_code, json.loads(file.read_text())["extension"]["name"]) == (0, "slotui"), done.output
    file.unlink()
    done = CliRunner().invoke(discover, [*words, "no-such-driver"], obj=settings)
    assert (done.exit_code, file.exists()) == (0, False), done.output

"""Policy files in, ordered tiers or located problems out."""

from __future__ import annotations

from pathlib import Path

import pytest

from slotui.core.policy import DEFAULT_POLICY
from slotui.errors import SpecError, UsageError
from slotui.spec.load import load_policy

LAB = Path(__file__).parents[2] / "lab" / "policy.yaml"


def test_the_labs_policy_has_the_default_thresholds() -> None:
    found = load_policy(LAB)
    assert found.name == "carta"
    for ours, default in zip(found.tiers, DEFAULT_POLICY.tiers, strict=True):
        for field in ("name", "deploys", "experiments", "enter_below", "enter_inclusive", "leave_at", "leave_after"):
            assert getattr(ours, field) == getattr(default, field), field


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        pytest.param("remainingBelow: 50%", "remainingBelow: 50", "did you mean 50%", id="fifty for fifty percent"),
        pytest.param(
            "remainingBelow: 50%", "remaningBelow: 50%", "did you mean `remainingBelow`", id="a misspelt field"
        ),
        pytest.param("remainingBelow: 50%", "remainingBelow: -5%", "is not stricter", id="tiers out of order"),
        pytest.param(
            "remainingAtLeast: 55%", "remainingAtLeast: 45%", "left before it is entered", id="a tier that flaps"
        ),
        pytest.param("after: 7d", "after: soon", "write it as in Prometheus", id="words for a duration"),
        pytest.param("      enter: {remainingBelow: 50%}\n", "", "is never entered", id="no way in"),
        pytest.param("deploys: frozen", "deploys: never", "write one of", id="a word that is none"),
    ],
)
def test_problems(old: str, new: str, problem: str, tmp_path: Path) -> None:
    text = LAB.read_text()
    assert old in text
    file = tmp_path / "policy.yaml"
    file.write_text(text.replace(old, new, 1))
    with pytest.raises(SpecError) as caught:
        load_policy(file)
    assert problem in str(caught.value)
    assert f"{file}:" in str(caught.value)


def test_a_missing_policy_names_the_flag() -> None:
    with pytest.raises(UsageError, match="--policy"):
        load_policy(Path("no-such-policy.yaml"))

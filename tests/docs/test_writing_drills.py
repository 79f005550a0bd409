"""The drill that the page shows is one, its alerts are due as it says, and its answers win it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from lab.drills.answers import load_answers
from lab.drills.load import load_scenario
from lab.drills.scenario import DECISIONS, HYPOTHESES, Scenario
from lab.drills.schema import FaultShape, SpecShape
from lab.supervisor import SLOS
from slotui.core.alerts import detection_time
from slotui.core.counting import STEP as RULE_STEP
from slotui.duration import HOUR
from slotui.spec.load import load_slos

PAGE = (Path(__file__).parents[2] / "docs" / "writing-drills.md").read_text()
DRILL, ANSWERS = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
PROMISES = {slo.name: slo for slo in load_slos([SLOS])}


@pytest.fixture
def drill(tmp_path: Path) -> Scenario:
    path = tmp_path / "snowed-in.yaml"
    path.write_text(DRILL)
    return load_scenario(path)


def test_the_drill_of_the_page_can_be_played(drill: Scenario) -> None:
    assert (drill.name, drill.real_time, len(drill.messages)) == ("snowed-in", True, 3)


def test_its_alerts_are_expected_two_minutes_or_so_after_they_are_due(drill: Scenario) -> None:
    (fault,) = drill.faults
    for alert in drill.alerts:
        slo = PROMISES[alert.slo]
        tier = next(one for one in slo.tiers if one.key == alert.tier)
        wait = detection_time(tier, slo.target, fault.failing)
        assert wait is not None
        recorded = 0 if tier.long == HOUR else RULE_STEP  # as the page says of drills for the lab
        assert 90 <= alert.by - fault.at - wait - recorded <= 180


def test_the_formula_of_the_page_gives_what_it_says() -> None:
    slo = PROMISES["checkout-availability"]
    wait = detection_time(slo.tiers[0], slo.target, 0.2)
    assert wait is not None
    assert f"= {wait:.0f} s" in PAGE


def test_its_answers_are_answers_to_it(drill: Scenario, tmp_path: Path) -> None:
    path = tmp_path / "answers.yaml"
    path.write_text(ANSWERS)
    acts = [answer.act.kind for answer in load_answers(path, drill, list(PROMISES))]
    assert acts == ["acknowledge", "hypothesis", "decision", "mitigation", "done"]


@pytest.mark.parametrize("word", [*HYPOTHESES, *DECISIONS])
def test_it_names_each_answer_that_can_be_right(word: str) -> None:
    assert re.search(rf"\b{word}\b", PAGE.partition("## What is right")[2])


@pytest.mark.parametrize("field", [*SpecShape.model_fields, *FaultShape.model_fields])
def test_it_shows_or_names_each_field(field: str) -> None:
    assert re.search(rf"\b{field}\b", PAGE)

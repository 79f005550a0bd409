"""`slotui drill`: a whole drill by the command line, and everything that can be typed wrongly."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from slotui.cli.lazy import run
from slotui.cli.main import group
from slotui.state import RunningDrill, announce_drill, hold_drill_lock

Say = Callable[..., tuple[int, str, str]]
BY_THE_BOOK = """apiVersion: slotui/v1
kind: DrillAnswers
metadata: {name: by-the-book}
spec:
  answers:
    - {at: page + 30s, acknowledge: payment-availability}
    - {at: page + 60s, hypothesis: {slo: payment-availability, cause: payment}}
    - {at: page checkout-availability + 10s, decision: {slo: checkout-availability, choose: page}}
    - {at: page + 90s, mitigation: fail-over-payment}
    - {at: recovery + 60s, done: true}
"""


@pytest.fixture
def say(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Say:
    monkeypatch.setenv("SLOTUI_STATE", str(tmp_path / "state"))
    (tmp_path / "state").mkdir()

    def call(*argv: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["slotui", "drill", *argv])
        return run(group, "slotui"), *capsys.readouterr()

    return call


@pytest.fixture
def answers(tmp_path: Path) -> str:
    path = tmp_path / "answers.yaml"
    path.write_text(BY_THE_BOOK)
    return str(path)


def test_a_drill_is_played_debriefed_remembered(say: Say, answers: str, tmp_path: Path) -> None:
    code, out, err = say("run", "tuesday-lunch", "--speed", "60", "--answers", answers, "--player", "kim")
    assert code == 0
    assert "Score 100 of 100" in out
    assert "fault-off processor-outage fail-over-payment" in out
    assert "kim: on a virtual clock, 60x" in err
    commitment = re.search(r"commitment ([0-9a-f]{64})", err)
    assert commitment is not None
    (folder,) = (tmp_path / "state" / "drills").iterdir()
    assert f"{folder}/debrief.html" in err

    code, out, _ = say("debrief")
    assert code == 0
    assert out.startswith("# Debrief: Tuesday, ten past twelve")
    assert commitment[1] in out
    code, out, err = say("debrief", "tuesday", "--format", "html", "--out", str(tmp_path / "d.html"))
    assert (code, out) == (0, "")
    assert (tmp_path / "d.html").read_text().startswith("<!doctype html>")

    code, out, _ = say("history", "--output", "json")
    (drill,) = json.loads(out)["drills"]
    assert (code, drill["player"], drill["drill"]) == (0, "kim", "tuesday-lunch")
    assert "no drill" in say("history", "--player", "ana")[1]
    # Without a terminal a replay prints a line for each board; its end is enough to see here.
    assert say("replay", "sunday")[0] == 2


def test_the_same_answers_have_the_same_score(say: Say, answers: str) -> None:
    first, second = (
        json.loads(say("run", "tuesday-lunch", "--speed", speed, "--answers", answers, "--output", "json")[1])
        for speed in ("60", "600")
    )
    for found in (first, second):
        del found["id"]
    assert first == second
    assert first["points"] == 100


def test_the_list_gives_no_answer_away(say: Say) -> None:
    code, out, _ = say("list")
    assert code == 0
    assert len(out.strip().splitlines()) == 9
    assert "fast burn" not in out
    assert "fast burn" in say("list", "--spoilers")[1]
    assert json.loads(say("list", "--output", "json")[1])["drills"][0]["name"] == "tuesday-lunch"


def test_what_is_shown_beforehand_is_the_brief(say: Say) -> None:
    code, out, _ = say("show", "all-green")
    assert code == 0
    assert "You are on call" in out
    assert "balancer" not in out.replace("balancers", "")
    assert "unseen: true" in say("show", "all-green", "--spoilers")[1]


def test_a_broken_file_is_named_with_its_line(say: Say, tmp_path: Path) -> None:
    path = tmp_path / "ours.yaml"
    path.write_text("apiVersion: slotui/v1\nkind: Drill\nmetadata: {name: x}\nspec: {brief: y}\n")
    code, out, err = say("validate", str(path))
    assert (code, out) == (2, "")
    assert f"{path}:4:" in err


@pytest.mark.parametrize(
    ("argv", "words"),
    [
        pytest.param(["run"], "which drill", id="no name"),
        pytest.param(["run", "tuesday-lunhc"], "did you mean tuesday-lunch", id="a near name"),
        pytest.param(["run", "ours.yaml"], "no such file", id="a file that is not there"),
        pytest.param(["run", "tuesday-lunch"], "--answers FILE", id="no terminal"),
        pytest.param(["run", "tuesday-lunch", "--speed", "0"], "is no speed", id="no speed"),
        pytest.param(["run", "tuesday-lunch", "--answers", "none.yaml"], "no such file", id="answers that are not there"),
        pytest.param(["run", "thaw", "--facilitator"], "leave the name", id="a facilitator of another drill"),
        pytest.param(["run", "--facilitator"], "no drill is running", id="nothing to look after"),
        pytest.param(["debrief"], "no drill was played yet", id="nothing to debrief"),
        pytest.param(["replay"], "no drill was played yet", id="nothing to replay"),
    ],
)  # fmt: skip
def test_what_cannot_be_meant_ends_in_a_sentence(say: Say, argv: list[str], words: str) -> None:
    code, out, err = say(*argv)
    assert (code, out) == (2, "")
    assert words in err


def test_an_override_is_for_the_lab(say: Say, answers: str) -> None:
    code, _, err = say("run", "tuesday-lunch", "--speed", "60", "--answers", answers, "--override", "why not")
    assert code == 2
    assert "--override is for the lab" in err


def test_a_second_drill_is_refused(say: Say, answers: str, tmp_path: Path) -> None:
    with hold_drill_lock() as mine:
        assert mine
        announce_drill(RunningDrill(os.getpid(), str(tmp_path), "virtual", "ana", 1e9))
        code, _, err = say("run", "tuesday-lunch", "--speed", "60", "--answers", answers)
    assert code == 2
    assert "a drill is running already" in err


def test_one_broken_folder_hides_no_other_drill(say: Say, answers: str, tmp_path: Path) -> None:
    say("run", "tuesday-lunch", "--speed", "60", "--answers", answers)
    broken = tmp_path / "state" / "drills" / "20200101-000000-broken"
    broken.mkdir()
    (broken / "drill.json").write_text("{")
    code, out, err = say("history")
    assert code == 0
    assert "tuesday-lunch" in out
    assert "left out" in err


@pytest.mark.slow
@pytest.mark.parametrize(
    ("number", "code", "ending"),
    [
        pytest.param(signal.SIGTERM, 5, "interrupted", id="SIGTERM"),
        pytest.param(signal.SIGKILL, -signal.SIGKILL, "interrupted", id="kill -9"),
    ],
)
def test_however_it_ends_what_happened_is_kept(tmp_path: Path, number: int, code: int, ending: str) -> None:
    """In real time on a slow virtual clock, through a facilitator's pause: the process has to be there for a while."""
    sheet = tmp_path / "answers.yaml"
    sheet.write_text(BY_THE_BOOK.replace("at: page + 30s", "at: 2m").replace("done: true", "communication: x"))
    state = tmp_path / "state"
    state.mkdir()
    environment = {**os.environ, "SLOTUI_STATE": str(state)}
    command = [sys.executable, "-m", "slotui", "drill", "run", "quiet-night", "--speed", "1", "--answers", str(sheet)]
    played = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert played.stdout is not None
    assert "started" in played.stdout.readline()
    deadline = time.monotonic() + 20
    played.send_signal(number)
    assert played.wait(max(0.1, deadline - time.monotonic())) == code
    played.communicate()
    told = subprocess.run(
        [sys.executable, "-m", "slotui", "drill", "history", "--output", "json"],
        env=environment, capture_output=True, text=True, check=True,
    )  # fmt: skip
    (drill,) = json.loads(told.stdout)["drills"]
    assert drill["ending"] == ending

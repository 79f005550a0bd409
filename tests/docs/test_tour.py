"""docs/tour.md, walked on a real lab: each command ends as the page says, and shows what it says."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

PAGE = (Path(__file__).parents[2] / "docs" / "tour.md").read_text()
LINES = [line for block in re.findall(r"```console\n(.*?)```", PAGE, re.DOTALL) for line in block.splitlines()]
BIN = Path(sys.executable).parent
UNTIL_IT_PAGES, UNTIL_IT_IS_OVER = 240.0, 420.0
"""Seconds: the page is due after a minute and a half, and over five minutes after the fault."""


def test_every_step_is_a_command_of_ours() -> None:
    assert {line.split()[0] for line in LINES} == {"slotui", "chaos"}
    assert LINES[0].startswith("slotui lab up")
    assert LINES[-1] == "slotui lab down"


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[dict[str, str]]:
    environment = {**os.environ, "SLOTUI_STATE": str(tmp_path / "state"), "LOGNAME": "kim"}
    yield environment
    subprocess.run([BIN / "slotui", "lab", "down"], env=environment, capture_output=True, check=False)


@pytest.mark.trial
@pytest.mark.timeout(1200)
def test_the_tour_can_be_walked(lab: dict[str, str]) -> None:  # noqa: C901 - a walk has as many steps as it has
    def say(line: str) -> tuple[int, str]:
        program, *words = shlex.split(line)
        done = subprocess.run(
            [BIN / program, *words], env=lab, capture_output=True, text=True, timeout=200, check=False
        )
        sys.stdout.write(f"{time.strftime('%T')} $ {line}\n{done.stdout}{done.stderr}exit {done.returncode}\n\n")
        return done.returncode, done.stdout + done.stderr

    def until(line: str, code: int, patience: float) -> str:
        deadline = time.monotonic() + patience
        while (said := say(line))[0] != code:
            assert time.monotonic() < deadline, said
            time.sleep(3)
        return said[1]

    begun: subprocess.Popen[str] | None = None
    for line in LINES:
        match line.split()[:2]:
            case ["slotui", "watch"]:
                continue  # the screen has tests of its own
            case ["slotui", "lab"]:
                extra = " --backend embedded --port 0" if "up" in line else ""
                assert say(line + extra)[0] == 0
            case ["slotui", "gate"] if begun is None:
                assert "deploys: YES" in until(line, 0, 60)
            case ["slotui", "gate"] if begun.poll() is None:
                assert "a page fires" in until(line, 1, UNTIL_IT_PAGES)
            case ["slotui", "gate"]:
                assert "deploys: YES" in until(line, 0, UNTIL_IT_IS_OVER)
            case ["chaos", "plan"]:
                code, said = say(line)
                assert (code, "page after" in said, "bad, " in said) == (0, True, True), said
            case ["chaos", "inject"]:
                begun = subprocess.Popen(
                    [BIN / "chaos", *shlex.split(line)[1:], "--yes"], env=lab, text=True,
                    stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                )  # fmt: skip
            case ["chaos", "halt"]:
                assert begun is not None
                assert say(line)[0] == 0
                told = begun.communicate(timeout=90)[0]
                sys.stdout.write(f"{told}exit {begun.returncode}\n\n")
                assert begun.returncode == 5
                assert "halted by somebody else" in told
            case _:
                code, said = say(line)
                assert code == 0, said
                assert "checkout-availability" in said

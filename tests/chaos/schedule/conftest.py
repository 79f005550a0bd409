"""The real command `chaos schedule`, whose runs look at their source often: the tests wait for it to settle."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.chaos.conftest import World

CHAOS = """
import sys
import chaos.cli.main, chaos.cli.options, chaos.schedule.child
from slotui.cli.options import open_source

chaos.cli.options.connect = lambda reading: open_source(reading, every=0.2)
chaos.schedule.child.CHAOS = (sys.executable, "-c", sys.orig_argv[2])
chaos.cli.main.main()
"""

HEAD = """\
apiVersion: slotui/v1
kind: ChaosSchedule
metadata: {name: friday}
spec:
"""

Write = Callable[[str], Path]
Begin = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def timetable(tmp_path: Path) -> Write:
    """Writes a timetable whose `spec` is the text."""

    def write(spec: str) -> Path:
        file = tmp_path / "friday.yaml"
        file.write_text(HEAD + spec)
        return file

    return write


@pytest.fixture
def begin(world: World) -> Begin:
    """Starts `chaos schedule FILE` against the world's service."""

    def start(file: Path, *words: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-c", CHAOS, "schedule", str(file), *words, *world.target, *world.source]
        return world.start(command, subprocess.PIPE)

    return start

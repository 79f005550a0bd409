"""The control plane under schemathesis for minutes: all of its checks and phases, thousands of requests."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

FUZZ = Path(__file__).parents[1] / "plane" / "fuzz_control_plane.py"


@pytest.mark.trial
def test_thousands_of_requests_find_nothing(tmp_path: Path) -> None:
    run = subprocess.run([sys.executable, FUZZ, "1500"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout[-6000:] + run.stderr[-2000:]
    generated = re.search(r"(\d+) generated, (\d+) passed", run.stdout)
    assert generated is not None
    assert int(generated[1]) == int(generated[2]) > 5000

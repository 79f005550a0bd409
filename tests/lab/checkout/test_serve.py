"""`python -m lab.checkout` as a process: where it listens, and what it says about it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import httpx
import pytest


@pytest.mark.slow
@pytest.mark.parametrize(
    ("host", "warns"),
    [
        pytest.param([], False, id="on this machine alone, unless told otherwise"),
        pytest.param(["--host", "0.0.0.0"], True, id="for all machines, which is worth a warning"),  # noqa: S104
    ],
)
def test_who_can_reach_the_control_plane(tmp_path: Path, host: list[str], warns: bool) -> None:
    command = [sys.executable, "-m", "lab.checkout", "--port", "0", "--chaos-token", str(tmp_path / "chaos.token")]
    service = subprocess.Popen([*command, *host], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        assert service.stdout is not None
        listening = json.loads(service.stdout.readline())["listening"]
        port = listening.rpartition(":")[2]
        assert httpx.get(f"http://127.0.0.1:{port}/healthz", timeout=30).status_code == 200
        service.terminate()
        _, said = service.communicate(timeout=30)
    finally:
        service.kill()
        service.communicate()
    assert listening.startswith("http://0.0.0.0:" if warns else "http://127.0.0.1:")
    assert ("other machines can reach the chaos control plane" in said) is warns

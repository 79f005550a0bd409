"""Chaos Toolkit's own runner, through our command, against the real service."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

import chaos.cli.options
from slotui.cli.options import Opened
from slotui.core.policy import DEFAULT_POLICY, Policy
from slotui.duration import DAY, HOUR, MINUTE
from slotui.source.replay import ReplaySource, replay_slo

if TYPE_CHECKING:
    from pathlib import Path

    from tests.chaos.conftest import World

# The same source, looking often: the tests wait for it to settle.
_OFTEN = """
import chaos.cli.options
from slotui.cli.options import open_source
chaos.cli.options.connect = lambda reading: open_source(reading, every=0.2)
"""

CHILD = f"{_OFTEN}\nfrom chaos.toolkit.tethered import main\nmain()"

CHAOS = f"""{_OFTEN}
import sys
import chaos.cli.main, chaos.toolkit.spending
chaos.toolkit.spending.COMMAND = (sys.executable, "-c", {CHILD!r})
chaos.cli.main.main()
"""


def provider(func: str, module: str = "chaos.toolkit.actions", **arguments: Any) -> dict[str, Any]:
    return {"type": "python", "module": module, "func": func, "arguments": arguments}


def spend(duration: str = "10m", *, background: bool = False, **arguments: Any) -> dict[str, Any]:
    """An action that fails every second checkout."""
    chosen = provider("spend_error_budget", duration=duration, error_rate=0.5, mode="exact", **arguments)
    return {"type": "action", "name": "spend", "provider": chosen, "background": background}


@dataclass
class Toolkit:
    """Experiments in a world."""

    world: World

    @property
    def configuration(self) -> dict[str, Any]:
        """What an experiment says of its world."""
        words = [*self.world.target, *self.world.source]
        pairs = zip(words[::2], words[1::2], strict=True)
        return {f"slotui_{option.removeprefix('--').replace('-', '_')}": value for option, value in pairs}

    def experiment(self, *method: dict[str, Any], control: bool = False, **more: Any) -> dict[str, Any]:
        controls = [{"name": "budget", "provider": {"type": "python", "module": "chaos.toolkit.control"}}]
        return {
            "title": "half of the checkouts fail",
            "description": "nothing to add",
            "configuration": self.configuration,
            "controls": controls if control else [],
            "method": list(method),
            **more,
        }

    def start(self, experiment: dict[str, Any], *options: str) -> subprocess.Popen[str]:
        """Start `chaos run`, as somebody types it."""
        file = self.world.folder / "experiment.json"
        file.write_text(json.dumps(experiment))
        calm = ["--no-version-check", "--no-log-file", "--settings", str(self.world.folder / "none.yaml")]
        words = [*calm, "run", "--journal-path", str(self.world.folder / "journal.json"), *options, str(file)]
        return self.world.start([sys.executable, "-c", CHAOS, *words], subprocess.PIPE)

    def start_spending(self, experiment: dict[str, Any], *options: str) -> subprocess.Popen[str]:
        """Start `chaos run`, and wait until it has injected something."""
        process = self.start(experiment, *options)
        deadline = time.monotonic() + 40
        while not any(lease.injected for lease in self.world.leases()):
            if process.poll() is not None or time.monotonic() > deadline:
                process.kill()
                raise AssertionError(f"it injected nothing, and said: {process.communicate()[1]}")
            time.sleep(0.05)
        return process

    def run(self, experiment: dict[str, Any], *options: str) -> tuple[int, dict[str, Any], str]:
        """Run it to its end: exit code, journal, what it said."""
        process = self.start(experiment, *options)
        _, said = process.communicate(timeout=90)
        return process.returncode, self.journal(), said

    def journal(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.world.folder / "journal.json").read_text())
        return found


@pytest.fixture
def toolkit(world: World) -> Toolkit:
    world.look_around()
    return Toolkit(world)


@pytest.fixture
def spending() -> Callable[..., dict[str, Any]]:
    return spend


@pytest.fixture
def calling() -> Callable[..., dict[str, Any]]:
    return provider


Month = Callable[..., None]


@pytest.fixture
def month(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Month:
    """Lets experiments read a month of even traffic, of which some was bad: a share of all of it, and of the last hour."""

    def play(*, bad: float = 0.0, last_hour: float | None = None, policy: Policy = DEFAULT_POLICY) -> None:
        file = tmp_path / "shop.csv"
        late = bad if last_hour is None else last_hour
        times = range(0, 30 * DAY, 5 * MINUTE)
        rows = [f"{at},300000,{300000 * (late if at >= 30 * DAY - HOUR else bad):.0f}" for at in times]
        file.write_text("\n".join(["timestamp,total,bad", *rows]))
        slo = replay_slo(file, 0.999, 30 * DAY)
        opened = Opened(ReplaySource(file, slo), (slo,), policy, tmp_path / "ledger.sqlite")
        monkeypatch.setattr(chaos.cli.options, "connect", lambda _reading: opened)

    return play

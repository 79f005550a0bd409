"""What starting costs: `slotui --help` as a whole process against a bare interpreter, and one that imports click.

The two run in turn, and the median of the ratios of the pairs counts: machines are shared and noisy.
click alone costs four bare interpreters, so the budget is against the second: at most 1.3 times an interpreter that
imports click.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from pathlib import Path

SLOTUI = [str(Path(sys.executable).parent / "slotui"), "--help"]
OTHERS = {
    "a bare interpreter": [sys.executable, "-c", "pass"],
    "an interpreter that imports click": [sys.executable, "-c", "import click"],
}
RUNS = 15


def seconds(command: list[str]) -> float:
    """Seconds of one whole process."""
    began = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - began


def main() -> None:
    """Print one line a comparison."""
    for name, other in OTHERS.items():
        pairs = [(seconds(SLOTUI), seconds(other)) for _ in range(RUNS + 1)][1:]
        ratios = sorted(ours / theirs for ours, theirs in pairs)
        print(f"slotui --help: {statistics.median(ratios):.2f}x {name} ({ratios[0]:.2f}-{ratios[-1]:.2f})")


if __name__ == "__main__":
    main()

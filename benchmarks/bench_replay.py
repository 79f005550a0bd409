"""What judging a month of minutes costs: `slotui replay` against reading the same file with the csv module alone.

The data is made here: 28 days of minutes, two traffic peaks a day. Whole processes, in turn.
"""

from __future__ import annotations

import gzip
import math
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

SLOTUI = str(Path(sys.executable).parent / "slotui")
READ = "import csv, gzip, sys; print(sum(int(r[1]) for r in list(csv.reader(gzip.open(sys.argv[1], 'rt')))[1:]))"
MINUTES = 28 * 24 * 60
RUNS = 7


def write_month(file: Path) -> None:
    """One row a minute."""
    rows = ["timestamp,total,bad"]
    for minute in range(MINUTES):
        total = 10_000 + int(8_000 * math.sin(minute / 720 * math.pi))
        rows.append(f"{1_711_929_600 + 60 * minute},{total},{total // 1000 + (minute % 7 == 0)}")
    file.write_bytes(gzip.compress("\n".join(rows).encode()))


def seconds(command: list[str]) -> float:
    """Seconds of one whole process."""
    began = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - began


def main() -> None:
    """Print one line."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "month.csv.gz"
        write_month(file)
        ours = [SLOTUI, "replay", str(file), "--output", "json"]
        pairs = [(seconds(ours), seconds([sys.executable, "-c", READ, str(file)])) for _ in range(RUNS + 1)][1:]
    ratios = sorted(a / b for a, b in pairs)
    median = statistics.median(a for a, _ in pairs)
    print(f"slotui replay, {MINUTES} rows: {statistics.median(ratios):.1f}x reading it ({median:.2f} s)")


if __name__ == "__main__":
    main()

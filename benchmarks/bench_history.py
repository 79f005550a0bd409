"""What 30 days of history cost to write, against what one would do without the lab's writers.

Into a Prometheus: promtool with blocks of its own choosing (two hours each; it reads its input once for every block)
against the lab's one aligned block, from the same text. Into the embedded store: the same counts, inserted minute by
minute in a transaction each, as a collector does that was left running, against the lab's bulk write. The slow ways
are given --days of the month only, and both sides of a ratio are the same days; the whole month is timed once, as
information. Needs promtool for its part, 1 GB of disk for a minute, and takes some minutes.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from lab.history import History, make_history
from lab.openmetrics import write_openmetrics
from lab.past import fill_store
from lab.prometheus import write_blocks
from lab.series import all_series, spans_of
from lab.supervisor import SLOS
from slotui.core.slo import Slo
from slotui.duration import DAY
from slotui.source.scrape.store import CountStore
from slotui.spec.load import load_slos

END = 1_790_000_100.0
RPS = 50.0


def seconds_of(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def default_blocks(history: History, slos: tuple[Slo, ...], folder: Path) -> None:
    """What promtool does with the same text when nobody tells it how long a block may be."""
    text = folder / "default.openmetrics"
    with text.open("w", encoding="ascii", buffering=1 << 20) as out:
        write_openmetrics(history, slos, out, instance="carta-past")
    command = ["promtool", "tsdb", "create-blocks-from", "openmetrics", "--quiet", str(text), str(folder / "default")]
    subprocess.run(command, check=True, capture_output=True)


def minute_by_minute(history: History, slos: tuple[Slo, ...], path: Path) -> None:
    """The same spans, each minute's in a write of its own."""
    series = all_series(history)
    with closing(CountStore(path)) as store:
        for slo in slos:
            for span in spans_of(slo, history, series):
                store.load_history(slo, [span])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--days", type=float, default=3, help="of history in the comparisons (default 3)")
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    asked = parser.parse_args()
    slos = load_slos([SLOS])
    some, month = make_history(END, asked.days * DAY, RPS), make_history(END, 30 * DAY, RPS)
    figures: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        ours = seconds_of(lambda: fill_store(some, slos, folder / "some.sqlite"))
        figures["store_ratio"] = seconds_of(lambda: minute_by_minute(some, slos, folder / "slow.sqlite")) / ours
        figures["making_seconds"] = seconds_of(lambda: make_history(END, 30 * DAY, RPS))
        figures["store_seconds"] = seconds_of(lambda: fill_store(month, slos, folder / "month.sqlite"))
        if shutil.which("promtool"):
            ours = seconds_of(lambda: write_blocks(some, slos, folder / "some"))
            figures["prometheus_ratio"] = seconds_of(lambda: default_blocks(some, slos, folder)) / ours
            figures["prometheus_seconds"] = seconds_of(lambda: write_blocks(month, slos, folder / "month"))
    report(figures, as_json=asked.json)
    return 0 if all(figures[name] > 1 for name in figures if name.endswith("_ratio")) else 1


def report(figures: dict[str, float], *, as_json: bool) -> None:
    if as_json:
        import json

        sys.stdout.write(json.dumps(figures) + "\n")
        return
    for name, figure in figures.items():
        what, unit = name.rsplit("_", 1)
        sys.stdout.write(f"{what:<12} {figure:8.2f} {'times the plain way' if unit == 'ratio' else 's, 30 days'}\n")


if __name__ == "__main__":
    raise SystemExit(main())

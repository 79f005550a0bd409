"""What keeping a budget inside a service costs, beside the PyPI package slo-budget-tracker in the same run.

Recording: the two take turns, and the median of the ratios of the pairs counts. Snapshots: ours after ten million
events spread over the whole window, so that every bucket is in use; theirs after 300 000. Memory: how far the
process' peak rose meanwhile.
"""

from __future__ import annotations

import resource
import statistics
import time
from collections.abc import Callable

from slo_budget_tracker import SLODefinition, SLOTracker

from slotui import Objective

WINDOW = 30 * 86400
BATCH = 100_000
RUNS = 9
OURS_EVENTS = 10_000_000
THEIRS_EVENTS = 300_000


def seconds(work: Callable[[], object]) -> float:
    """Seconds that a call takes."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def record_ours() -> None:
    """A batch of events into a new objective, at the real time."""
    record = Objective("bench", target=0.999).record
    for _ in range(BATCH):
        record(good=True)


def record_theirs() -> None:
    """The same into a new tracker."""
    record = SLOTracker(SLODefinition("bench", 0.999)).record
    for _ in range(BATCH):
        record(True)


def peak() -> float:
    """The most memory this process has had, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def ours_after(events: int) -> tuple[float, float]:
    """Seconds of a snapshot after so many events, and the memory they took, in MB."""
    at, step = 0.0, WINDOW / events
    before = peak()
    objective = Objective("bench", target=0.999, clock=lambda: at)
    for _ in range(events):
        at += step
        objective.record(good=True)
    assert objective.snapshot().eligible >= events * 0.999  # the first bucket has left the window
    return statistics.median(seconds(objective.snapshot) for _ in range(101)), peak() - before


def theirs_after(events: int) -> tuple[float, float]:
    """The same of a tracker."""
    at, step = 0.0, WINDOW / events
    before = peak()
    tracker = SLOTracker(SLODefinition("bench", 0.999), clock=lambda: at)
    for _ in range(events):
        at += step
        tracker.record(True)
    assert tracker.snapshot().total == events
    return statistics.median(seconds(tracker.snapshot) for _ in range(5)), peak() - before


def main() -> None:
    """Print one line a measure."""
    # Memory first, ours before theirs: a peak that another measure has raised would hide what comes after.
    ours, grown = ours_after(OURS_EVENTS)
    theirs, theirs_grown = theirs_after(THEIRS_EVENTS)
    pairs = [(seconds(record_theirs), seconds(record_ours)) for _ in range(RUNS + 1)][1:]
    ratios = sorted(theirs_took / ours_took for theirs_took, ours_took in pairs)
    rate = BATCH / statistics.median(ours_took for _, ours_took in pairs)
    print(
        f"Objective.record: {statistics.median(ratios):.2f}x the events a second of slo-budget-tracker "
        f"({ratios[0]:.2f}-{ratios[-1]:.2f}; {rate:,.0f}/s)"
    )
    after, fewer = f"after {OURS_EVENTS:,} events", f"after {THEIRS_EVENTS:,}"
    print(f"snapshot: {1000 * ours:.3f} ms {after}; theirs {1000 * theirs:.0f} ms {fewer}: {theirs / ours:.0f}x")
    print(f"memory: {grown:.1f} MB more {after}; theirs {theirs_grown:.0f} MB {fewer}")


if __name__ == "__main__":
    main()

"""The lab's past: made once, kept between runs, never written over what was measured."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path

from lab.history import History, make_history
from lab.prometheus import write_blocks
from lab.releases import note_releases
from lab.series import Series, all_series, causes_of, spans_of
from lab.shape import DEFAULT_RPS, demand, mean_for
from slotui.core.slo import Slo
from slotui.core.timeline import Span
from slotui.duration import DAY, compact
from slotui.errors import LabError
from slotui.source.scrape.store import CountStore

Say = Callable[[str], None]

TOO_OLD = 30 * DAY
"""Seconds after which a lab that nobody ran has nothing left in its window, and starts anew."""

_ANOTHER_SIZE = 3.0
"""Times that the past's traffic and the one asked for may differ before that is said."""


def continue_or_make(
    place: Path,
    slos: Sequence[Slo],
    *,
    now: float,
    length: float,
    rps: float | None,
    seed: int,
    fresh: bool,
    say: Say,
    ledger: Path | None = None,
) -> float:
    """See to it that `place` has a past; returns the week's mean rate (requests a second) that continues it.

    `place` is a count store (a file that ends in `.sqlite`) or the data folder of a Prometheus. What is there
    stays, and the time since then shows as missing coverage, unless it is too old or `fresh` is asked for.
    `rps` is the rate wanted at `now`; None takes the rate of the past, or 50. The releases of a past that is made go
    into `ledger`; of one that is there they are in it already.
    """
    usual = DEFAULT_RPS["day"]
    last = None if fresh else _last_measured(place)
    if last is not None and now - last <= TOO_OLD:
        noted = _noted_mean(place)
        if rps is None:
            return noted if noted is not None else mean_for(usual, now)
        if noted is not None and not 1 / _ANOTHER_SIZE < rps / (noted * demand(now)) < _ANOTHER_SIZE:
            say(f"the past has {noted * demand(now):.3g} requests/s at this hour, not {rps:.3g}: budgets are of its "
                "size until it rolls off; --fresh makes another past")  # fmt: skip
        return mean_for(rps, now)
    mean = mean_for(rps or usual, now)
    say(f"filling {compact(length)} of history into {place}")
    history = make_history(now, length, mean, seed)
    try:
        _clear(place)
        _write(history, slos, place)
        _note(place).write_text(json.dumps({"mean_rps": mean, "seed": seed, "from": history.start, "to": history.end}))
    except OSError as error:
        raise LabError(
            f"{place}: {error.strerror}", fix="free some space, or point SLOTUI_STATE at another folder"
        ) from error
    if ledger is not None:
        note_releases(history.happened.releases, slos, ledger, say)
    return mean


def fill_store(history: History, slos: Sequence[Slo], path: Path) -> None:
    """Write a history into a new count store. All or nothing: a store that is there is a whole one."""
    draft = path.with_name(f"{path.name}.new")
    _remove_store(draft)
    series = all_series(history)
    try:
        with closing(CountStore(draft)) as store:
            for slo in slos:
                store.load_history(slo, spans_of(slo, history, series), _blamed(slo, history, series))
        draft.replace(path)
    finally:
        _remove_store(draft)


def _blamed(slo: Slo, history: History, series: Sequence[Series]) -> dict[str, list[Span]]:
    """Bad events by cause as the collector keeps them: without the minutes in which nothing went bad."""
    lines = causes_of(slo, history, series)
    return {cause: [span for span in line if span.bad > 0] for cause, line in lines.items()}


def _write(history: History, slos: Sequence[Slo], place: Path) -> None:
    if place.suffix == ".sqlite":
        fill_store(history, slos, place)
    else:
        write_blocks(history, slos, place)


def _last_measured(place: Path) -> float | None:
    """When something was last stored there (UTC seconds), or None for nothing."""
    if not place.exists():
        return None
    if place.suffix == ".sqlite":
        with closing(CountStore(place)) as store:
            return store.last_end()
    # A Prometheus that was killed says nothing; its files do.
    touched = [file.stat().st_mtime for pattern in ("wal/*", "*/meta.json") for file in place.glob(pattern)]
    return max(touched, default=None)


def _clear(place: Path) -> None:
    if place.suffix == ".sqlite":
        _remove_store(place)
    else:
        shutil.rmtree(place, ignore_errors=True)


def _remove_store(path: Path) -> None:
    for suffix in ("", "-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)


def _note(place: Path) -> Path:
    return place.with_name(f"{place.name}.history.json")


def _noted_mean(place: Path) -> float | None:
    try:
        return float(json.loads(_note(place).read_text())["mean_rps"])
    except (OSError, ValueError, KeyError, TypeError):
        return None

"""The options that lead to the past: a recording or a file of counts, and how a file of counts is to be judged."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from slotui.cli.objective import fraction, whole_seconds
from slotui.errors import UsageError

if TYPE_CHECKING:
    from slotui.cli.options import Reading
    from slotui.core.policy import Policy
    from slotui.playback import Past, Playback

Command = Callable[..., Any]

SPEED = 60.0
_TARGET = 0.999
_WINDOW = "28d"


@dataclass(frozen=True, slots=True)
class Played:
    """The past that was named. `target` is a fraction, `window` in seconds: None where they were not named."""

    file: Path
    target: float | None = None
    window: int | None = None


def played_option(command: Command) -> Command:
    """Add `--replay FILE --target --window`; the command receives them as one `played`, None without a file."""

    def bundled(replay: Path | None, target: float | None, window: int | None, **rest: Any) -> Any:
        if replay is None and (target is not None or window is not None):
            raise UsageError("--target and --window go with --replay", fix="an SLO file has its own")
        return command(played=Played(replay, target, window) if replay is not None else None, **rest)

    bundled.__name__ = command.__name__
    bundled.__doc__ = command.__doc__
    bundled.__click_params__ = getattr(command, "__click_params__", [])  # type: ignore[attr-defined]
    path = click.Path(path_type=Path)
    option = click.option("--replay", type=path, metavar="FILE", help="a recording, or a CSV of timestamp,total,bad")
    return option(objective_options(bundled))


def objective_options(command: Command) -> Command:
    """Add `--target` and `--window`, for files of counts."""
    for option in (
        click.option("--window", type=whole_seconds, metavar="DURATION", help="SLO window of a CSV  [default: 28d]"),
        click.option(
            "--target",
            type=fraction,
            metavar="PERCENT",
            help="objective of a CSV in percent, or as a fraction below 1  [default: 99.9]",
        ),
    ):
        command = option(command)
    return command


def speed_of(text: str | None) -> float:
    """Seconds of the past in a second, from `60` or `60x`. Raises `UsageError`."""
    from slotui.core.deck import SPEEDS

    if text is None:
        return SPEED
    try:
        speed = float(text.removesuffix("x"))
    except ValueError:
        speed = 0.0
    if not SPEEDS[0] <= speed <= SPEEDS[-1]:
        raise UsageError(f"{text!r} is no speed", fix=f"write a number from {SPEEDS[0]} to {SPEEDS[-1]}")
    return speed


def words_of_past(played: Played | None, speed: str | None) -> list[str]:
    """`--replay` and what goes with it as words again, for another command."""
    if played is None:
        return []
    window = None if played.window is None else f"{played.window}s"
    named = (("--replay", played.file), ("--target", played.target), ("--window", window), ("--speed", speed))
    return [f"{option}={value}" for option, value in named if value is not None]


def open_past(played: Played) -> tuple[Past, Policy]:
    """The source of a recording, with its own policy, or of a file of counts, with the default one."""
    from slotui.core.policy import DEFAULT_POLICY
    from slotui.duration import parse
    from slotui.source.recording.reader import is_recording, unpacked
    from slotui.source.recording.source import RecordingSource
    from slotui.source.replay import ReplaySource, replay_slo

    text = unpacked(played.file)
    if not is_recording(text):
        target = _TARGET if played.target is None else played.target
        slo = replay_slo(played.file, target, played.window or int(parse(_WINDOW)))
        return ReplaySource(played.file, slo), DEFAULT_POLICY
    if played.target is not None or played.window is not None:
        raise UsageError(f"{played.file} has its own objectives", fix="leave out --target and --window")
    source = RecordingSource(played.file, text)
    return source, source.policy


def playback(
    played: Played,
    reading: Reading,
    *,
    at: float | None = None,
    speed: float = SPEED,
    since: float | None = None,
) -> Playback:
    """The feed of a file. A policy or a ledger that is named stands in for the recording's own.

    Raises `UsageError` for an `at` (UTC seconds) that lies outside of the file.
    """
    from slotui.ledger.store import Ledger
    from slotui.playback import Playback
    from slotui.spec.load import load_policy

    if reading.prometheus or reading.scrape or reading.discover or reading.slos:
        raise UsageError(
            "--replay names what to read, and for which SLOs",
            fix="leave out --prometheus, --scrape, --discover and --slos",
        )
    source, policy = open_past(played)
    if at is not None:
        _is_inside(source, played.file, at)
    if reading.policy:
        policy = load_policy(reading.policy)
    entries = Ledger(reading.ledger).entries if reading.ledger else None
    return Playback(source, source.slos, policy, entries=entries, at=at, speed=speed, since=since)


def _is_inside(source: Past, file: Path, at: float) -> None:
    from slotui.clock import to_iso

    first, last = source.instants[0], source.instants[-1]
    # To the second, as times are written: the one that a message named is inside.
    if not first - 1 < at < last + 1:
        raise UsageError(f"{file} knows nothing of {to_iso(at)}", fix=f"it goes from {to_iso(first)} to {to_iso(last)}")

"""All that is known about a tier set before it is needed: when it fires, when it falls quiet, what it misses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from slotui.core.alerts import AlertTier, reset_time
from slotui.core.blind_spots import BlindSpots, blind_spots
from slotui.core.reach import Reach, fires_after, reach
from slotui.core.unnoticed import Unnoticed

ERROR_RATIOS = (1.0, 0.5, 0.1, 0.05, 0.02, 0.01)


@dataclass(frozen=True, slots=True)
class Response:
    """How one tier answers a steady error ratio: seconds until it fires, and after the fault until it is quiet.

    Both are None where it never fires.
    """

    fires_after: float | None
    quiet_after: float | None


@dataclass(frozen=True, slots=True)
class AlertStudy:
    """A tier set against one objective. `responses` holds, for each of `ERROR_RATIOS`, one answer a tier.

    `slice_seconds` is the length of a time slice, None where events count. `record` is None where none was
    read, and `problem` says why one that was asked for could not be.
    """

    name: str
    target: float
    window: int
    unit: str
    slice_seconds: int | None
    tiers: tuple[Reach, ...]
    responses: tuple[tuple[Response, ...], ...]
    spots: BlindSpots
    record: Unnoticed | None = None
    problem: str | None = None


def study(
    name: str,
    target: float,
    window: int,
    tiers: Sequence[AlertTier],
    *,
    unit: str = "requests",
    slice_seconds: int | None = None,
    by_hand: bool = False,
) -> AlertStudy:
    """What `tiers` do for `target` (a fraction) over `window` seconds; `by_hand`: their factors were given."""
    return AlertStudy(
        name=name,
        target=target,
        window=window,
        unit=unit,
        slice_seconds=slice_seconds,
        tiers=tuple(reach(tier, target, window, by_hand=by_hand) for tier in tiers),
        responses=tuple(tuple(_response(tier, target, ratio) for tier in tiers) for ratio in ERROR_RATIOS),
        spots=blind_spots(tiers, target, window),
    )


def _response(tier: AlertTier, target: float, error_ratio: float) -> Response:
    seconds = fires_after(tier, target, error_ratio)
    return Response(seconds, None if seconds is None else reset_time(tier, target, error_ratio))

"""A control: an experiment does not begin, and does no more, where the budget says no.

Chaos Toolkit takes only one exception of a control for a no, InterruptExecution; after any other it goes on as if
nothing had been said. So every way of not knowing ends in that one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from chaoslib.exceptions import InterruptExecution, InvalidActivity

from chaos.toolkit.budgets import board_and_policy, board_of, remaining_of, slo_of
from chaos.toolkit.interrupts import end_faults_first
from chaos.toolkit.lookout import Lookout
from chaos.toolkit.spending import stop_all
from chaos.toolkit.where import Where
from slotui.clock import now, to_iso
from slotui.core.blackout import Blackout
from slotui.core.board import Board, SloBoard
from slotui.core.figures import burn, percent
from slotui.duration import compact
from slotui.errors import RefusedError, SlotuiError

_ARGUMENTS = ("slos", "floor")
_OURS = "chaos.toolkit.actions"
_ENDING = ("halt", "await_spend")
"""Our actions that begin nothing: they stay allowed."""

_EVERY = 5.0
"""Seconds between two looks at the floor, where the source does not say."""

_lookouts: list[Lookout] = []


def validate_control(control: Mapping[str, Any]) -> None:
    """Say at `chaos validate` what would otherwise be refused at the start."""
    try:
        _known(control["provider"].get("arguments") or {})
    except RefusedError as error:
        raise InvalidActivity(str(error)) from error


def configure_control(**_arguments: Any) -> None:
    """Let every signal that ends the experiment end its faults first."""
    end_faults_first()


def before_experiment_control(
    context: Mapping[str, Any],  # noqa: ARG001 - the experiment; what it is does not matter
    configuration: Mapping[str, Any] | None = None,
    secrets: Mapping[str, Any] | None = None,
    **arguments: Any,
) -> None:
    """Refuse to begin: metrics stale, an alert firing, a tier without experiments, a blackout, too little left.

    From then on the floor is watched.
    """
    with _interrupting():
        board = _look(arguments, configuration, secrets)
        names, floor = _known(arguments)
        if floor is not None:
            where = _where(configuration, secrets)
            _lookouts.append(Lookout(lambda: _above(board_of(where), names, floor), board.refresh or _EVERY))


def cleanup_control() -> None:
    """The experiment is over."""
    while _lookouts:
        _lookouts.pop().leave()


def before_activity_control(
    context: Mapping[str, Any],
    experiment: Mapping[str, Any],
    configuration: Mapping[str, Any] | None = None,
    secrets: Mapping[str, Any] | None = None,
    **arguments: Any,
) -> None:
    """Refuse to go on with an action, for the same reasons. Probes look, and rollbacks repair: they may."""
    if context.get("type") != "action" or context in experiment.get("rollbacks", ()) or _ends(context):
        return
    with _interrupting():
        _look(arguments, configuration, secrets)


def _ends(activity: Mapping[str, Any]) -> bool:
    provider = activity.get("provider", {})
    return provider.get("module") == _OURS and provider.get("func") in _ENDING


@contextmanager
def _interrupting() -> Iterator[None]:
    """A no ends our faults, and the experiment. Whatever else goes wrong in here is a no too."""
    try:
        yield
    except SlotuiError as error:
        stop_all()
        raise InterruptExecution(str(error)) from error
    except Exception as error:
        stop_all()
        raise InterruptExecution(f"cannot tell: {type(error).__name__}: {error}") from error


def _look(
    arguments: Mapping[str, Any], configuration: Mapping[str, Any] | None, secrets: Mapping[str, Any] | None
) -> Board:
    """The board. Raises `SlotuiError` with the first reason against an experiment."""
    names, floor = _known(arguments)
    board, policy = board_and_policy(_where(configuration, secrets))
    for slo in _meant(board, names):
        _allowed(slo)
        _outside(policy.blackouts, slo, now())
    if floor is not None:
        _above(board, names, floor)
    return board


def _where(configuration: Mapping[str, Any] | None, secrets: Mapping[str, Any] | None) -> Where:
    return Where.named(configuration, (secrets or {}).get("slotui"))


def _known(arguments: Mapping[str, Any]) -> tuple[Sequence[str], float | None]:
    """The names of the SLOs to look at, none for all, and the floor as a share."""
    strange = [name for name in arguments if name not in _ARGUMENTS]
    if strange:
        raise RefusedError(f"the control has no argument {strange[0]!r}", fix=f"known: {', '.join(_ARGUMENTS)}")
    floor = arguments.get("floor")
    if floor is not None and not (isinstance(floor, int | float) and 0 <= floor <= 1):
        raise RefusedError(f"floor {floor!r} is not a share of the budget", fix='write it as a number: "floor": 0.2')
    names = arguments.get("slos") or ()
    return (names,) if isinstance(names, str) else names, floor


def _meant(board: Board, names: Sequence[str]) -> Sequence[SloBoard]:
    return [slo_of(board, name) for name in names] or board.slos


def _allowed(slo: SloBoard) -> None:
    if slo.tier is None or slo.tier.experiments == "forbidden":
        raise RefusedError(f"refused: {slo.name} is in tier {slo.tier_name}, where policy allows no experiment")
    for status in slo.alerts:
        if status.firing:
            burning = f"{burn(status.burn_long)} over {compact(status.tier.long)}"
            raise RefusedError(f"refused: an alert fires: {status.tier.severity} of {slo.name}, {burning}")


def _outside(blackouts: Iterable[Blackout], slo: SloBoard, at: float) -> None:
    for blackout in blackouts:
        if (opening := blackout.next_opening(at)) is None or opening.start > at:
            continue
        if blackout.concerns([slo.name], slo.slo.service):
            raise RefusedError(f"refused: blackout {blackout.name!r} is open", fix=f"it ends at {to_iso(opening.end)}")


def _above(board: Board, names: Sequence[str], floor: float) -> None:
    for slo in _meant(board, names):
        if (left := remaining_of(slo)) < floor:
            at = percent(floor)
            raise RefusedError(f"refused: {percent(left)} of the budget of {slo.name} is left, the floor is {at}")

"""Ending every fault that is known of here: through its service, and where that is silent, through its controller."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from chaos.spend.client import LeaseSeen, Place
from chaos.spend.running import Running, all_running, forget
from slotui.errors import SlotuiError
from slotui.state import running_lab


@dataclass(frozen=True, slots=True)
class Halted:
    """What ended at one service; or why that cannot be said, and which controllers here were told to stop."""

    place: Place
    leases: tuple[LeaseSeen, ...] = ()
    problem: SlotuiError | None = None
    controllers: tuple[int, ...] = ()


def known_places() -> tuple[Place, ...]:
    """The running lab's service, and that of every spend started on this machine by this user."""
    lab = running_lab()
    places = [Place(lab.checkout_url, Path(lab.token_file))] if lab else []
    places += [running.place for running in all_running()]
    return tuple(dict.fromkeys(places))


def is_deserted(place: Place) -> bool:
    """Whether spends were started there from here, and nobody renews one any more: silence means that none is on."""
    lab = running_lab()
    spends = [running for running in all_running() if running.target == place.target]
    expected = lab is not None and lab.checkout_url == place.target
    return bool(spends) and not expected and not any(running.controlled for running in spends)


def halt_all(places: Iterable[Place]) -> tuple[Halted, ...]:
    """Halt each. A service that does not answer hears no renewal either, once its controllers have stopped."""
    return tuple(_halt(place) for place in places)


def _halt(place: Place) -> Halted:
    mine = [running for running in all_running() if running.target == place.target]
    try:
        with place.open() as control:
            return Halted(place, control.halt())
    except SlotuiError as problem:
        return Halted(place, problem=problem, controllers=tuple(one.pid for one in mine if one.stop()))
    finally:
        _tidy(mine)


def _tidy(spends: Iterable[Running]) -> None:
    for running in spends:
        if not running.controlled:
            forget(running.entry)

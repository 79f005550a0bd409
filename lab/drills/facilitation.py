"""The facilitator's side of a drill: its tape as it grows, and the file that takes orders."""

from __future__ import annotations

from collections.abc import Callable

from lab.drills.archive import CURVES, SCENARIO, TAPE, Archive
from lab.drills.desk import SEEN, Words
from lab.drills.load import load_scenario
from lab.drills.orders import Order, give
from lab.drills.tape import Event, read_tape
from slotui.core.drill import DrillState, FacilitatorView, Happening, HintOffer
from slotui.core.slo import Slo
from slotui.errors import UsageError

_HELP = "hint 1, say NAME: TEXT, pause, resume, abort WHY"
_HIDDEN = {
    "fault-on": "{0.choice} begins",
    "fault-off": "{0.choice} is over: {0.text}",
    "blind-on": "{0.choice}: nothing is measured",
    "blind-off": "{0.choice} is over: {0.text}",
    "recovered": "{0.slo} meets its objective again",
}


class Facilitation:
    """Looks after the drill in a folder: reads what it writes, and appends what it shall do.

    `alive` says whether its process still runs. Methods raise `StoreError` where the folder cannot be read.
    """

    def __init__(self, archive: Archive, slos: tuple[Slo, ...], by: str, alive: Callable[[], bool]) -> None:
        self._archive = archive
        self._about = archive.about()
        self._scenario = load_scenario(archive.folder / SCENARIO)
        self._words = Words(self._scenario, slos, self._about.commitment, self._about.speed)
        self._by = by
        self._alive = alive

    def view(self) -> FacilitatorView:
        """The drill as it was last written down."""
        alive = self._alive()
        events = sorted(read_tape(self._archive.folder / TAPE), key=lambda event: event.at)
        ending = next((self._words.say(event) for event in events if event.kind == "ended"), "")
        return FacilitatorView(
            title=self._scenario.title,
            teaches=self._scenario.teaches,
            player=self._about.player,
            state=_state(events, over=bool(ending) or not alive),
            elapsed=max([event.at for event in events] + self._sampled()),
            lasts=self._scenario.lasts,
            speed=self._about.speed,
            happenings=tuple(self._happening(event) for event in events),
            hints=self._hints(events),
            ended=ending or ("" if alive else "its process ended without a word"),
            alive=alive,
        )

    def order(self, text: str) -> str:
        """Carry out what was typed; what is said to that. Raises `UsageError` for what cannot be meant."""
        order = self._read(text)
        if not self._alive():
            raise UsageError("the drill does not run any more", fix="its debrief: slotui drill debrief")
        give(self._archive.folder, order)
        return {
            "hint": f"hint {order.number} is on its way: {self._cost(order.number)} points",
            "message": f"{order.sender} says so",
            "pause": "it pauses",
            "resume": "it goes on",
            "abort": "it is broken off",
        }[order.do]

    def _read(self, text: str) -> Order:
        verb, _, rest = text.strip().partition(" ")
        match verb:
            case "hint":
                return Order("hint", self._by, number=self._number(rest))
            case "say":
                sender, colon, words = rest.partition(":")
                if not (colon and sender.strip() and words.strip()):
                    raise UsageError("who says what?", fix="say support: the phones are quiet")
                return Order("message", self._by, sender=sender.strip(), text=words.strip())
            case "pause":
                return Order("pause", self._by)
            case "resume":
                return Order("resume", self._by)
            case "abort":
                return Order("abort", self._by, text=rest.strip())
        raise UsageError(f"{text.strip()[:40]!r} is no order", fix=_HELP)

    def _number(self, text: str) -> int:
        hints = self.view().hints
        number = int(text) if text.strip().isdecimal() else 0
        found = next((hint for hint in hints if hint.number == number), None)
        if found is None:
            raise UsageError(f"no hint {text.strip()[:20] or '?'}", fix=f"there are 1 to {len(hints)}")
        if found.given:
            raise UsageError(f"hint {number} was given already", fix="each costs once")
        return number

    def _cost(self, number: int) -> int:
        return self._scenario.hints[number - 1].cost if number else 0

    def _hints(self, events: list[Event]) -> tuple[HintOffer, ...]:
        given = {event.choice for event in events if event.kind == "hint"}
        return tuple(
            HintOffer(number, hint.text, hint.cost, str(number) in given)
            for number, hint in enumerate(self._scenario.hints, start=1)
        )

    def _happening(self, event: Event) -> Happening:
        if event.kind in SEEN:
            return Happening(event.at, SEEN[event.kind], event.by, self._words.say(event))
        return Happening(event.at, "hidden", event.by, _HIDDEN.get(event.kind, event.kind).format(event))

    def _sampled(self) -> list[float]:
        """The clock of the last point of the curves: between two events, nothing else says how late it is."""
        path = self._archive.folder / CURVES
        samples = self._archive.samples() if path.exists() else []
        return [samples[-1].at] if samples else []


def _state(events: list[Event], *, over: bool) -> DrillState:
    if over:
        return "over"
    last = next((event.kind for event in reversed(events) if event.kind in ("paused", "resumed")), "resumed")
    return "paused" if last == "paused" else "on"

"""What a drill was worth, part by part: values without rules, and how they are written down."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Literal

from slotui.view.ink import plain, wrapped

PartName = Literal["detect", "acknowledge", "hypothesis", "decision", "mitigation", "budget"]

Verdict = Literal["right", "early", "needless", "wrong", "not asked for", "never"]
"""Of a decision. `early`: asked for, but before anybody could know; `needless`: a freeze where policy freezes nothing;
`not asked for` costs nothing; `never`: it was asked for, and nobody took it in time."""

AlertOutcome = Literal["fired", "late", "missing", "spared", "unexpected"]
"""Of an alert. `spared`: the trouble was over before it was due."""

COLUMNS = 76
"""Terminal columns that a scorecard takes at most."""


@dataclass(frozen=True, slots=True)
class Part:
    """`points` of `of`. `measured` is in seconds, for the budget a share; None: it never happened, or not for all."""

    name: PartName
    points: float
    of: float
    measured: float | None
    par: float
    sentence: str

    @property
    def share(self) -> float:
        """The share of its points that was earned."""
        return self.points / self.of


@dataclass(frozen=True, slots=True)
class Penalty:
    """`points` that something took, at `at` seconds of the drill's clock."""

    points: float
    at: float
    sentence: str


@dataclass(frozen=True, slots=True)
class DecisionVerdict:
    """A decision against policy. `at` is None for one that was never taken; `policy` is the tier it was taken in."""

    at: float | None
    choice: str
    slo: str
    policy: str
    verdict: Verdict
    sentence: str


@dataclass(frozen=True, slots=True)
class AlertVerdict:
    """An alert against what was expected: it fired `at`, and was to fire `by`, seconds of the drill's clock."""

    slo: str
    tier: str
    outcome: AlertOutcome
    at: float | None
    by: float | None
    sentence: str


@dataclass(frozen=True, slots=True)
class Scorecard:
    """A drill's score. Where it is not `scored`, `why` says so, and there are no parts.

    `alerts` are a verdict on the alerting: nobody gets points for them, or loses any.
    """

    scored: bool
    why: str = ""
    parts: tuple[Part, ...] = ()
    penalties: tuple[Penalty, ...] = ()
    decisions: tuple[DecisionVerdict, ...] = ()
    alerts: tuple[AlertVerdict, ...] = ()

    @property
    def lost(self) -> float:
        """Points that the penalties took."""
        return sum(penalty.points for penalty in self.penalties)

    @property
    def points(self) -> int | None:
        """Of 100, never below 0; None where nothing is scored."""
        if not self.scored:
            return None
        earned = sum(part.points for part in self.parts)
        return max(0, min(100, int(earned - self.lost + 0.5)))

    def part(self, name: PartName) -> Part | None:
        """The part of that name, or None where it does not apply."""
        return next((part for part in self.parts if part.name == name), None)


def lines(card: Scorecard) -> tuple[str, ...]:
    """The scorecard in plain lines of at most `COLUMNS` columns."""
    return tuple(_lines(card))


def card_json(card: Scorecard) -> dict[str, object]:
    """The scorecard as JSON takes it: points, parts, penalties, and the verdicts."""
    return {
        "scored": card.scored,
        "why": card.why,
        "points": card.points,
        "parts": [asdict(part) for part in card.parts],
        "penalties": [asdict(penalty) for penalty in card.penalties],
        "decisions": [asdict(decision) for decision in card.decisions],
        "alerts": [asdict(alert) for alert in card.alerts],
    }


def _lines(card: Scorecard) -> Iterator[str]:
    if not card.scored:
        # And not a word more: whoever was called away may want to play it again.
        yield from _row("Not scored: ", card.why)
        return
    yield f"Score {card.points} of 100"
    yield ""
    for part in card.parts:
        yield from _row(f"  {part.name:<11} {part.points:>5.1f} of {part.of:<4.1f}  ", part.sentence)
    for penalty in card.penalties:
        yield from _row(f"  {'taken off':<11} {-penalty.points:>5.1f}          ", penalty.sentence)
    if card.alerts:
        yield ""
        yield "Alerts (no points: a verdict on the alerting)"
        for alert in card.alerts:
            yield from _row(f"  {alert.outcome:<11} ", alert.sentence)


def _row(head: str, sentence: str) -> Iterator[str]:
    yield from (plain(row) for row in wrapped(sentence, COLUMNS, first=head, rest=" " * len(head)))

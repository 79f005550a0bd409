"""A drill as it was thought out, frozen: what happens when, what ends it, what would have been right, and how fast.

Times are seconds of the drill's clock, shares are fractions. A scenario is made by `lab.drills.load` from YAML.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from lab.checkout.nature import Cause

Decision = Literal["page", "ticket", "freeze", "lift", "roll-back", "ignore"]

DECISIONS: dict[Decision, str] = {
    "page": "wake the team: this is an incident",
    "ticket": "somebody looks at it in working hours",
    "freeze": "stop deploys: policy says freeze",
    "lift": "deploys may go out again: policy has left freeze",
    "roll-back": "take the last release back",
    "ignore": "nothing to do, and why is known",
}

HypothesisCause = Literal["cart", "payment", "inventory", "checkout", "metrics", "noise"]

HYPOTHESES: dict[HypothesisCause, str] = {
    "cart": "the cart service fails or is slow",
    "payment": "the card processor fails or is slow",
    "inventory": "the stock service fails or is slow",
    "checkout": "our own code: a release, a setting, too little capacity",
    "metrics": "the numbers are wrong, or are not there: buyers fare otherwise than the screen says",
    "noise": "nothing is broken: few requests, a planned test, or what is over already",
}


@dataclass(frozen=True, slots=True)
class Remedy:
    """Something a player can do to the shop. It takes `takes` seconds until it has an effect, if it has one."""

    word: str
    means: str
    takes: float


@dataclass(frozen=True, slots=True)
class Fault:
    """What goes wrong from `at` until `until`, or until a remedy of `ended_by` has worked.

    `failing` and `slow` are the shares of checkouts that fail by `cause` and that take longer than the latency
    objective, reached linearly from `from_failing` and `from_slow` over the fault's whole length. `stalls`: the stock
    is not refreshed. `unseen`: the failing checkouts reach no counter at all, so that only traffic looks lower.
    """

    name: str
    at: float
    until: float
    cause: Cause
    failing: float = 0.0
    from_failing: float | None = None
    slow: float = 0.0
    from_slow: float | None = None
    stalls: bool = False
    unseen: bool = False
    ended_by: tuple[str, ...] = ()

    @property
    def hurts(self) -> tuple[str, ...]:
        """The SLOs of which it makes events bad, the ones that buyers feel first."""
        found = []
        if self.failing > 0 and not self.unseen:
            found.append("checkout-availability")
        if self.slow > 0:
            found.append("checkout-latency")
        if self.failing > 0 and not self.unseen and self.cause != "checkout":
            found.append(f"{self.cause}-availability")
        if self.stalls:
            found.append("inventory-freshness")
        return tuple(found)


@dataclass(frozen=True, slots=True)
class Blindness:
    """From `at` until `until`, or until a remedy of `ended_by` has worked, nothing is measured. The shop goes on."""

    name: str
    at: float
    until: float
    ended_by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Message:
    """What somebody says at `at`: support, a colleague, a customer."""

    at: float
    sender: str
    text: str


@dataclass(frozen=True, slots=True)
class Deploy:
    """A release that goes out at `at`; what it breaks, if anything, is a fault of its own."""

    at: float
    version: str


@dataclass(frozen=True, slots=True)
class PastTrouble:
    """What spent budget before the drill began: `failing` of the checkouts by `cause`, `ago` seconds before its start,
    for `lasted` seconds; `slow` of them too slow."""

    ago: float
    lasted: float
    cause: Cause
    failing: float = 0.0
    slow: float = 0.0


@dataclass(frozen=True, slots=True)
class World:
    """The shop before anything happens. `starts` is UTC seconds, on a virtual clock; `rps` the week's mean rate of
    buyers; `past` is seconds of history; `troubles` are added to what the calendar has."""

    starts: float
    rps: float
    past: float
    seed: int = 0
    troubles: tuple[PastTrouble, ...] = ()


@dataclass(frozen=True, slots=True)
class ExpectedAlert:
    """An alert tier (`page_1h_5m`) of `slo` that is to fire by `by`."""

    slo: str
    tier: str
    by: float


@dataclass(frozen=True, slots=True)
class RightHypothesis:
    """What is wrong, for one of the faults: which SLOs show it, and its cause. Naming any of the SLOs is right."""

    slos: tuple[str, ...]
    cause: HypothesisCause


@dataclass(frozen=True, slots=True)
class RightDecision:
    """What policy asks for about `slo`, not before `after`: earlier nobody could know."""

    choice: Decision
    slo: str
    after: float = 0.0


@dataclass(frozen=True, slots=True)
class Par:
    """How fast a good on-call is, in seconds from the first fault (or, where nothing is wrong, from the first alert or
    message), and the share of the dearest budget that this costs. None: does not apply.

    With several faults each is measured from its own begin, and a decision from its `after` where that is later.
    """

    detect: float | None
    acknowledge: float | None
    hypothesis: float
    decision: float
    mitigate: float | None
    budget: float


@dataclass(frozen=True, slots=True)
class Hint:
    """Help that the facilitator can give, and the points it takes."""

    text: str
    cost: int


@dataclass(frozen=True, slots=True)
class Scenario:
    """One drill. `teaches` names the pattern, for facilitators: a player who reads it knows the answer.

    `lasts` is when it ends by itself. `speed` is the usual one on a virtual clock; `real_time`: the lab can play it
    in real time too. `slos` are the SLOs that the score counts budget of.
    """

    name: str
    title: str
    teaches: str
    objective: str
    brief: str
    roles: tuple[str, ...]
    lasts: float
    speed: float
    real_time: bool
    world: World
    faults: tuple[Fault, ...]
    blindness: tuple[Blindness, ...]
    messages: tuple[Message, ...]
    deploys: tuple[Deploy, ...]
    alerts: tuple[ExpectedAlert, ...]
    hypotheses: tuple[RightHypothesis, ...]
    decisions: tuple[RightDecision, ...]
    remedies: tuple[Remedy, ...]
    par: Par
    hints: tuple[Hint, ...]
    questions: tuple[str, ...]

    @property
    def began(self) -> float | None:
        """When the first thing went wrong, or None for a drill in which nothing does."""
        return min((*(fault.at for fault in self.faults), *(one.at for one in self.blindness)), default=None)

    def remedy(self, word: str) -> Remedy | None:
        """The remedy of that word, or None."""
        return next((one for one in self.remedies if one.word == word), None)

# ruff: noqa: N815  # field names are those of the document
"""A player on paper: what is done when, written down beforehand, so that a drill can be played without a terminal."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, model_validator

from lab.drills.scenario import DECISIONS, HYPOTHESES, Scenario
from lab.drills.tape import Event
from slotui.core.drill import Act
from slotui.duration import parse
from slotui.errors import SpecError, UsageError
from slotui.spec.findings import Findings, nearest
from slotui.spec.located import check, read_documents
from slotui.spec.schema import Metadata, Strict

Trigger = Literal["page", "ticket", "alert", "message", "deploy", "recovery"]

_CHOICE = {"hypothesis": ("cause",), "decision": ("choose",)}
"""Where in an act's fields its choice stands."""

_MOMENT = re.compile(r"(page|ticket|alert|message|deploy|recovery)(?: +([a-z0-9-]+))?(?: *\+ *(\S+))?")


@dataclass(frozen=True, slots=True)
class Moment:
    """`seconds` of the drill's clock, counted from the first `after` (of the SLO `slo`), or from the start."""

    seconds: float
    after: Trigger | None = None
    slo: str | None = None

    def at(self, events: Sequence[Event]) -> float | None:
        """When that is, by what has happened; None while it has not."""
        if self.after is None:
            return self.seconds
        first = next((event.at for event in events if self._begins(event)), None)
        return None if first is None else first + self.seconds

    def _begins(self, event: Event) -> bool:
        if self.slo is not None and event.slo != self.slo:
            return False
        match self.after:
            case "page" | "ticket":
                return event.kind == "alert" and event.choice.startswith(self.after)
            case "recovery":
                return event.kind == "recovered"
            case _:
                return event.kind == self.after

    def __str__(self) -> str:
        words = " ".join(word for word in (self.after, self.slo) if word)
        return f"{words} + {self.seconds:g}s" if words else f"{self.seconds:g}s"


@dataclass(frozen=True, slots=True)
class Answer:
    """An act, and when."""

    moment: Moment
    act: Act


def _moment(value: object) -> object:
    if not isinstance(value, str):
        raise ValueError("write it as 6m, or as page + 30s")  # noqa: TRY004 - pydantic collects ValueErrors
    found = _MOMENT.fullmatch(value.strip())
    try:
        if found is None:
            return Moment(0.0 if value.strip() == "0s" else float(parse(value)))
        after, slo, wait = found.groups()
        return Moment(float(parse(wait)) if wait else 0.0, after, slo)  # type: ignore[arg-type]
    except UsageError:
        raise ValueError("write it as 6m, as page + 30s, or as page checkout-latency + 1m") from None


class HypothesisShape(Strict):
    slo: str
    cause: str


class DecisionShape(Strict):
    slo: str
    choose: str


class AnswerShape(Strict):
    at: Annotated[Moment, BeforeValidator(_moment)]
    acknowledge: str | None = None
    hypothesis: HypothesisShape | None = None
    decision: DecisionShape | None = None
    mitigation: str | None = None
    communication: str | None = None
    done: Literal[True] | None = None

    @model_validator(mode="after")
    def one_act(self) -> Self:
        """An entry does one thing."""
        if len(self.model_fields_set) != 2:
            raise ValueError(
                "an answer is one act: acknowledge, hypothesis, decision, mitigation, communication or done"
            )
        return self

    def act(self) -> Act:
        """What it does."""
        if self.hypothesis is not None:
            return Act("hypothesis", self.hypothesis.slo, self.hypothesis.cause)
        if self.decision is not None:
            return Act("decision", self.decision.slo, self.decision.choose)
        if self.acknowledge is not None:
            return Act("acknowledge", self.acknowledge)
        if self.mitigation is not None:
            return Act("mitigation", choice=self.mitigation)
        if self.communication is not None:
            return Act("communication", text=self.communication)
        return Act("done")


class SpecShape(Strict):
    answers: list[AnswerShape]


class AnswersDocument(Strict):
    apiVersion: Literal["slotui/v1"]
    kind: Literal["DrillAnswers"]
    metadata: Metadata
    spec: SpecShape


def load_answers(path: Path, scenario: Scenario, slos: Collection[str]) -> tuple[Answer, ...]:
    """The answers of a file to a scenario. Raises `SpecError` with every problem, `UsageError` for a missing file."""
    if not path.is_file():
        raise UsageError(f"{path}: no such file", fix="name a file of kind DrillAnswers")
    documents = read_documents(path)
    if len(documents) != 1:
        raise UsageError(f"{path}: {len(documents)} documents", fix="answers are one document of kind DrillAnswers")
    document = documents[0]
    model, problems = check(document, AnswersDocument)
    if model is None:
        raise SpecError(problems)
    findings = Findings()
    known: dict[str, tuple[str, ...]] = {
        "hypothesis": tuple(HYPOTHESES),
        "decision": tuple(DECISIONS),
        "mitigation": tuple(one.word for one in scenario.remedies),
    }
    answers = []
    for index, shape in enumerate(model.spec.answers):
        act = shape.act()
        where: list[str | int] = ["spec", "answers", index, act.kind]
        if act.slo is not None and act.slo not in slos:
            inner = where if act.kind == "acknowledge" else [*where, "slo"]
            findings.wrong(document, inner, f"no SLO is named {act.slo!r}", nearest(act.slo, slos, _all(slos)))
        words = known.get(act.kind)
        if words is not None and act.choice not in words:
            inner = [*where, *_CHOICE.get(act.kind, ())]
            findings.wrong(document, inner, f"{act.choice!r} is no {act.kind}", nearest(act.choice, words, _all(words)))
        answers.append(Answer(shape.at, act))
    if findings.problems:
        raise SpecError(findings.problems)
    return tuple(answers)


def _all(words: Collection[str]) -> str:
    return f"there are {', '.join(words)}"


class AnswerSheet:
    """Answers that are given one after the other, each once."""

    def __init__(self, answers: Sequence[Answer]) -> None:
        self._open = list(answers)

    @property
    def unused(self) -> tuple[Answer, ...]:
        """Those whose moment has not come."""
        return tuple(self._open)

    def next(self, events: Sequence[Event]) -> tuple[float, Answer] | None:
        """The earliest answer whose moment is known by now; None while there is none."""
        known = [(at, answer) for answer in self._open if (at := answer.moment.at(events)) is not None]
        return min(known, key=lambda one: one[0], default=None)

    def take(self, answer: Answer) -> None:
        """It was given."""
        self._open.remove(answer)

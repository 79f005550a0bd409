"""One PromQL expression for many SLOs, so that a refresh costs the same number of requests however many there are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from slotui.source.prometheus.api import Series

_TAG = "slotui"


@dataclass(frozen=True, slots=True)
class Question:
    """An expression that gives at most one series, and the key under which its answer is wanted."""

    key: tuple[str, ...]
    expression: str


def joined(questions: Iterable[Question]) -> str:
    """One expression that asks everything; each answer carries its key in a label."""
    return " or ".join(
        f'label_replace({question.expression}, "{_TAG}", "{"|".join(question.key)}", "", "")' for question in questions
    )


def answers(series: Iterable[Series]) -> Mapping[tuple[str, ...], Series]:
    """The answers to a joined expression by their keys; what had no answer is missing."""
    return {tuple(found.labels[_TAG].split("|")): found for found in series if _TAG in found.labels}

"""One PromQL expression for many SLOs, so that a refresh costs the same number of requests however many there are.

A server that takes no long expressions (VictoriaMetrics: 16 KB) says so once, and gets as few as it allows.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from slotui.errors import SourceError
from slotui.source.prometheus.api import Api, Series

TAG = "slotui"
"""The label that carries a question's key through an answer."""
_TOO_LONG = re.compile(r"-search\.maxQueryLen=(\d+)")

Answers = Mapping[tuple[str, ...], Series]


@dataclass(frozen=True, slots=True)
class Question:
    """An expression that gives at most one series, and the key under which its answer is wanted."""

    key: tuple[str, ...]
    expression: str


async def ask(api: Api, questions: Iterable[Question], at: float) -> Answers:
    """The answers at an instant, by key; what had no answer is missing. Raises `SourceError`."""
    return await _ask(api, tuple(questions), lambda expression: api.query(expression, at))


async def ask_range(api: Api, questions: Iterable[Question], start: float, end: float, step: float) -> Answers:
    """The answers at every `step` seconds, by key. Raises `SourceError`."""
    return await _ask(api, tuple(questions), lambda expression: api.query_range(expression, start, end, step))


async def _ask(api: Api, questions: Sequence[Question], query: Callable[[str], Awaitable[list[Series]]]) -> Answers:
    try:
        return await _answers(joined(questions, api.longest), query)
    except SourceError as error:
        limit = _TOO_LONG.search(error.what)
        if limit is None or api.longest == int(limit[1]):
            raise
        api.longest = int(limit[1])
        return await _answers(joined(questions, api.longest), query)


async def _answers(expressions: Iterable[str], query: Callable[[str], Awaitable[list[Series]]]) -> Answers:
    return {
        tuple(series.labels[TAG].split("|")): series
        for expression in expressions
        for series in await query(expression)
        if TAG in series.labels
    }


def joined(questions: Iterable[Question], longest: float) -> list[str]:
    """Expressions that ask everything, of up to `longest` characters where a question allows it.

    Each answer carries its question's key in a label.

    >>> joined([Question(("a", "1"), "sum(x)"), Question(("b",), "y")], longest=60)
    ['label_replace(sum(x), "slotui", "a|1", "", "")', 'label_replace(y, "slotui", "b", "", "")']
    """
    parts: list[str] = []
    for question in questions:
        tagged = f'label_replace({question.expression}, "{TAG}", "{"|".join(question.key)}", "", "")'
        if parts and len(parts[-1]) + len(" or ") + len(tagged) <= longest:
            parts[-1] += f" or {tagged}"
        else:
            parts.append(tagged)
    return parts

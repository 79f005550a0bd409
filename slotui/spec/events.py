"""The bad and the eligible events in other tools' queries, where those are rates of plain counters."""

from __future__ import annotations

import promql_parser

from slotui.core.sli import EventSli, Selector
from slotui.spec.promql import UnsupportedQueryError, counter_of, parsed, unwrapped

_NO_RATIO = "a ratio that is not written as bad / total has no counts"
_COUNTING = ("rate", "increase")


def events_of(bad: str, total: str) -> EventSli:
    """The events that `bad` counts among those of `total`. Raises `UnsupportedQueryError`.

    `bad` may also be the total less the good ones, as a latency SLO writes it.

    >>> sli = events_of("sum(rate(seen[5m])) - sum(rate(fast[5m]))", "sum(rate(seen[5m]))")
    >>> str(sli.eligible), str(sli.good)
    ('seen', 'fast')
    """
    return _bad_among(parsed(bad), _counter(parsed(total)))


def good_events_of(good: str, total: str) -> EventSli:
    """The events that `good` counts among those of `total`. Raises `UnsupportedQueryError`."""
    return EventSli(_counter(parsed(total)), good=_counter(parsed(good)))


def events_of_error_ratio(ratio: str) -> EventSli:
    """The events in `BAD / TOTAL` or `1 - GOOD / TOTAL`. Raises `UnsupportedQueryError`.

    >>> str(events_of_error_ratio("(sum(rate(bad[5m]))) / (sum(rate(seen[5m])))").bad)
    'bad'
    """
    expression = unwrapped(parsed(ratio))
    if not isinstance(expression, promql_parser.BinaryExpr):
        raise UnsupportedQueryError(_NO_RATIO)
    if str(expression.op) == "-" and _is_number(expression.lhs, 1):
        good, total = _divided(unwrapped(expression.rhs))
        return EventSli(_counter(total), good=_counter(good))
    bad, total = _divided(expression)
    return _bad_among(bad, _counter(total))


def _divided(expression: promql_parser.Expr) -> tuple[promql_parser.Expr, promql_parser.Expr]:
    if not isinstance(expression, promql_parser.BinaryExpr) or str(expression.op) != "/":
        raise UnsupportedQueryError(_NO_RATIO)
    return expression.lhs, expression.rhs


def _bad_among(expression: promql_parser.Expr, total: Selector) -> EventSli:
    expression = unwrapped(expression)
    if isinstance(expression, promql_parser.BinaryExpr) and str(expression.op) == "-":
        if not _same(_counter(expression.lhs), total):
            raise UnsupportedQueryError("a difference that does not begin with the total")
        return EventSli(total, good=_counter(expression.rhs))
    return EventSli(total, bad=_counter(expression))


def _counter(expression: promql_parser.Expr) -> Selector:
    expression = unwrapped(expression)
    match expression:
        case promql_parser.BinaryExpr() if str(expression.op) == "or" and _is_nothing(expression.rhs):
            return _counter(expression.lhs)
        case promql_parser.BinaryExpr():
            raise UnsupportedQueryError(f"`{expression.op}` between two queries")
        case promql_parser.AggregateExpr() if expression.modifier is not None:
            raise UnsupportedQueryError(f"`{expression.modifier}`, which makes one budget for each group")
        case promql_parser.Call() if expression.func.name not in _COUNTING:
            raise UnsupportedQueryError(f"{expression.func.name}(), where rate() or increase() counts events")
        case _:
            return counter_of(expression)


def _is_nothing(expression: promql_parser.Expr) -> bool:
    """`vector(0)` or `0 * …`: what stands in where there was no bad event yet."""
    expression = unwrapped(expression)
    match expression:
        case promql_parser.Call() if expression.func.name == "vector":
            return _is_number(expression.args[0], 0)
        case promql_parser.BinaryExpr() if str(expression.op) == "*":
            return _is_number(expression.lhs, 0) or _is_number(expression.rhs, 0)
        case _:
            return False


def _is_number(expression: promql_parser.Expr, value: float) -> bool:
    expression = unwrapped(expression)
    return isinstance(expression, promql_parser.NumberLiteral) and expression.val == value


def _same(one: Selector, other: Selector) -> bool:
    return one.metric == other.metric and set(one.matchers) == set(other.matchers)

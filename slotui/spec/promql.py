"""What an SLI's PromQL counts, read with Prometheus' own grammar.

Counts come from plain counters, so that every source sees the same events: a selector, or a sum, rate or
increase of one. Anything else is refused by name rather than evaluated nearly right.
"""

from __future__ import annotations

import re

import promql_parser

from slotui.core.sli import Gauge, Joined, Matcher, Selector

_OPS = (  # MatchOp can be compared but not hashed
    (promql_parser.MatchOp.Equal, "="),
    (promql_parser.MatchOp.NotEqual, "!="),
    (promql_parser.MatchOp.Re, "=~"),
    (promql_parser.MatchOp.NotRe, "!~"),
)
_JOINED: dict[str, Joined] = {"max": "max", "min": "min", "sum": "sum", "avg": "avg"}
_WINDOW_TEMPLATE = re.compile(r"\{\{\s*\.[wW]indow\s*\}\}")
_STRING = re.compile(r'"(?:[^"\\]|\\.)*"|\'(?:[^\'\\]|\\.)*\'|`[^`]*`', re.DOTALL)
_LONGEST = 4000
"""Characters outside strings that are read; the parser runs out of stack, and ends the process, some way beyond."""


class UnsupportedQueryError(Exception):
    """A query outside the subset; the message says which part."""


def counter_selector(query: str) -> Selector:
    """The counter behind `m{…}`, `sum(m{…})`, `sum(rate(m{…}[w]))` or `sum(increase(m{…}[w]))`.

    `{{.window}}` may stand for the range. Raises `UnsupportedQueryError`.

    >>> str(counter_selector('sum(rate(http_requests_total{code=~"5.."}[{{.window}}]))'))
    'http_requests_total{code=~"5.."}'
    """
    return counter_of(parsed(query))


def counter_of(expression: promql_parser.Expr) -> Selector:
    """As `counter_selector`, of an expression that was read already."""
    if isinstance(expression, promql_parser.AggregateExpr):
        expression = _aggregated(expression, "sum")
    if isinstance(expression, promql_parser.Call):
        if expression.func.name not in ("rate", "increase"):
            raise UnsupportedQueryError(f"{expression.func.name}() of a counter")
        (argument,) = expression.args
        if not isinstance(argument, promql_parser.MatrixSelector):
            raise UnsupportedQueryError("a subquery")
        expression = argument.vector_selector
    return _selector(expression)


def gauge_of(query: str) -> Gauge | None:
    """The value that a query reads, where it can be read off a page of metrics as well; None where it takes PromQL.

    Those are `m{…}`, `max(m{…})` (or min, sum, avg), and `time() - m{…}` or `time() - max(m{…})`: an age.

    >>> gauge_of('time() - max(updated_seconds)').how, gauge_of('max(queue{team="a"})').how
    ('age', 'max')
    >>> gauge_of('rate(x[5m])')
    """
    try:
        expression = unwrapped(parsed(query))
        if isinstance(expression, promql_parser.BinaryExpr):
            return Gauge(_timestamp(expression), "age")
        if isinstance(expression, promql_parser.AggregateExpr):
            how = _JOINED.get(str(expression.op))
            if how is None or expression.modifier is not None:
                return None
            return Gauge(_selector(unwrapped(expression.expr)), how)
        return Gauge(_selector(expression))
    except UnsupportedQueryError:
        return None


def _timestamp(expression: promql_parser.BinaryExpr) -> Selector:
    now = expression.lhs
    if str(expression.op) != "-" or not isinstance(now, promql_parser.Call) or now.func.name != "time":
        raise UnsupportedQueryError("a difference that is not an age")
    stamps = expression.rhs
    if isinstance(stamps, promql_parser.AggregateExpr):
        stamps = _aggregated(stamps, "max")
    return _selector(stamps)


def parsed(query: str) -> promql_parser.Expr:
    """A query as an expression; `{{.window}}` may stand for a range. Raises `UnsupportedQueryError`."""
    if len(_STRING.sub("", query)) > _LONGEST:
        raise UnsupportedQueryError(f"more than {_LONGEST} characters of PromQL")
    try:
        return promql_parser.parse(_WINDOW_TEMPLATE.sub("5m", query))
    except ValueError as error:
        raise UnsupportedQueryError(f"not PromQL: {error}") from error


def _aggregated(expression: promql_parser.AggregateExpr, wanted: str) -> promql_parser.Expr:
    if str(expression.op) != wanted:
        raise UnsupportedQueryError(f"the aggregation {expression.op}")
    return unwrapped(expression.expr)


def unwrapped(expression: promql_parser.Expr) -> promql_parser.Expr:
    """The expression without the parentheses around it."""
    while isinstance(expression, promql_parser.ParenExpr):
        expression = expression.expr
    return expression


def _selector(expression: promql_parser.Expr) -> Selector:
    if not isinstance(expression, promql_parser.VectorSelector):
        raise UnsupportedQueryError(f"a {type(expression).__name__} where a plain selector can be counted")
    if expression.offset is not None or expression.at is not None:
        raise UnsupportedQueryError("an offset or @ modifier")
    if expression.matchers.or_matchers:
        raise UnsupportedQueryError("`or` between label matchers")
    if expression.name is None:
        raise UnsupportedQueryError("a selector without a metric name")
    return Selector(
        expression.name,
        tuple(Matcher(found.name, _operator(found.op), found.value) for found in expression.matchers.matchers),
    )


def _operator(op: promql_parser.MatchOp) -> str:
    return next(text for known, text in _OPS if known == op)

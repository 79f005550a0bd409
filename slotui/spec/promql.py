"""What an SLI's PromQL counts, read with Prometheus' own grammar.

Counts come from plain counters, so that every source sees the same events: a selector, or a sum, rate or
increase of one. Anything else is refused by name rather than evaluated nearly right.
"""

from __future__ import annotations

import re

import promql_parser

from slotui.core.slo import Matcher, Selector

_OPS = (  # MatchOp can be compared but not hashed
    (promql_parser.MatchOp.Equal, "="),
    (promql_parser.MatchOp.NotEqual, "!="),
    (promql_parser.MatchOp.Re, "=~"),
    (promql_parser.MatchOp.NotRe, "!~"),
)
_WINDOW_TEMPLATE = re.compile(r"\{\{\s*\.[wW]indow\s*\}\}")


class UnsupportedQueryError(Exception):
    """A query outside the subset; the message says which part."""


def counter_selector(query: str) -> Selector:
    """The counter behind `m{…}`, `sum(m{…})`, `sum(rate(m{…}[w]))` or `sum(increase(m{…}[w]))`.

    `{{.window}}` may stand for the range. Raises `UnsupportedQueryError`.

    >>> str(counter_selector('sum(rate(http_requests_total{code=~"5.."}[{{.window}}]))'))
    'http_requests_total{code=~"5.."}'
    """
    expression = _parse(query)
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


def timestamp_selector(query: str) -> Selector:
    """The gauge behind `time() - m{…}` or `time() - max(m{…})`: an age. Raises `UnsupportedQueryError`.

    >>> str(timestamp_selector('time() - max(inventory_updated_timestamp_seconds)'))
    'inventory_updated_timestamp_seconds'
    """
    expression = _parse(query)
    if not isinstance(expression, promql_parser.BinaryExpr) or str(expression.op) != "-":
        raise UnsupportedQueryError("a threshold that is not an age")
    if not isinstance(expression.lhs, promql_parser.Call) or expression.lhs.func.name != "time":
        raise UnsupportedQueryError("a threshold that is not an age")
    gauge = expression.rhs
    if isinstance(gauge, promql_parser.AggregateExpr):
        gauge = _aggregated(gauge, "max")
    return _selector(gauge)


def _parse(query: str) -> promql_parser.Expr:
    try:
        return promql_parser.parse(_WINDOW_TEMPLATE.sub("5m", query))
    except ValueError as error:
        raise UnsupportedQueryError(f"not PromQL: {error}") from error


def _aggregated(expression: promql_parser.AggregateExpr, wanted: str) -> promql_parser.Expr:
    if str(expression.op) != wanted:
        raise UnsupportedQueryError(f"the aggregation {expression.op}")
    return _unwrapped(expression.expr)


def _unwrapped(expression: promql_parser.Expr) -> promql_parser.Expr:
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

"""Other tools' queries as counts of events: read where they are counters, else refused by what they are."""

from __future__ import annotations

import pytest

from slotui.core.sli import EventSli
from slotui.spec.events import events_of, events_of_error_ratio, good_events_of
from slotui.spec.promql import UnsupportedQueryError

TOTAL = "sum(rate(all_total[5m]))"


def shown(sli: EventSli) -> tuple[str, str | None, str | None]:
    return str(sli.eligible), sli.good and str(sli.good), sli.bad and str(sli.bad)


@pytest.mark.parametrize(
    ("bad", "expected"),
    [
        pytest.param("sum(rate(bad_total[5m]))", ("all_total", None, "bad_total"), id="a counter of errors"),
        pytest.param("sum(rate(bad_total[{{ .window }}]))", ("all_total", None, "bad_total"), id="Sloth's template"),
        pytest.param("(sum(increase(bad_total[1h])))", ("all_total", None, "bad_total"), id="increase, in brackets"),
        pytest.param("sum(rate(bad_total[5m])) or vector(0)", ("all_total", None, "bad_total"), id="else zero"),
        pytest.param("sum(rate(b[5m])) OR on() vector(0)", ("all_total", None, "b"), id="else zero, as on nothing"),
        pytest.param("sum(rate(b[5m])) or 0 * sum(rate(a[5m]))", ("all_total", None, "b"), id="else zero times a series"),
        pytest.param("(sum(rate(all_total[5m])) - sum(rate(fast[5m])))", ("all_total", "fast", None), id="all but the fast"),
    ],
)  # fmt: skip
def test_events_that_can_be_counted(bad: str, expected: tuple[str, ...]) -> None:
    assert shown(events_of(bad, TOTAL)) == expected


def test_the_total_of_a_difference_may_order_its_labels_as_it_likes() -> None:
    sli = events_of('sum(rate(a{x="1",y="2"}[5m])) - sum(rate(b[5m]))', 'sum(rate(a{y="2",x="1"}[5m]))')
    assert shown(sli) == ('a{y="2",x="1"}', "b", None)


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        ("sum(rate(a[5m])) - sum(rate(b[5m]))", "a difference that does not begin with the total"),
        ("sum(rate(a[5m])) + sum(rate(b[5m]))", r"`\+` between two queries"),
        ("sum(rate(a[5m])) or sum(rate(b[5m]))", "`or` between two queries"),
        ("sum(rate(a[5m])) or vector(1)", "`or` between two queries"),
        ("sum by (code) (rate(a[5m]))", r"`by \(code\)`, which makes one budget for each group"),
        ("sum(rate(a[5m])) without (pod)", r"`without \(pod\)`"),
        ("avg(rate(a[5m]))", "the aggregation avg"),
        ("sum_over_time(a[5m])", r"sum_over_time\(\), where"),
        ("histogram_quantile(0.9, a)", r"histogram_quantile\(\), where"),
        ("sum(rate(a[5m] offset 1h))", "an offset"),
        ("0.5", "a NumberLiteral"),
        ("sum(rate(a[5m])", "not PromQL"),
        pytest.param(
            "(" * 9000 + "a" + ")" * 9000, "more than 4000 characters", id="what would exhaust the parser's stack"
        ),
    ],
)
def test_what_cannot_be_counted_is_named(bad: str, reason: str) -> None:
    with pytest.raises(UnsupportedQueryError, match=reason):
        events_of(bad, TOTAL)


@pytest.mark.parametrize(
    ("ratio", "expected"),
    [
        (f"(sum(rate(bad[5m])))\n/\n({TOTAL})", ("all_total", None, "bad")),
        (f"1 - (sum(rate(good[5m])) / {TOTAL})", ("all_total", "good", None)),
        (f"({TOTAL} - sum(rate(good[5m]))) / {TOTAL}", ("all_total", "good", None)),
    ],
)
def test_an_error_ratio_is_divided_into_its_counts(ratio: str, expected: tuple[str, ...]) -> None:
    assert shown(events_of_error_ratio(ratio)) == expected


@pytest.mark.parametrize("ratio", ["errors:ratio5m", "2 - a / b", "a * b", "1 - a", "sum(rate(a[5m])) / vector(1)"])
def test_a_ratio_without_counts(ratio: str) -> None:
    with pytest.raises(UnsupportedQueryError):
        events_of_error_ratio(ratio)


def test_good_events() -> None:
    assert shown(good_events_of("sum(rate(good[5m]))", TOTAL)) == ("all_total", "good", None)

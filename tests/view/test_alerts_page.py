"""Every alert tier in its order, in its columns, and in sentences."""

from __future__ import annotations

from dataclasses import replace

import pytest

from slotui.core.alerts import AlertStatus, derive_tiers
from slotui.duration import DAY
from slotui.view.alerts_page import ranked, row, summary, told
from slotui.view.ink import plain, width
from slotui.view.words import ASCII

PAGE, SLOW, LEAK, DRIP = derive_tiers(30 * DAY)


def _with(slo, *statuses):
    return replace(slo, alerts=statuses)


def test_what_fires_comes_first_pages_before_tickets_then_recovering_and_increasing(board):
    slo = board.find("availability")
    quiet = _with(
        slo,
        AlertStatus(PAGE, 20.0, 1.0),  # recovering
        AlertStatus(SLOW, 1.0, 1.0),
        AlertStatus(LEAK, 1.0, 9.0),  # increasing
        AlertStatus(DRIP, 5.0, 5.0, since=board.at - 60),
    )
    loud = _with(slo, AlertStatus(SLOW, 9.0, 9.0), AlertStatus(LEAK, None, None))
    order = [(each.status.tier.key, each.status.state.value) for each in ranked([quiet, loud])]
    assert order == [
        ("page_6h_30m", "critical"),
        ("ticket_3d_6h", "critical"),
        ("page_1h_5m", "recovering"),
        ("ticket_1d_2h", "increasing"),
        ("page_6h_30m", "ok"),
        ("ticket_1d_2h", "ok"),
    ]


@pytest.mark.parametrize(
    ("statuses", "was", "sentence"),
    [
        pytest.param([(20.0, 20.0)], False, " 1 page fires, of 1 tier", id="one page"),
        pytest.param([(20.0, 20.0), (20.0, 20.0)], False, " 2 pages fire, of 2 tiers", id="two pages"),
        pytest.param([(20.0, 20.0)], True, " 1 page fired, of 1 tier", id="a page that is no longer known of"),
        pytest.param([(1.0, 1.0)], False, " no alert fires, of 1 tier", id="none"),
        pytest.param([(20.0, 1.0)], False, " no alert fires, of 1 tier; 1 recovering", id="none, one recovering"),
        pytest.param([(None, None)], False, " no alert fires, of 1 tier", id="no traffic is no alert"),
    ],
)
def test_one_sentence_counts_what_fires(board, statuses, was, sentence):
    slo = _with(board.slos[0], *(AlertStatus(PAGE, long, short) for long, short in statuses))
    assert plain(summary(ranked([slo]), 80, was=was)) == sentence


def test_without_any_tier_the_sentence_says_where_to_look():
    assert "slotui watch --slos PATH" in plain(summary([], 80))


@pytest.mark.parametrize("columns", [58, 79, 99, 119, 139])
@pytest.mark.parametrize("name", ["availability", "quiet", "missing"])
def test_every_row_has_exactly_the_width_and_shows_its_state(board, columns, name):
    slo = board.find(name)
    for status in slo.alerts:
        drawn = row(slo, status, board.at, columns, was=False)
        assert width(drawn) == columns
        if columns >= 79:
            assert "…" not in plain(drawn)
    assert plain(row(slo, slo.alerts[0], board.at, columns, glyphs=ASCII)).replace("…", "").isascii()


def test_a_firing_tier_says_how_long_after_the_last_bad_event_it_clears(board):
    slo = board.find("availability")
    status = AlertStatus(PAGE, 20.0, 28.8, since=board.at - 90)
    text = " ".join(plain(each).strip() for each in told(slo, status, board.at, 200, 9))
    # Half of the short window's burn must go: half of five minutes without a bad event.
    assert "It clears 2m30s after the last bad event: 5m must fall to 14.4x" in text
    assert "Firing since 14:01:01 UTC (1m30s)" in text
    assert "more than 1.44% bad; 2.0% of the budget is gone by then" in text


@pytest.mark.parametrize(
    ("long", "short", "words"),
    [
        pytest.param(20.0, 1.0, "Recovering: 5m is below 14.4x again, 1h not yet", id="recovering"),
        pytest.param(2.0, 20.0, "Increasing: 5m is above 14.4x, 1h is at 2.0x", id="increasing"),
        pytest.param(2.0, 2.0, "Quiet: neither 1h nor 5m is above 14.4x", id="quiet"),
        pytest.param(None, None, "No event in its windows: it cannot fire", id="no traffic"),
    ],
)
def test_what_does_not_fire_says_what_it_would_take(board, long, short, words):
    slo = board.find("availability")
    assert words in " ".join(
        plain(each).strip() for each in told(slo, AlertStatus(PAGE, long, short), board.at, 200, 9)
    )

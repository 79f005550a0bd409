"""Since when an alert has fired, as a reading knows it from its record alone."""

from __future__ import annotations

import pytest

from slotui.core.reading import read_timeline
from slotui.core.sli import EventSli, Selector
from slotui.core.slo import Slo
from slotui.core.timeline import Span, Timeline
from slotui.duration import DAY, HOUR, MINUTE

SLO = Slo("shop", "shop", 0.999, 30 * DAY, EventSli(Selector("all_total"), Selector("good_total")))
NOW = 40.0 * DAY


def record(*bad: tuple[float, float, float]) -> Timeline:
    """Thirty days in steps of a minute; inside `(seconds ago from, to, share)` that share of them is bad."""
    spans = []
    for minute in range(30 * 24 * 60, 0, -1):
        ago = (minute - 1) * MINUTE
        share = next((share for begins, ends, share in bad if ends <= ago < begins), 0.0)
        spans.append(Span(NOW - ago - MINUTE, NOW - ago, 600, 600 * share, MINUTE))
    return Timeline(spans)


def since(line: Timeline, tier: str) -> float | None:
    began = read_timeline(SLO, line, NOW).firing_since.get(tier)
    return None if began is None else NOW - began


def test_to_the_second() -> None:
    # Everything fails for ten minutes: an hour holds more than 1.44 % of errors after 51.84 s (SRE Workbook, ch. 5).
    assert since(record((10 * MINUTE, 0, 1.0)), "page_1h_5m") == pytest.approx(600 - 51.84, abs=1)
    assert since(record(), "page_1h_5m") is None


def test_a_pause_begins_it_anew() -> None:
    # An hour of 10 %, then ten clean minutes: the five minutes of the page fell silent in between.
    line = record((3 * HOUR, 2 * HOUR, 0.1), (110 * MINUTE, 0, 0.1))
    began = since(line, "page_1h_5m")
    assert began is not None
    assert 100 * MINUTE < began < 110 * MINUTE


def test_it_looks_no_further_back_than_two_long_windows() -> None:
    line = record((20 * DAY, 0, 0.1))
    assert since(line, "page_1h_5m") == pytest.approx(2 * HOUR, abs=MINUTE)
    assert since(line, "ticket_3d_6h") == pytest.approx(6 * DAY, abs=6 * MINUTE)


def test_one_that_fired_for_days_is_found_in_few_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    line, looks = record((20 * DAY, 0, 0.1)), []
    exceeds = Timeline.exceeds

    def counted(self: Timeline, *asked: object) -> bool:
        looks.append(asked)
        return exceeds(self, *asked)  # type: ignore[arg-type]

    monkeypatch.setattr(Timeline, "exceeds", counted)
    read_timeline(SLO, line, NOW)
    assert len(looks) < 4000

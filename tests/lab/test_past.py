"""Both writers: what the embedded store and a real Prometheus hold afterwards is the history, to the event."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from lab.checkout.nature import CAUSES
from lab.history import make_history
from lab.past import TOO_OLD, continue_or_make, fill_store
from lab.prometheus import write_blocks
from lab.series import all_series, causes_of, spans_of
from lab.shape import demand, mean_for
from slotui.core.counting import BAD, BAD_BY_CAUSE, ELIGIBLE
from slotui.core.sli import EventSli
from slotui.core.slo import Slo
from slotui.duration import DAY, HOUR
from slotui.errors import LabError
from slotui.source.scrape.store import CountStore, sli_key

NOW = 1_790_000_100.0


def test_the_store_holds_the_history_to_the_event(tmp_path: Path, slos: dict[str, Slo]) -> None:
    history = make_history(NOW, DAY, 20, seed=1)
    fill_store(history, tuple(slos.values()), tmp_path / "counts.sqlite")
    with closing(CountStore(tmp_path / "counts.sqlite")) as store:
        for slo in slos.values():
            assert store.spans(sli_key(slo)) == spans_of(slo, history, all_series(history))
        causes = store.causes(slos["checkout-availability"])
    happened = {cause: sum(minute.failures(cause) for minute in history.minutes) for cause in CAUSES}
    assert {cause: sum(span.bad for span in line) for cause, line in causes.items()} == happened


@pytest.fixture
def made(tmp_path: Path, slos: dict[str, Slo]) -> Callable[..., float]:
    """`continue_or_make` on one store; returns the mean rate."""

    def make(now: float = NOW, *, rps: float | None = None, fresh: bool = False) -> float:
        return continue_or_make(
            tmp_path / "counts.sqlite", tuple(slos.values()), now=now, length=6 * HOUR, rps=rps, seed=1, fresh=fresh,
            say=said.append,
        )  # fmt: skip

    said: list[str] = []
    make.said = said  # type: ignore[attr-defined]
    return make


def test_a_second_start_keeps_the_past_and_its_rate(tmp_path: Path, made: Callable[..., float]) -> None:
    first = made(rps=80)
    before = (tmp_path / "counts.sqlite").read_bytes()
    # Half a day later the curve is elsewhere; the mean that the past was made with goes on.
    assert made(NOW + 12 * HOUR) == first == mean_for(80, NOW)
    assert (tmp_path / "counts.sqlite").read_bytes() == before
    assert len(made.said) == 1  # type: ignore[attr-defined]


def test_a_rate_asked_for_at_a_second_start_holds_from_then_on(made: Callable[..., float]) -> None:
    made(rps=80)
    assert made(NOW + HOUR, rps=10) * demand(NOW + HOUR) == pytest.approx(10)


def test_a_lab_that_nobody_ran_for_a_month_starts_anew(made: Callable[..., float]) -> None:
    made()
    made(NOW + TOO_OLD + HOUR)
    assert len(made.said) == 2  # type: ignore[attr-defined]


def test_fresh_starts_anew(tmp_path: Path, made: Callable[..., float]) -> None:
    made()
    made(NOW + HOUR, fresh=True)
    with closing(CountStore(tmp_path / "counts.sqlite")) as store:
        assert store.last_end() == (NOW + HOUR) // 60 * 60


def test_a_fill_that_was_interrupted_leaves_no_half_past(tmp_path: Path, slos: dict[str, Slo]) -> None:
    history = make_history(NOW, HOUR, 20)
    broken = (*slos.values(), None)
    with pytest.raises(AttributeError):
        fill_store(history, broken, tmp_path / "counts.sqlite")  # type: ignore[arg-type]
    assert not (tmp_path / "counts.sqlite").exists()
    fill_store(history, tuple(slos.values()), tmp_path / "counts.sqlite")


def test_without_promtool_the_sentence_says_what_to_type(
    tmp_path: Path, slos: dict[str, Slo], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(LabError, match=r"apt-get install prometheus") as raised:
        write_blocks(make_history(NOW, HOUR, 20), tuple(slos.values()), tmp_path / "data")
    assert "--backend embedded" in str(raised.value)


@pytest.mark.prometheus
@pytest.mark.slow
def test_a_real_prometheus_counts_what_the_history_says(
    tmp_path: Path, slos: dict[str, Slo], start_prometheus: Callable[[Path], str]
) -> None:
    history = make_history(NOW, DAY, 20, seed=1)
    series = all_series(history)
    write_blocks(history, tuple(slos.values()), tmp_path / "data")
    url = start_prometheus(tmp_path / "data")

    def ask(query: str, at: float = history.end) -> float:
        answer = httpx.get(f"{url}/api/v1/query", params={"query": query, "time": at}, trust_env=False).json()
        return float(answer["data"]["result"][0]["value"][1])

    for slo in slos.values():
        spans = spans_of(slo, history, series)
        # The last whole step; a range of 20 h, so that the database's own edge plays no part.
        at = history.end // 300 * 300
        inside = [span for span in spans if at - 20 * HOUR < span.end <= at]
        for name, expected in ((ELIGIBLE, sum(s.eligible for s in inside)), (BAD, sum(s.bad for s in inside))):
            assert ask(f'sum_over_time({name}{{slo="{slo.name}"}}[{20 * HOUR - 1}s])', at) == expected
        for cause, line in causes_of(slo, history, series).items():
            blamed = f'sum_over_time({BAD_BY_CAUSE}{{slo="{slo.name}",cause="{cause}"}}[{20 * HOUR - 1}s])'
            assert ask(blamed, at) == sum(span.bad for span in line if at - 20 * HOUR < span.end <= at)
        if isinstance(slo.sli, EventSli):
            eligible = f"sum({slo.sli.eligible})"
            first, last = spans[0].start, spans[-1].end
            assert ask(eligible, last) - ask(eligible, first) == sum(span.eligible for span in spans)
            good = f"sum({slo.sli.good})"
            assert ask(good, last) == sum(span.eligible - span.bad for span in spans)

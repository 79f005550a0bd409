"""The count file: histories, tidying, and what may be wrong with a disk."""

from __future__ import annotations

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from slotui.core.sli import EventSli, Selector
from slotui.core.slo import Slo
from slotui.core.timeline import Span, Timeline
from slotui.duration import DAY, HOUR
from slotui.errors import StoreError
from slotui.source.scrape.increments import Memory, Slice
from slotui.source.scrape.store import CountStore, cause_key, sli_key

SLO = Slo("shop", "shop", 0.999, 30 * DAY, EventSli(Selector("a"), Selector("b")))
NOW = 100 * DAY + 17.5


@pytest.fixture
def store(tmp_path: Path) -> CountStore:
    return CountStore(tmp_path / "counts.sqlite")


def test_what_is_remembered_comes_back(store: CountStore) -> None:
    memory = Memory(12.5, 3.0, {"a": 4.0}, {"x": Slice(60, 2, 1)})
    store.remember(memory, {"x": Span(0, 12.5, 5, 1, 12.5)}, (), {"shop": "why"})
    assert store.memory() == memory
    assert store.spans("x") == [Span(0, 12.5, 5, 1, 12.5)]
    assert store.missing() == {"shop": "why"}
    store.remember_problem("refused")
    assert store.problem() == "refused"


def test_one_that_was_opened_in_another_thread_can_be_read(tmp_path: Path) -> None:
    # A screen is drawn while its source is opened beside it.
    with ThreadPoolExecutor(1) as beside:
        opened = beside.submit(CountStore, tmp_path / "counts.sqlite").result()
    opened.remember(Memory(12.5), {}, (), {})
    assert opened.memory() == Memory(12.5)


def test_tidying_merges_old_spans_to_minutes_and_keeps_every_count(store: CountStore) -> None:
    key = sli_key(SLO)
    spans = [Span(NOW - 8 * HOUR + 5 * i, NOW - 8 * HOUR + 5 * (i + 1), 10, i % 3, 5) for i in range(8 * 720)]
    store.load_history(SLO, spans)
    before = Timeline(store.spans(key))
    store.tidy(NOW, keep=38 * DAY)
    after = Timeline(store.spans(key))
    assert len(after) == pytest.approx(2 * 60 + 6 * 720, abs=15)
    assert after.until(NOW) == before.until(NOW)
    store.tidy(NOW, keep=HOUR)
    assert store.spans(key)[0].end >= NOW - HOUR


BLAMING = replace(SLO, sli=EventSli(Selector("a"), Selector("b"), cause="cause"))


def test_causes_are_kept_beside_their_slo_and_tidied_with_it(store: CountStore) -> None:
    old, new = Span(NOW - 8 * HOUR, NOW - 8 * HOUR + 5, 2, 2, 5), Span(NOW - 5, NOW, 1, 1, 5)
    spans = {"payment": [old, old._replace(start=old.end, end=old.end + 5), new], "": [new]}
    store.load_history(BLAMING, [Span(NOW - 5, NOW, 100, 2, 5)], spans)
    store.remember(Memory(NOW), {cause_key(BLAMING, "stock=0"): new}, (), {})
    store.tidy(NOW, keep=38 * DAY)
    found = store.causes(BLAMING)
    assert {cause: sum(span.bad for span in line) for cause, line in found.items()} == {
        "": 1,
        "payment": 5,
        "stock=0": 1,
    }
    assert len(found["payment"]) == 2
    assert store.causes(BLAMING, after=NOW - HOUR)["payment"] == [new]
    assert store.spans(sli_key(BLAMING)) == [Span(NOW - 5, NOW, 100, 2, 5)]
    store.tidy(NOW, keep=HOUR)
    assert store.causes(BLAMING)["payment"] == [new]


def test_a_cause_label_keeps_the_history_and_another_label_begins_its_own(store: CountStore) -> None:
    assert sli_key(BLAMING) == sli_key(SLO)
    store.load_history(BLAMING, [], {"payment": [Span(0, 5, 1, 1, 5)]})
    assert store.causes(replace(BLAMING, sli=EventSli(Selector("a"), Selector("b"), cause="blame"))) == {}


def test_where_a_history_meets_live_counts_nothing_overlaps(store: CountStore) -> None:
    store.load_history(SLO, [Span(0, 60, 10, 0, 60), Span(60, 120, 10, 0, 60)])
    store.load_history(SLO, [Span(100, 160, 10, 1, 60)])
    assert Timeline(store.spans(sli_key(SLO))).last == 160


def test_a_new_target_keeps_the_counts_a_new_predicate_does_not() -> None:
    stricter = Slo("shop", "shop", 0.9999, 7 * DAY, SLO.sli)
    other = Slo("shop", "shop", 0.999, 30 * DAY, EventSli(Selector("a"), Selector("c")))
    assert sli_key(stricter) == sli_key(SLO) != sli_key(other)


def test_a_full_disk_is_a_sentence_and_loses_nothing(store: CountStore) -> None:
    store.remember(Memory(1.0), {"x": Span(0, 1, 1, 0, 1)}, (), {})
    pages = store._db.execute("PRAGMA page_count").fetchone()[0]
    store._db.execute(f"PRAGMA max_page_count = {pages}")
    big = {f"series {i}": float(i) for i in range(20_000)}
    with pytest.raises(StoreError, match=r"full\n  free some space"):
        store.remember(Memory(2.0, None, big), {"x": Span(1, 2, 1, 1, 1)}, (), {})
    assert store.memory().at == 1.0
    assert store.spans("x") == [Span(0, 1, 1, 0, 1)]


def test_a_store_that_another_holds_too_long_is_a_sentence(store: CountStore) -> None:
    other = sqlite3.connect(store.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    store._db.execute("PRAGMA busy_timeout = 20")
    with pytest.raises(StoreError, match="locked"):
        store.remember(Memory(1.0), {}, (), {})
    other.close()


def test_a_folder_one_may_not_write_to(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="name a folder you may write to"):
        CountStore(tmp_path / "file" / "counts.sqlite")

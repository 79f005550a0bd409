"""What every store promises, held against a real file and a real Redis; and what an objective makes of it."""

from __future__ import annotations

import logging
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from slotui import Objective, RedisStore, SqliteStore
from slotui.duration import DAY
from slotui.errors import StoreError, UsageError
from slotui.inprocess.store import Batch, Bucket, Store

HOUR_START = 1_699_999_200  # a whole hour
SPAN = {"since": HOUR_START, "until": HOUR_START + 7200, "oldest": HOUR_START - DAY}


@pytest.fixture(params=["sqlite", pytest.param("redis", marks=pytest.mark.slow)])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return str(request.getfixturevalue("redis_url") if request.param == "redis" else tmp_path / "counts.sqlite")


def open_store(address: str) -> Store:
    return RedisStore(address) if address.startswith("redis:") else SqliteStore(address)


@pytest.fixture
def store(address: str) -> Store:
    return open_store(address)


@pytest.fixture
def objective(clock: Any) -> Iterator[Callable[..., Objective]]:
    """Makes objectives that exchange when the test says so; each is closed at the end."""
    made: list[Objective] = []

    def make(store: Store, **options: Any) -> Objective:
        options = {"target": 0.99, "window": "7d", "exchange_every": "1h", "clock": clock} | options
        made.append(Objective("checkout", store=store, **options))
        return made[-1]

    yield make
    for one in made:
        if one._shared and not one._shared._closing.is_set():
            one.close()


def test_batches_of_several_writers_add_up(store: Store) -> None:
    store.exchange("checkout", Batch("a", 1, {HOUR_START: (10, 1), HOUR_START + 30: (5, 0)}), **SPAN)
    found = store.exchange("checkout", Batch("b", 1, {HOUR_START + 30: (7, 2)}), **SPAN)
    assert sorted(found) == [Bucket(HOUR_START, 10, 1), Bucket(HOUR_START + 30, 12, 2)]
    assert list(store.exchange("search", Batch("a", 1, {}), **SPAN)) == [], "objectives are apart"


def test_a_batch_that_is_handed_in_again_counts_once(store: Store) -> None:
    batch = Batch("a", 1, {HOUR_START: (10, 1)})
    store.exchange("checkout", batch, **SPAN)
    store.exchange("checkout", batch, **SPAN)
    assert list(store.exchange("checkout", Batch("a", 2, {HOUR_START: (1, 0)}), **SPAN)) == [Bucket(HOUR_START, 11, 1)]


def test_only_what_is_asked_for_is_answered(store: Store) -> None:
    counts = {HOUR_START + minute * 60: (1, 0) for minute in range(180)}
    store.exchange("checkout", Batch("a", 1, counts), **SPAN)
    span = SPAN | {"since": HOUR_START + 1800, "until": HOUR_START + 5400}
    starts = [bucket.start for bucket in store.exchange("checkout", Batch("a", 2, {}), **span)]
    assert (min(starts), max(starts), len(starts)) == (HOUR_START + 1800, HOUR_START + 5340, 60)


def test_a_restarted_service_goes_on_where_it_was(
    address: str, objective: Callable[..., Objective], clock: Any
) -> None:
    first = objective(open_store(address))
    first.record_many(good=990, bad=10)
    clock.at += DAY
    first.record_many(good=1000)
    first.close()
    clock.at += DAY
    snapshot = objective(open_store(address)).snapshot()
    assert (snapshot.eligible, snapshot.bad) == (2000, 10)
    assert snapshot.coverage == pytest.approx(2 / 7, abs=0.001)
    assert snapshot.burn["1d"] == 0.0


def test_two_processes_see_what_both_counted(address: str, objective: Callable[..., Objective], clock: Any) -> None:
    one, two = objective(open_store(address)), objective(open_store(address))
    one.record_many(good=10, bad=1)
    two.record_many(good=20, bad=2)
    one.flush()
    one.record(good=True)  # not handed over yet, and not lost when the store's answer comes in
    two.flush()
    one.flush()
    two.flush()
    for each in (one, two):
        assert (each.snapshot().eligible, each.snapshot().bad) == (34, 3)


def test_buckets_of_another_resolution_are_counted_whole(
    address: str, objective: Callable[..., Objective], clock: Any
) -> None:
    fine = objective(open_store(address), resolution="1s")
    for _ in range(90):
        clock.at += 1
        fine.record(good=True)
    fine.flush()
    assert objective(open_store(address), resolution="30s").snapshot().eligible == 90


def test_counts_of_a_clock_that_is_ahead_wait_for_their_time(
    address: str, objective: Callable[..., Objective], clock: Any
) -> None:
    ahead = objective(open_store(address), clock=lambda: clock.at + 600)
    ahead.record_many(good=5)
    ahead.flush()
    here = objective(open_store(address))
    assert here.snapshot().eligible == 0
    clock.at += 600
    here.flush()
    assert here.snapshot().eligible == 5


class Unsteady:
    """A store in front of another: it fails before or after the batch arrived, as told."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.fails: str | None = None

    def exchange(self, objective: str, batch: Batch, **span: int) -> Any:
        if self.fails == "before":
            raise StoreError("gone")
        found = self.store.exchange(objective, batch, **span)
        if self.fails == "after":
            raise StoreError("gone, and who knows whether it arrived")
        return found


def test_what_is_recorded_while_the_store_answers_is_kept(store: Store, objective: Callable[..., Objective]) -> None:
    class Slow(Unsteady):
        def exchange(self, objective: str, batch: Batch, **span: int) -> Any:
            found = super().exchange(objective, batch, **span)
            if batch.counts:
                one.record_many(good=2, bad=1)
            return found

    slow = Slow(store)
    one = objective(slow)
    one.record_many(good=3)
    one.flush()
    assert (one.snapshot().eligible, one.snapshot().bad) == (6, 1)


@pytest.mark.parametrize("fails", ["before", "after"])
def test_a_store_that_was_away_gets_everything_once(
    fails: str, store: Store, objective: Callable[..., Objective], clock: Any
) -> None:
    unsteady = Unsteady(store)
    one = objective(unsteady)
    one.record_many(good=3, bad=1)
    unsteady.fails = fails
    for _ in range(3):
        with pytest.raises(StoreError, match="gone"):
            one.flush()
        clock.at += 45
        one.record_many(good=1)
    assert (one.snapshot().eligible, one.snapshot().bad) == (7, 1)
    unsteady.fails = None
    one.flush()
    other = objective(store)
    for each in (one, other):
        assert (each.snapshot().eligible, each.snapshot().bad) == (7, 1)


def test_counts_that_come_hours_late_are_found_by_who_runs_already(
    store: Store, objective: Callable[..., Objective], clock: Any
) -> None:
    unsteady = Unsteady(store)
    late, here = objective(unsteady), objective(store)
    unsteady.fails = "before"
    late.record_many(good=5, bad=5)
    clock.at += 3 * 3600
    here.flush()
    unsteady.fails = None
    late.flush()
    clock.at += 3600
    here.flush()
    assert here.snapshot().bad == 5


def test_a_thread_hands_over_by_itself_and_says_when_it_cannot(
    store: Store, objective: Callable[..., Objective], caplog: pytest.LogCaptureFixture
) -> None:
    unsteady = Unsteady(store)
    one = objective(unsteady, exchange_every="20ms")
    one.record_many(good=5)
    wait_for(lambda: sum(b.eligible for b in read(store)) == 5)
    unsteady.fails = "before"
    with caplog.at_level(logging.WARNING, "slotui"):
        wait_for(lambda: one.snapshot().problem == "gone")
        one.record_many(good=5)
    assert [record.getMessage() for record in caplog.records] == ["counts of checkout wait in memory: gone"]
    unsteady.fails = None
    wait_for(lambda: one.snapshot().problem is None and sum(b.eligible for b in read(store)) == 10)


def read(store: Store) -> Any:
    span = {"since": HOUR_START - DAY, "until": HOUR_START + DAY, "oldest": HOUR_START - 9 * DAY}
    return store.exchange("checkout", Batch("reader", 1, {}), **span)


def wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.005)


COUNTING = """
import sys
from slotui import Objective, RedisStore, SqliteStore
address = sys.argv[1]
store = RedisStore(address) if address.startswith("redis:") else SqliteStore(address)
checkout = Objective("checkout", target=0.99, store=store, exchange_every="10ms")
"""
ENDLESS = """
recorded = 0
while True:
    for _ in range(500):
        checkout.record(good=False)
    recorded += 500
    checkout.flush()
    print(recorded, flush=True)
"""


def start(script: str, address: str) -> subprocess.Popen[str]:
    return subprocess.Popen([sys.executable, "-c", COUNTING + script, address], stdout=subprocess.PIPE, text=True)


@pytest.mark.slow
def test_kill_nine_loses_nothing_that_was_flushed_and_doubles_nothing(address: str) -> None:
    flushed = 0
    for _ in range(3):
        process = start(ENDLESS, address)
        assert process.stdout is not None
        for _ in range(4):
            process.stdout.readline()
        process.kill()
        said = process.stdout.read().split()
        assert process.wait(20) == -signal.SIGKILL
        process.stdout.close()
        least = flushed + (int(said[-1]) if said else 2000)
        one = Objective("checkout", target=0.99, store=open_store(address))
        one.close()
        found = one.snapshot().bad
        # What was recorded after the last flush that was told of: one round at most, whole or in part.
        assert least <= found <= least + 500 * 2
        flushed = found


@pytest.mark.slow
def test_processes_that_count_at_once_add_up_and_flush_at_their_end(address: str) -> None:
    script = "for n in range(20000): checkout.record(good=n % 4 > 0)\n"  # no flush, no close
    processes = [start(script, address) for _ in range(4)]
    for process in processes:
        assert process.wait(60) == 0
        assert process.stdout is not None
        process.stdout.close()
    one = Objective("checkout", target=0.99, store=open_store(address))
    one.close()
    assert (one.snapshot().eligible, one.snapshot().bad) == (80000, 20000)


@pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")  # from Python 3.12 on
def test_a_forked_child_hands_over_its_own_counts_and_not_its_parents(address: str, clock: Any) -> None:
    one = Objective("checkout", target=0.99, store=open_store(address), exchange_every="1h", clock=clock)
    one.record_many(good=5)
    child = os.fork()
    if child == 0:
        signal.alarm(20)
        one.record_many(good=7)
        one.close()
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    one.record(good=True)
    one.close()
    assert one.snapshot().eligible == 13


def test_old_counts_leave_the_file(tmp_path: Path, objective: Callable[..., Objective], clock: Any) -> None:
    one = objective(SqliteStore(tmp_path / "counts.sqlite"))
    one.record(good=True)
    one.flush()
    clock.at += 8 * DAY
    one.record(good=True)
    one.flush()
    with sqlite3.connect(tmp_path / "counts.sqlite") as database:
        assert database.execute("SELECT count(*) FROM counts").fetchone() == (1,)
    database.close()


@pytest.mark.slow
def test_old_counts_leave_redis(redis_url: str, objective: Callable[..., Objective], clock: Any) -> None:
    from redis import Redis

    one = objective(RedisStore(redis_url))
    one.record(good=True)
    one.flush()
    redis = Redis.from_url(redis_url)
    kinds = {key.decode().split(":")[2]: redis.ttl(key) for key in redis.scan_iter("slotui:checkout:*")}
    # A seven-day window, the longest calendar period of that name, and the hour that the window's edge cuts.
    assert 7 * DAY < kinds.pop("hour") <= 7.5 * DAY
    assert 0 < kinds.pop("writer") <= DAY
    assert not kinds
    redis.close()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        pytest.param(b"no database at all, only words " * 100, "not a database", id="a file of words"),
        pytest.param(None, "not one of counts", id="another program's database"),
    ],
)
def test_a_file_that_is_something_else_is_left_alone(content: bytes | None, words: str, tmp_path: Path) -> None:
    file = tmp_path / "other"
    if content is None:
        with sqlite3.connect(file) as database:
            database.execute("CREATE TABLE letters (body TEXT)")
        database.close()
    else:
        file.write_bytes(content)
    before = file.read_bytes()
    with pytest.raises(StoreError) as caught:
        SqliteStore(file).exchange("checkout", Batch("a", 1, {HOUR_START: (1, 0)}), **SPAN)
    assert words in caught.value.what
    assert caught.value.fix
    assert file.read_bytes() == before


@pytest.mark.slow
def test_a_redis_that_is_gone_and_comes_back(
    start_redis: Callable[..., subprocess.Popen[bytes]], free_port: Callable[[], int], clock: Any
) -> None:
    port = free_port()
    secret = "hunter2"
    store = RedisStore(f"redis://:{secret}@127.0.0.1:{port}/0")
    one = Objective("checkout", target=0.99, store=store, exchange_every="1h", clock=clock)
    problem = one.snapshot().problem
    assert problem is not None
    assert f"redis://127.0.0.1:{port}/0" in problem
    assert secret not in problem
    one.record_many(good=4)
    start_redis(port, "--requirepass", secret)
    one.close()
    assert sum(bucket.eligible for bucket in read(store)) == 4


def test_no_address_of_a_redis() -> None:
    with pytest.raises(UsageError, match="not the address of a Redis"):
        RedisStore("http://127.0.0.1:6379")


def test_without_the_package_redis_the_sentence_names_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "redis", None)
    with pytest.raises(UsageError, match=r"slotui\[redis\]"):
        RedisStore("redis://127.0.0.1:6379/0")

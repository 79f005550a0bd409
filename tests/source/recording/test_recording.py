"""A recording gives back what was answered, however it ended, and says where it is broken."""

from __future__ import annotations

import asyncio
import gzip
import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slotui.errors import StoreError, UsageError
from slotui.source.recording.difference import difference, patched
from slotui.source.recording.form import Frame
from slotui.source.recording.reader import Tape, unpacked
from slotui.source.recording.source import RecordingSource
from slotui.source.recording.writer import Recorder

FIRST = Path(__file__).parent / "first.slr"
"""Written by the first version that could; whatever is changed since, it stays readable. It is never made anew."""

Write = Callable[..., Path]


def tape(path: Path) -> Tape:
    return Tape(path, unpacked(path))


def edited(path: Path, edit: Callable[[list[bytes]], list[bytes]]) -> Path:
    lines = edit(gzip.decompress(path.read_bytes()).splitlines())
    path.write_bytes(gzip.compress(b"\n".join(lines) + b"\n"))
    return path


def test_every_refresh_comes_back_in_any_order(recorded: Write, frames: list[Frame]) -> None:
    found = tape(recorded())
    order = [*range(0, 250, 7), *random.Random(5).sample(range(250), 40)]
    assert all(found.frame(index) == frames[index] for index in order)


def test_the_last_day_comes_back_as_finely_as_it_is_drawn(recorded: Write, frames: list[Frame]) -> None:
    index = 240
    at = frames[index].snapshot.at
    [before] = frames[index].snapshot.readings.values()
    [after] = tape(recorded()).frame(index).snapshot.readings.values()
    for start, end in ((at - 3600, at), (at - 600, at - 540), (at // 300 * 300 - 36_000, at // 300 * 300 - 3600)):
        assert after.recent.between(start, end).bad == pytest.approx(before.recent.between(start, end).bad)


@pytest.mark.parametrize("cut", [1, 7, 40, 300], ids=lambda cut: f"without its last {cut} bytes")
def test_what_a_kill_leaves_can_be_read(cut: int, recorded: Write, frames: list[Frame]) -> None:
    path = recorded(20)
    path.write_bytes(path.read_bytes()[:-cut])
    found = tape(path)
    assert 5 < len(found.instants) <= 20
    last = len(found.instants) - 1
    assert found.frame(last) == frames[last]


def test_a_recorder_that_is_never_closed_loses_no_refresh(recorded: Write, frames: list[Frame], tmp_path: Path) -> None:
    recorder = Recorder(tmp_path / "killed.slr", tape(recorded(1)).head)
    for count, frame in enumerate(frames[:6], start=1):
        recorder.add(frame)
        assert len(tape(recorder.path).instants) == count
    recorder.close()


def test_the_first_recording_ever_is_still_readable() -> None:
    source = RecordingSource(FIRST)
    assert [slo.name for slo in source.slos] == ["shop"]
    assert (source.every, source.stale_after, len(source.instants)) == (5.0, 30.0, 60)
    snapshot = asyncio.run(source.read(source.instants[40]))
    assert snapshot.faults[0].injected == 40
    assert snapshot.readings["shop"].window.bad == 2462
    assert [entry.id for entry in source.entries(source.instants[40])] == ["e1"]
    assert source.entries(source.instants[20]) == ()


def test_fields_and_lines_of_a_later_version_are_passed_over(recorded: Write, frames: list[Frame]) -> None:
    def later(lines: list[bytes]) -> list[bytes]:
        head, whole, *rest = (json.loads(line) for line in lines)
        head["colour"], head["slos"][0]["mood"] = "blue", "fine"
        whole["whole"]["weather"] = {"rain": 1}
        whole["whole"]["readings"]["shop"]["mood"] = 3
        return [json.dumps(line).encode() for line in (head, {"bookmark": 7}, whole, *rest)]

    found = tape(edited(recorded(9), later))
    assert [found.frame(index) for index in range(9)] == frames[:9]


@pytest.mark.parametrize(
    ("edit", "said"),
    [
        pytest.param(lambda lines: [lines[0].replace(b"recording/1", b"recording/2"), *lines[1:]],
                     r"written by a later slotui \(recording format 2", id="a later format"),
        pytest.param(lambda lines: [b'{"schema":"other/1"}', *lines[1:]], "is not a recording", id="something else"),
        pytest.param(lambda lines: lines[:1], "no refresh was recorded", id="a head alone"),
        pytest.param(lambda lines: [*lines[:3], b'{"at": 1,', *lines[3:]], r"slr:4:1: is not JSON", id="half a line"),
        pytest.param(lambda lines: [*lines[:3], b"[1]", *lines[3:]], r"slr:4:1: is not a JSON object", id="a list"),
        pytest.param(lambda lines: [*lines[:3], b'{"at":NaN,"change":{}}'], r"slr:4:1: has no time", id="no number"),
        pytest.param(lambda lines: [*lines[:3], lines[2]], r"slr:4:1: is not later", id="a refresh twice"),
        pytest.param(lambda lines: [lines[0], *lines[2:]], r"slr:2:1: the first refresh is not whole", id="no whole"),
    ],
)  # fmt: skip
def test_a_broken_file_is_refused_with_file_and_line(edit: Any, said: str, recorded: Write) -> None:
    with pytest.raises(UsageError, match=said) as caught:
        tape(edited(recorded(6), edit))
    assert "\n  " in str(caught.value), "and says what to do"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        pytest.param(
            b'{"at":1963869512,"change":{"inside":{"nobody":{}}}}', r"slr:4:1: does not follow", id="no such field"
        ),
        pytest.param(
            b'{"at":1963869512,"whole":{"at":"soon","readings":{}}}', r"slr:4:1: is no refresh: at", id="no number"
        ),
        pytest.param(b'{"at":1963869512,"whole":[]}', r"slr:4:1: is no refresh", id="no object"),
    ],
)
def test_a_line_that_means_nothing_is_named_when_it_is_played(line: bytes, said: str, recorded: Write) -> None:
    found = tape(edited(recorded(6), lambda lines: [*lines[:3], line]))
    assert found.frame(1)
    with pytest.raises(UsageError, match=said):
        found.frame(2)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        pytest.param(b"", "is not a recording", id="empty"),
        pytest.param(b"\x1f\x8b\x08\x00nonsense and more of it", "is damaged", id="no gzip in it"),
        pytest.param(b"\x00\x01\x02", "is not a recording", id="any bytes"),
        pytest.param(b"[" * 100_000 + b"\n", "is not a recording", id="a deep one"),
    ],
)
def test_what_is_no_recording_is_called_so(data: bytes, said: str, tmp_path: Path) -> None:
    path = tmp_path / "any.slr"
    path.write_bytes(data)
    with pytest.raises(UsageError, match=said):
        tape(path)


def test_a_window_that_nobody_asked_for_then_is_summed_from_the_history(recorded: Write) -> None:
    def without(lines: list[bytes]) -> list[bytes]:
        whole = json.loads(lines[1])
        del whole["whole"]["readings"]["shop"]["windows"]["3600"]
        return [lines[0], json.dumps(whole).encode()]

    exact = asyncio.run(RecordingSource(recorded(1)).read()).readings["shop"].windows[3600]
    found = asyncio.run(RecordingSource(edited(recorded(1, "less.slr"), without)).read()).readings["shop"].windows[3600]
    assert found.bad == pytest.approx(exact.bad, rel=0.1)


def test_a_full_disk_is_a_sentence(recorded: Write) -> None:
    with pytest.raises(StoreError, match="No space left on device; 0 refreshes"):
        Recorder(Path("/dev/full"), tape(recorded(1)).head, force=True)


JSON = st.recursive(
    st.none() | st.integers(-5, 5) | st.text(max_size=2),
    lambda inner: st.lists(inner, max_size=12) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=20,
)
TREES = st.dictionaries(
    st.sampled_from("abcd"), JSON | st.lists(st.integers(0, 3), min_size=6, max_size=14), max_size=4
)


@given(TREES, TREES)
def test_a_difference_makes_one_tree_of_the_other(before: dict[str, Any], after: dict[str, Any]) -> None:
    change = json.loads(json.dumps(difference(before, after)))
    assert patched(before, change) == after

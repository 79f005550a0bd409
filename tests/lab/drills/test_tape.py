"""The tape: every event comes back as it was, whatever ended the drill."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.drills.tape import Event, TapeWriter, from_line, read_tape, to_line
from slotui.errors import StoreError

EVENTS = st.builds(
    Event,
    at=st.floats(0, 1e6),
    kind=st.sampled_from(["alert", "message", "decision", "ended"]),
    by=st.text(max_size=20),
    slo=st.none() | st.text(max_size=20),
    text=st.text(max_size=200),
    cost=st.integers(0, 50),
    value=st.none() | st.floats(0, 1e9),
)


@given(EVENTS)
def test_a_line_gives_the_event_back(event: Event) -> None:
    line = to_line(event)
    assert "\n" not in line
    assert from_line(line) == event


def test_what_is_usual_is_not_written() -> None:
    assert to_line(Event(3.0, "done", "kim")) == '{"at": 3.0, "kind": "done", "by": "kim"}'


def test_a_tape_is_read_up_to_the_line_that_was_cut_off(tmp_path: Path) -> None:
    path = tmp_path / "tape.ndjson"
    tape = TapeWriter(path)
    tape.write(Event(0.0, "started", "machine"))
    tape.write(Event(4.0, "message", "support", text="the till is red"))
    tape.close()
    whole = path.read_bytes()
    path.write_bytes(whole + b'{"at": 5.0, "kind": "mess')
    assert [event.kind for event in read_tape(path)] == ["started", "message"]


def test_what_a_later_version_adds_is_passed_over() -> None:
    assert from_line('{"at": 1, "kind": "done", "by": "kim", "mood": "good"}') == Event(1, "done", "kim")


@pytest.mark.parametrize(
    "line",
    [
        pytest.param("[]", id="no object"),
        pytest.param('{"at": 1}', id="fields are missing"),
        pytest.param('{"at": 1, "kind": "sneezed", "by": "kim"}', id="a kind that there is not"),
        pytest.param("{", id="no JSON"),
    ],
)
def test_a_broken_line_is_named(tmp_path: Path, line: str) -> None:
    path = tmp_path / "tape.ndjson"
    path.write_text(f"{to_line(Event(0.0, 'started', 'machine'))}\n{line}\n")
    with pytest.raises(StoreError, match=r"tape\.ndjson:2: "):
        read_tape(path)


def test_a_tape_is_never_written_over(tmp_path: Path) -> None:
    path = tmp_path / "tape.ndjson"
    TapeWriter(path).close()
    with pytest.raises(StoreError, match="exists"):
        TapeWriter(path)

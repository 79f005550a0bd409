"""Answers on paper: strict, located, and given when their moment comes."""

from __future__ import annotations

from pathlib import Path

import pytest

from lab.drills.answers import Answer, AnswerSheet, Moment, load_answers
from lab.drills.scenario import Fault, Par, Remedy, Scenario, World
from lab.drills.tape import Event
from slotui.core.drill import Act
from slotui.errors import SpecError, UsageError

SLOS = ("checkout-availability", "checkout-latency")
HEAD = "apiVersion: slotui/v1\nkind: DrillAnswers\nmetadata: {name: kim}\nspec:\n  answers:\n"
SCENARIO = Scenario(
    "lunch", "Lunch", "", "", "", (), 900, 60, True, World(0, 50, 0), (Fault("f", 60, 600, "payment", 0.05),),
    (), (), (), (), (), (), (Remedy("fail-over", "", 60), Remedy("roll-back", "", 60)),
    Par(60, 60, 60, 60, 60, 0.1), (), (),
)  # fmt: skip


def write(folder: Path, *lines: str) -> Path:
    path = folder / "answers.yaml"
    path.write_text(HEAD + "".join(f"    - {line}\n" for line in lines))
    return path


def test_every_act_can_be_written_down(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        "{at: 6m, acknowledge: checkout-availability}",
        "{at: page + 30s, hypothesis: {slo: checkout-availability, cause: payment}}",
        "{at: page checkout-latency + 1m30s, decision: {slo: checkout-latency, choose: page}}",
        "{at: message, mitigation: fail-over}",
        "{at: 0s, communication: we look at it}",
        "{at: recovery + 5m, done: true}",
    )
    assert load_answers(path, SCENARIO, SLOS) == (
        Answer(Moment(360), Act("acknowledge", "checkout-availability")),
        Answer(Moment(30, "page"), Act("hypothesis", "checkout-availability", "payment")),
        Answer(Moment(90, "page", "checkout-latency"), Act("decision", "checkout-latency", "page")),
        Answer(Moment(0, "message"), Act("mitigation", choice="fail-over")),
        Answer(Moment(0), Act("communication", text="we look at it")),
        Answer(Moment(300, "recovery"), Act("done")),
    )


@pytest.mark.parametrize(
    ("line", "words"),
    [
        pytest.param("{at: noon, done: true}", "write it as 6m", id="a time that is none"),
        pytest.param("{at: page + soon, done: true}", "write it as 6m", id="a wait that is none"),
        pytest.param("{at: 6, done: true}", "write it as 6m", id="a bare number"),
        pytest.param("{at: 6m}", "an answer is one act", id="no act"),
        pytest.param("{at: 6m, done: true, mitigation: fail-over}", "an answer is one act", id="two acts"),
        pytest.param("{at: 6m, acknowledge: checkout-avail}", "did you mean checkout-availability", id="a near SLO"),
        pytest.param(
            "{at: 6m, hypothesis: {slo: checkout-latency, cause: paymant}}", "did you mean payment", id="a near cause"
        ),
        pytest.param(
            "{at: 6m, decision: {slo: checkout-latency, choose: panic}}", "there are page", id="no such decision"
        ),
        pytest.param("{at: 6m, mitigation: rollback}", "did you mean roll-back", id="a near remedy"),
        pytest.param("{at: 6m, mitigate: roll-back}", "did you mean `mitigation`", id="a near field"),
    ],
)
def test_what_cannot_be_meant_is_named_with_its_line(tmp_path: Path, line: str, words: str) -> None:
    path = write(tmp_path, "{at: 1m, done: true}", line)
    with pytest.raises(SpecError, match=words) as raised:
        load_answers(path, SCENARIO, SLOS)
    assert f"{path}:7:" in str(raised.value)


def test_every_problem_is_told_at_once(tmp_path: Path) -> None:
    path = write(tmp_path, "{at: 1m, mitigation: pray}", "{at: 2m, acknowledge: shop}")
    with pytest.raises(SpecError) as raised:
        load_answers(path, SCENARIO, SLOS)
    assert len(raised.value.problems) == 2


def test_a_missing_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no such file"):
        load_answers(tmp_path / "none.yaml", SCENARIO, SLOS)


EVENTS = [
    Event(60, "fault-on", "machine"),
    Event(95, "alert", "machine", "checkout-availability", "page_1h_5m"),
    Event(120, "message", "support", text="help"),
    Event(140, "alert", "machine", "checkout-latency", "page_6h_30m"),
    Event(150, "alert", "machine", "checkout-latency", "ticket_1d_2h"),
]


@pytest.mark.parametrize(
    ("moment", "at"),
    [
        pytest.param(Moment(30), 30, id="by the clock"),
        pytest.param(Moment(30, "page"), 125, id="after the first page"),
        pytest.param(Moment(5, "page", "checkout-latency"), 145, id="after that SLO's first page"),
        pytest.param(Moment(0, "ticket"), 150, id="after the first ticket"),
        pytest.param(Moment(1, "alert"), 96, id="after the first alert of any kind"),
        pytest.param(Moment(10, "message"), 130, id="after the first message"),
        pytest.param(Moment(0, "recovery"), None, id="what has not happened"),
        pytest.param(Moment(0, "page", "cart-availability"), None, id="an SLO that did not page"),
    ],
)
def test_a_moment_is_found_on_the_tape(moment: Moment, at: float | None) -> None:
    assert moment.at(EVENTS) == at


def test_a_sheet_gives_each_answer_once_the_earliest_first() -> None:
    later, soon = Answer(Moment(300), Act("done")), Answer(Moment(30, "page"), Act("mitigation", choice="fail-over"))
    never = Answer(Moment(0, "deploy"), Act("communication", text="out"))
    sheet = AnswerSheet([later, soon, never])
    assert sheet.next([]) == (300, later)
    assert sheet.next(EVENTS) == (125, soon)
    sheet.take(soon)
    assert sheet.next(EVENTS) == (300, later)
    sheet.take(later)
    assert sheet.next(EVENTS) is None
    assert sheet.unused == (never,)

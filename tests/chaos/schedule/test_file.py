"""Timetables as people write them: read, or every problem with its line and what to do."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from chaos.cli.words import InjectWords
from chaos.schedule.file import load_timetable
from chaos.schedule.timetable import Offsets, Until
from slotui.clock import parse_time
from slotui.core.cron import Cron
from slotui.errors import SpecError, UsageError

Write = Callable[[str], Path]

SOUND = """\
  timeZone: Europe/Berlin
  seed: 7
  cap: 10%
  until: 8h
  blackouts:
    - {name: release, from: 2026-12-01T10:00, to: 2026-12-01T12:00, timeZone: UTC}
  entries:
    - name: payments
      at: 0s
      every: 1h
      jitter: 5m
      count: 3
      cap: 2%
      until: 2026-12-01T00:00:00Z
      inject:
        fault: dependency:payment
        error-rate: 0.05
        ramp: 0.01
        tier: free
        for: 10m
        max-spend: 1%
        reason: does checkout queue?
    - cron: "0 9 * * MON-FRI"
      inject: {latency: 300ms, pulse: 10s/1m, for: 10m}
"""

WORDS = InjectWords(None)


def test_a_timetable_is_read(timetable: Write) -> None:
    table = load_timetable(timetable(SOUND), WORDS)
    assert (table.name, table.seed, table.cap, table.until) == ("friday", 7, 0.1, Until(seconds=8 * 3600))
    assert [blackout.name for blackout in table.blackouts] == ["release"]
    payments, unnamed = table.routines
    assert payments.when == Offsets(0, 3600)
    assert (payments.jitter, payments.most, payments.cap) == (300, 3, 0.02)
    assert payments.until == Until(moment=parse_time("2026-12-01"))
    assert payments.order.seconds == 600
    assert payments.order.limits.max_spend == 0.01
    assert payments.order.faults == (
        {
            "kind": "dependency",
            "cause": "payment",
            "rate": 0.05,
            "mode": "random",
            "shape": {"kind": "ramp", "start": 0.01},
            "tier": "free",
        },
    )
    assert (unnamed.name, unnamed.when) == ("entry 2", Cron("0 9 * * MON-FRI", "Europe/Berlin"))
    assert unnamed.order.faults[0]["shape"] == {"kind": "pulse", "width": 10.0, "every": 60.0}


@pytest.mark.parametrize(
    ("old", "new", "where", "problem"),
    [
        pytest.param("error-rate: 0.05", "error-rat: 0.05", "21:9", "did you mean error-rate?", id="a misspelt option"),
        pytest.param("error-rate: 0.05", "error-rate: 5", "21:21", "not in the range", id="a rate above all"),
        pytest.param("for: 10m\n", "for: soon\n", "24:14", "is not a duration", id="words for a time"),
        pytest.param("        for: 10m\n", "", "20:9", "`for` is missing", id="no length"),
        pytest.param("        error-rate: 0.05\n", "", "20:9", "goes with --error-rate", id="no rate"),
        pytest.param("tier: free", "tier: Free Beer", "20:9", "tier", id="a tier that cannot be"),
        pytest.param("tier: free", "tier: [free]", "23:15", "write one value", id="a list"),
        pytest.param("pulse: 10s/1m", "pulse: 1m/10s", "28:15", "width is not shorter", id="a pulse without a pause"),
        pytest.param("every: 1h", "every: 5m", "14:14", "into itself", id="longer than the time between two runs"),
        pytest.param("      at: 0s\n      every: 1h\n", "", "12:7", "nobody knows when it runs", id="no time"),
        pytest.param("    - cron", "    - at: 1m\n      cron", "27:7", "both a cron time and an offset", id="two times"),
        pytest.param("  timeZone: Europe/Berlin\n", "", "26:7", "on nobody's clocks", id="no zone"),
        pytest.param("Europe/Berlin", "Berlin", "5:13", "is not a time zone", id="a zone that is none"),
        pytest.param("MON-FRI", "MON-", "27:13", "bad day-of-week", id="a cron time that is none"),
        pytest.param("jitter: 5m", "jiter: 5m", "15:7", "did you mean `jitter`?", id="a misspelt field"),
        pytest.param("until: 8h", "until: 8", "8:10", "write it as 2h", id="an end that is none"),
        pytest.param("count: 3", "count: 0", "16:14", "greater than or equal to 1", id="no run at all"),
        pytest.param("to: 2026-12-01T12", "to: 2026-12-01T02", "10:51", "ends before it begins", id="a blackout"),
        pytest.param("    - cron", "    - name: payments\n      cron", "27:13", "a second entry", id="two of one name"),
    ],
)  # fmt: skip
def test_problems_have_their_line_and_a_way_out(old: str, new: str, where: str, problem: str, timetable: Write) -> None:
    assert old in SOUND
    file = timetable(SOUND.replace(old, new, 1))
    with pytest.raises(SpecError) as caught:
        load_timetable(file, WORDS)
    assert problem in str(caught.value)
    assert f"{file}:{where}: " in str(caught.value)


def test_all_problems_are_told_at_once(timetable: Write) -> None:
    text = SOUND.replace("0.05", "5").replace("every: 1h", "every: 5m").replace("MON-FRI", "MON-")
    with pytest.raises(SpecError) as caught:
        load_timetable(timetable(text), WORDS)
    assert len(caught.value.problems) == 2  # without a fault nobody knows whether it runs into itself


@pytest.mark.parametrize("spoilt", ["[]", "spec: 1", "spec: {entries: 1}", "spec: {entries: [1, {inject: 1}]}"])
def test_a_document_of_any_shape_is_refused(timetable: Write, spoilt: str) -> None:
    with pytest.raises(SpecError):
        load_timetable(timetable(spoilt), WORDS)


def test_a_misspelt_field_hides_no_misspelt_option(timetable: Write) -> None:
    with pytest.raises(SpecError) as caught:
        load_timetable(timetable(SOUND.replace("jitter:", "jiter:").replace("error-rate:", "error-rat:")), WORDS)
    assert "did you mean `jitter`?" in str(caught.value)
    assert "did you mean error-rate?" in str(caught.value)


def test_the_timetable_of_the_page_loads(tmp_path: Path) -> None:
    page = (Path(__file__).parents[3] / "docs" / "schedule.md").read_text()
    (text,) = re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)
    file = tmp_path / "page.yaml"
    file.write_text(text)
    assert [routine.name for routine in load_timetable(file, WORDS).routines] == ["payments", "slow mornings"]


def test_a_missing_file_is_a_sentence() -> None:
    with pytest.raises(UsageError, match="no such file"):
        load_timetable(Path("no-such-timetable.yaml"), WORDS)


def test_every_option_of_inject_is_a_word() -> None:
    assert {
        "error-rate",
        "latency",
        "fault",
        "ramp",
        "pulse",
        "sine",
        "seed",
        "mode",
        "floor",
        "override",
    } <= WORDS.names

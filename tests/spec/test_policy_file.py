"""Policy files in, ordered tiers or located problems out."""

from __future__ import annotations

from pathlib import Path

import pytest

from slotui.clock import to_iso
from slotui.core.policy import DEFAULT_POLICY, Burning
from slotui.errors import SpecError, UsageError
from slotui.spec.load import load_policy, policy_notes

LAB = Path(__file__).parents[2] / "lab" / "policy.yaml"


def test_the_labs_policy_has_the_default_thresholds() -> None:
    found = load_policy(LAB)
    assert found.name == "carta"
    for ours, default in zip(found.tiers, DEFAULT_POLICY.tiers, strict=True):
        for field in ("name", "deploys", "experiments", "enter_below", "enter_inclusive", "leave_at", "leave_after"):
            assert getattr(ours, field) == getattr(default, field), field


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        pytest.param("remainingBelow: 50%", "remainingBelow: 50", "did you mean 50%", id="fifty for fifty percent"),
        pytest.param(
            "remainingBelow: 50%", "remaningBelow: 50%", "did you mean `remainingBelow`", id="a misspelt field"
        ),
        pytest.param("remainingBelow: 50%", "remainingBelow: -5%", "is not stricter", id="tiers out of order"),
        pytest.param(
            "remainingAtLeast: 55%", "remainingAtLeast: 45%", "left before it is entered", id="a tier that flaps"
        ),
        pytest.param("after: 7d", "after: soon", "write it as in Prometheus", id="words for a duration"),
        pytest.param("      enter: {remainingBelow: 50%}\n", "", "is never entered", id="no way in"),
        pytest.param("deploys: frozen", "deploys: never", "write one of", id="a word that is none"),
        pytest.param("after: 7d", "after: 30d", "write at most 8d", id="a memory longer than the history"),
        pytest.param(
            "remainingBelow: 50%", "daysLeftOver: 15", "has no single way in", id="days left alone are no way in"
        ),
        pytest.param(
            "remainingBelow: 50%", "remainingBelow: .nan", "write a finite number", id="a share that is no number"
        ),
        pytest.param("name: freeze", "name: caution", "a second tier is named", id="two tiers of one name"),
        pytest.param(
            "      enter: {remainingBelow: 50%}\n",
            "      alsoWhile: {burn: {over: 10, window: 1h}}\n",
            "what a burn holds ends with the burn",
            id="a burn that is left by a share",
        ),
        pytest.param(
            "      override:",
            "      alsoWhile: {burn: {over: 10, window: 30m}}\n      override:",
            "write 5m, 1h, or 6h and more",
            id="a window that nobody counts",
        ),
        pytest.param(
            "      experiments: allowed\n",
            "      alsoWhile: {burn: {over: 10, window: 1h}}\n",
            "the first tier holds by default",
            id="a first tier with a condition",
        ),
    ],
)
def test_problems(old: str, new: str, problem: str, tmp_path: Path) -> None:
    text = LAB.read_text()
    assert old in text
    file = tmp_path / "policy.yaml"
    file.write_text(text.replace(old, new, 1))
    with pytest.raises(SpecError) as caught:
        load_policy(file)
    assert problem in str(caught.value)
    assert f"{file}:" in str(caught.value)


def test_a_missing_policy_names_the_flag() -> None:
    with pytest.raises(UsageError, match="--policy"):
        load_policy(Path("no-such-policy.yaml"))


EXCEPTIONS = """  exceptions:
    - kind: maintenance
      slos: [checkout-availability]
      from: 2026-11-01T02:00:00Z
      to: 2026-11-01T05:00:00+01:00
      announced: 2026-10-28
      reason: new disks
      approver: kim
    - {kind: launch, slos: search, from: 2026-11-02, to: "2026-11-09", reason: new, approver: ana}
"""


def policy_with(text: str, folder: Path) -> Path:
    file = folder / "policy.yaml"
    file.write_text(LAB.read_text() + text)
    return file


def test_exceptions_are_read_whatever_yaml_makes_of_a_time(tmp_path: Path) -> None:
    works, launch = load_policy(policy_with(EXCEPTIONS, tmp_path)).exceptions
    assert (works.kind, works.slos, works.reason, works.approver) == (
        "maintenance",
        ("checkout-availability",),
        "new disks",
        "kim",
    )
    assert works.announced is not None
    times = [to_iso(at) for at in (works.start, works.end, works.announced, launch.start, launch.end)]
    assert times == [
        "2026-11-01T02:00:00Z",
        "2026-11-01T04:00:00Z",
        "2026-10-28T00:00:00Z",
        "2026-11-02T00:00:00Z",
        "2026-11-09T00:00:00Z",
    ]
    assert launch.slos == ("search",)


@pytest.mark.parametrize(
    ("old", "new", "where", "problem"),
    [
        pytest.param("2026-10-28", "2026-10-31T02:00:00Z", "30:18", "announced 1d ahead, where policy asks for 2d", id="too short a notice"),
        pytest.param("2026-10-28", "2026-11-03", "30:18", "announced 0s ahead", id="announced afterwards"),
        pytest.param("      announced: 2026-10-28\n", "", "26:7", "announced: 2026-10-30T02:00:00Z` or earlier", id="never announced"),
        pytest.param("kind: launch,", "kind: launch, announced: 2026-10-01,", "33:33", "nobody announces a launch", id="a notice of what has none"),
        pytest.param("to: 2026-11-01T05:00:00+01:00", "to: 2026-11-01T02:00:00Z", "29:11", "ends before it begins", id="no length"),
        pytest.param("2026-11-01T02:00:00Z", "soon", "28:13", "write a time as", id="words for a time"),
        pytest.param("      approver: kim\n", "", "26:7", "`spec.exceptions.0.approver` is missing", id="nobody approved it"),
        pytest.param("kind: launch", "kind: holiday", "33:14", "write one of", id="a kind that is none"),
        pytest.param("reason: new disks", "reson: new disks", "31:7", "did you mean `reason`?", id="a misspelt field"),
    ],
)  # fmt: skip
def test_problems_of_exceptions(old: str, new: str, where: str, problem: str, tmp_path: Path) -> None:
    assert old in EXCEPTIONS
    file = policy_with(EXCEPTIONS.replace(old, new, 1), tmp_path)
    with pytest.raises(SpecError) as caught:
        load_policy(file)
    assert problem in str(caught.value)
    assert f"{file}:{where}: " in str(caught.value)


def test_a_shorter_notice_can_be_agreed_on(tmp_path: Path) -> None:
    text = EXCEPTIONS.replace("2026-10-28", "2026-10-31T02:00:00Z") + "  notice: 1d\n"
    assert load_policy(policy_with(text, tmp_path)).notice == 86400


def test_names_that_may_override_and_a_burn_that_holds(tmp_path: Path) -> None:
    file = tmp_path / "policy.yaml"
    text = LAB.read_text().replace("override: the on-call lead", "override: [kim, ana]")
    file.write_text(
        text.replace(
            "      leave: {remainingAtLeast: 55%}\n",
            "      leave: {remainingAtLeast: 55%}\n      alsoWhile: {burn: {over: 10, window: 1h}}\n",
        )
    )
    _, caution, freeze = load_policy(file).tiers
    assert caution.also_while == Burning(10, 3600)
    assert (freeze.override, freeze.approvers) == ("kim or ana", ("kim", "ana"))


def test_an_exception_of_an_slo_that_is_not_there_is_noted(tmp_path: Path) -> None:
    file = policy_with(EXCEPTIONS, tmp_path)
    (first, second) = policy_notes(file, ["checkout-availabilty", "checkout-latency"])
    assert str(first.where) == f"{file}:27:14"
    assert first.what == "no SLO is named 'checkout-availability' here, so nothing is excused"
    assert first.fix == "did you mean checkout-availabilty?"
    assert str(second.where) == f"{file}:33:28"
    assert policy_notes(file, ["checkout-availability", "search"]) == []


BLACKOUTS = """  blackouts:
    - name: black friday
      from: 2026-11-27T00:00
      to: 2026-11-28
      timeZone: Europe/Berlin
    - {name: weekends, cron: "0 18 * * FRI", for: 60h, timeZone: Europe/Berlin, slos: checkout-latency}
    - {name: release, from: 2026-12-01T10:00:00Z, to: 2026-12-01T12:00:00+01:00, service: checkout}
"""


def test_blackouts_are_read_on_the_clocks_of_their_zone(tmp_path: Path) -> None:
    friday, weekends, release = load_policy(policy_with(BLACKOUTS, tmp_path)).blackouts
    opening = friday.next_opening(0)
    assert opening is not None
    assert [to_iso(at) for at in opening] == ["2026-11-26T23:00:00Z", "2026-11-27T23:00:00Z"]
    assert friday.next_opening(opening.end) is None
    assert weekends.slos == ("checkout-latency",)
    assert release.service == "checkout"
    opening = release.next_opening(0)
    assert opening is not None
    assert opening.end - opening.start == 3600


@pytest.mark.parametrize(
    ("old", "new", "where", "problem"),
    [
        pytest.param("Europe/Berlin\n", "Europe/Brelin\n", "29:17", "did you mean Europe/Berlin?", id="a zone that is none"),
        pytest.param("      timeZone: Europe/Berlin\n", "", "26:7", "is on nobody's clocks", id="no zone"),
        pytest.param("to: 2026-11-28", "to: 2026-11-26", "28:11", "ends before it begins", id="no length"),
        pytest.param("      to: 2026-11-28\n", "", "26:7", "has no beginning and end", id="no end"),
        pytest.param("to: 2026-11-28", "for: 24h", "26:7", "both a date and a cron time", id="of both kinds"),
        pytest.param("0 18 * * FRI", "0 18 * * FRY", "30:30", "bad day-of-week", id="a day that is none"),
        pytest.param(", for: 60h", "", "30:7", "has a time and no length", id="no length of a cron time"),
        pytest.param("60h", "168h", "30:51", "never ends", id="open for ever"),
        pytest.param("service: checkout", "serivce: checkout", "31:82", "did you mean `service`?", id="a misspelt field"),
        pytest.param("2026-11-27T00:00", "friday", "27:13", "write a time as 2026-11-27T00:00", id="words for a time"),
    ],
)  # fmt: skip
def test_problems_of_blackouts(old: str, new: str, where: str, problem: str, tmp_path: Path) -> None:
    assert old in BLACKOUTS
    file = policy_with(BLACKOUTS.replace(old, new, 1), tmp_path)
    with pytest.raises(SpecError) as caught:
        load_policy(file)
    assert problem in str(caught.value)
    assert f"{file}:{where}: " in str(caught.value)


def test_a_blackout_of_an_slo_that_is_not_there_is_noted(tmp_path: Path) -> None:
    (note,) = policy_notes(policy_with(BLACKOUTS, tmp_path), ["checkout-lateness"])
    assert note.what == "no SLO is named 'checkout-latency' here, so nothing is closed"

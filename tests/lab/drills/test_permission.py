"""Whether a drill may begin in a lab."""

from __future__ import annotations

from dataclasses import replace

import pytest

from chaos.plane.lease import Ceilings
from chaos.spend.client import About, LeaseSeen
from lab.drills.load import find_scenario, load_scenario
from lab.drills.permission import fits_a_lab, permit
from lab.drills.scenario import Blindness
from lab.supervisor import POLICY, SLOS
from slotui.core.alerts import AlertStatus
from slotui.core.assemble import assemble, source_status
from slotui.core.blackout import Blackout, Once, Opening
from slotui.core.board import Board, SloBoard
from slotui.core.reading import Snapshot, read_timeline
from slotui.core.timeline import Span, Timeline
from slotui.duration import DAY, HOUR
from slotui.errors import LabError, RefusedError
from slotui.spec.load import load_policy, load_slos

NOW = 40.0 * DAY
LUNCH = load_scenario(find_scenario("tuesday-lunch"))
SLOS_OF_CARTA = load_slos([SLOS])
POLICY_OF_CARTA = load_policy(POLICY)
LAB = About("lab", "checkout", Ceilings())


def board(bad: float = 0.0) -> Board:
    """All SLOs after forty days with that share of bad events in the last ten."""
    spans = [Span(h * HOUR, (h + 1) * HOUR, 1000, bad * 1000 * (h > 30 * 24), HOUR) for h in range(40 * 24)]
    snapshot = Snapshot(NOW, {slo.name: read_timeline(slo, Timeline(spans), NOW) for slo in SLOS_OF_CARTA})
    return assemble(snapshot, SLOS_OF_CARTA, POLICY_OF_CARTA, (), source_status("replay", "tape", snapshot, 60.0))


CALM = board()


def without_alerts(found: Board) -> Board:
    return replace(found, slos=tuple(replace(slo, alerts=()) for slo in found.slos))


def paging(found: Board) -> Board:
    first: SloBoard = found.slos[0]
    status = AlertStatus(first.slo.tiers[0], 99.0, 99.0, NOW)
    return replace(found, slos=(replace(first, alerts=(status,)), *found.slos[1:]))


def asked(found: Board, **changed: object) -> str:
    given: dict[str, object] = {
        "policy": POLICY_OF_CARTA, "about": LAB, "on": (), "at": NOW, "override": False, **changed,
    }  # fmt: skip
    return permit(LUNCH, found, **given)  # type: ignore[arg-type]


def test_a_calm_lab_may_be_played_in() -> None:
    assert asked(CALM) == ""


ON = LeaseSeen("ab12cd34", "kim", (), 0, 0, 60.0, None, None)
SOON = Blackout("release", Once(Opening(NOW + 600, NOW + 7200)))


@pytest.mark.parametrize(
    ("found", "changed", "why"),
    [
        pytest.param(paging(CALM), {}, "fires already", id="a page fires"),
        pytest.param(CALM, {"on": (ON,)}, "a fault is on already", id="a fault is on"),
        pytest.param(CALM, {"about": replace(LAB, environment="production")}, "no lab", id="it is production"),
        pytest.param(
            CALM, {"policy": replace(POLICY_OF_CARTA, blackouts=(SOON,))}, "blackout 'release'", id="a blackout is near"
        ),
        pytest.param(
            replace(CALM, slos=tuple(replace(slo, remaining=None) for slo in CALM.slos)), {}, "nothing is measured yet",
            id="nobody has measured anything",
        ),
    ],
)  # fmt: skip
@pytest.mark.parametrize("override", [False, True], ids=["", "and no override lifts it"])
def test_a_lab_in_trouble_may_not(found: Board, changed: dict[str, object], why: str, override: bool) -> None:
    with pytest.raises(RefusedError, match=why) as refused:
        asked(found, override=override, **changed)
    assert refused.value.exit_code == 3
    assert refused.value.fix


def test_frozen_budgets_are_spared_unless_somebody_overrides_it() -> None:
    frozen = without_alerts(board(0.3))
    with pytest.raises(RefusedError, match="policy allows no experiment") as refused:
        asked(frozen)
    assert "--override" in refused.value.fix
    # Whoever is refused may still play it: nothing may tell which budget it spends.
    assert not any(slo.name in str(refused.value) for slo in SLOS_OF_CARTA)
    assert "policy allows no experiment" in asked(frozen, override=True)


def test_a_decoy_spends_nothing_so_frozen_budgets_do_not_matter() -> None:
    decoy = replace(LUNCH, faults=())
    assert permit(decoy, without_alerts(board(0.3)), POLICY_OF_CARTA, LAB, (), NOW, override=False) == ""


@pytest.mark.parametrize(
    ("scenario", "why"),
    [
        pytest.param(replace(LUNCH, real_time=False), "only be played on a virtual clock", id="it takes all night"),
        pytest.param(replace(LUNCH, blindness=(Blindness("dark", 0, 60),)), "only be played on a virtual", id="blind"),
    ],
)
def test_some_drills_are_for_a_virtual_shop(scenario: object, why: str) -> None:
    with pytest.raises(LabError, match=why):
        fits_a_lab(scenario, SLOS_OF_CARTA, Ceilings())  # type: ignore[arg-type]


def test_a_lab_with_other_promises_or_a_low_ceiling_is_not_played_in() -> None:
    fits_a_lab(LUNCH, SLOS_OF_CARTA, Ceilings())
    with pytest.raises(LabError, match="is missing"):
        fits_a_lab(LUNCH, SLOS_OF_CARTA[:1], Ceilings())
    with pytest.raises(LabError, match=r"ceiling of 0\.01"):
        fits_a_lab(LUNCH, SLOS_OF_CARTA, Ceilings(max_rate=0.01))

"""The score: a rule, a test. Earlier is never worse, and what costs points never raises them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lab.drills.record import Line, Record
from lab.drills.scenario import Blindness, ExpectedAlert, Fault, Par, RightDecision, RightHypothesis
from lab.drills.score import WEIGHTS, card_json, lines, score
from lab.drills.scorecard import COLUMNS, Part, PartName
from lab.drills.tape import Event

CHECKOUT, PAYMENT, STOCK = "checkout-availability", "payment-availability", "inventory-freshness"
Played = Callable[..., Record]
FIXTURE_IS_PURE = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
NOTHING_WRONG = {
    "faults": (),
    "alerts": (),
    "hypotheses": (RightHypothesis((CHECKOUT,), "noise"),),
    "decisions": (RightDecision("ignore", CHECKOUT),),
    "par": Par(None, None, 300, 400, None, 0.01),
}


def part(record: Record, name: PartName) -> Part:
    found = score(record).part(name)
    assert found is not None
    return found


def kind(*kinds: str) -> Callable[[Event], bool]:
    return lambda event: event.kind in kinds


def test_who_is_as_quick_as_par_in_all_has_a_hundred_points(played: Played) -> None:
    cheap = (Line(CHECKOUT, 0.999, 130000, 0.9, 0.75, None, 19480, 19510, 30),)
    card = score(played(bill=cheap))
    assert (card.points, card.penalties) == (100, ())
    assert {one.name: one.of for one in card.parts} == pytest.approx(dict(WEIGHTS))


def test_a_sleeping_player_has_what_the_machine_detects_and_no_more(asleep: Played) -> None:
    card = score(asleep())
    assert {one.name for one in card.parts if one.points} == {"detect"}
    assert card.points == WEIGHTS["detect"]


def test_a_cheap_fault_that_nobody_touched_is_no_merit(asleep: Played) -> None:
    cheap = (Line(CHECKOUT, 0.999, 130000, 0.9, 0.9, None, 100, 140, 40),)
    found = part(asleep(bill=cheap), "budget")
    assert found.points == 0
    assert "nobody did anything" in found.sentence


@pytest.mark.parametrize(
    ("at", "share"),
    [
        pytest.param(181, 1.0, id="at once: all of them"),
        pytest.param(360, 1.0, id="at par: all of them"),
        pytest.param(540, 0.5, id="at twice par: half"),
        pytest.param(720, 0.0, id="at three times par: none"),
        pytest.param(790, 0.0, id="later: none, and not less"),
        pytest.param(179, 0.0, id="before anything was wrong: nothing to acknowledge"),
    ],
)
def test_a_time_earns_all_up_to_par_and_nothing_from_three_times_par_on(
    played: Played, at: float, share: float
) -> None:
    record = played(Event(at, "acknowledge", "kim", CHECKOUT), less=kind("acknowledge"))
    assert part(record, "acknowledge").share == pytest.approx(share)


def test_an_acknowledgement_of_what_is_not_hurt_counts_nothing(played: Played) -> None:
    found = part(played(Event(200, "acknowledge", "kim", STOCK), less=kind("acknowledge")), "acknowledge")
    assert (found.points, found.measured) == (0, None)
    assert found.sentence == "never acknowledged, par 3m"


@pytest.mark.parametrize(
    ("act", "measured"),
    [
        pytest.param(Event(200, "acknowledge", "kim", PAYMENT), 20, id="an act before any alert detects"),
        pytest.param(Event(200, "hypothesis", "kim", STOCK, "cart"), 110, id="an act about another SLO does not"),
        pytest.param(Event(100, "acknowledge", "kim", CHECKOUT), 110, id="an act before the fault does not"),
    ],
)
def test_detected_is_by_alert_or_by_act(played: Played, act: Event, measured: float) -> None:
    assert part(played(act), "detect").measured == measured


def test_the_first_right_hypothesis_counts(played: Played) -> None:
    record = played(
        Event(220, "hypothesis", "kim", CHECKOUT, "cart"), Event(390, "hypothesis", "kim", CHECKOUT, "payment")
    )
    assert part(record, "hypothesis").measured == 210


@pytest.mark.parametrize(
    ("causes", "lost"),
    [
        pytest.param([], 0, id="none"),
        pytest.param(["cart"], 0, id="the first is free"),
        pytest.param(["cart", "cart"], 0, id="the same twice is one guess"),
        pytest.param(["cart", "noise"], 3, id="the second costs three"),
        pytest.param(["cart", "noise", "metrics", "checkout", "inventory"], 12, id="all causes of an SLO"),
    ],
)
def test_wrong_guesses(played: Played, causes: list[str], lost: float) -> None:
    guesses = [Event(200 + index, "hypothesis", "kim", CHECKOUT, cause) for index, cause in enumerate(causes)]
    assert score(played(*guesses)).lost == lost


def test_guesses_cost_fifteen_at_most(played: Played) -> None:
    guesses = [Event(200 + index, "hypothesis", "kim", f"slo-{index}", "cart") for index in range(12)]
    assert score(played(*guesses)).lost == 15


@pytest.mark.parametrize(
    ("decision", "policy", "verdict", "lost"),
    [
        pytest.param(("page", STOCK), "healthy", "wrong", 10, id="a page that no alert and no policy asked for"),
        pytest.param(("page", PAYMENT), "healthy", "not asked for", 0, id="a page about the same fault's other SLO"),
        pytest.param(("freeze", CHECKOUT), "caution", "needless", 10, id="a freeze that policy does not ask for"),
        pytest.param(("freeze", CHECKOUT), "freeze", "not asked for", 0, id="a freeze in the tier that freezes"),
        pytest.param(("lift", CHECKOUT), "freeze", "wrong", 10, id="a lift in the tier that freezes"),
        pytest.param(("lift", CHECKOUT), "healthy", "not asked for", 0, id="a lift where nothing is frozen"),
        pytest.param(("roll-back", CHECKOUT), "healthy", "wrong", 5, id="an innocent release taken back"),
        pytest.param(("ignore", CHECKOUT), "healthy", "wrong", 5, id="what is broken ignored"),
        pytest.param(("ignore", STOCK), "healthy", "not asked for", 0, id="what is well ignored"),
        pytest.param(("ticket", CHECKOUT), "healthy", "not asked for", 0, id="a ticket harms nobody"),
    ],
)
def test_decisions_that_nothing_asked_for(
    played: Played, decision: tuple[str, str], policy: str, verdict: str, lost: float
) -> None:
    choice, slo = decision
    card = score(played(*(Event(at, "decision", "kim", slo, choice, policy=policy) for at in (500, 510))))
    assert {one.verdict for one in card.decisions if (one.choice, one.slo) == decision} == {verdict}
    assert card.lost == lost  # once, however often it was said


def test_a_page_of_its_own_excuses_waking_people(played: Played) -> None:
    record = played(Event(600, "decision", "kim", STOCK, "page"), Event(500, "alert", "machine", STOCK, "page_1h_5m"))
    assert score(record).lost == 0


@pytest.mark.parametrize(
    ("choice", "policy", "at", "right"),
    [
        pytest.param("freeze", "freeze", 400, True, id="freeze in the tier that freezes"),
        pytest.param("freeze", "caution", 400, False, id="freeze before that"),
        pytest.param("lift", "caution", 400, True, id="lift once the tier was left"),
        pytest.param("lift", "freeze", 400, False, id="lift while it holds"),
        pytest.param("lift", "", 400, False, id="lift while nobody knows"),
        pytest.param("ticket", "healthy", 299, False, id="too early to know"),
        pytest.param("ticket", "healthy", 300, True, id="as soon as one could know"),
    ],
)
def test_a_decision_is_right_by_policy_and_not_before_its_time(
    played: Played, choice: str, policy: str, at: float, right: bool
) -> None:
    asked = {"decisions": (RightDecision(choice, CHECKOUT, after=300),)}  # type: ignore[arg-type]
    record = played(
        Event(at, "decision", "kim", CHECKOUT, choice, policy=policy), less=kind("decision"), scenario=asked
    )
    assert (part(record, "decision").points > 0) == right
    assert any(one.verdict == "never" for one in score(record).decisions) == (not right)


def test_a_decision_is_measured_from_when_anybody_could_know(played: Played) -> None:
    record = played(scenario={"decisions": (RightDecision("page", CHECKOUT, after=400),)})
    assert part(record, "decision").measured == 20


def test_mitigated_is_when_the_sli_of_buyers_recovers(played: Played) -> None:
    assert part(played(), "mitigation").measured == 520


@pytest.mark.parametrize(
    "less",
    [
        pytest.param(lambda event: event.kind == "recovered", id="without the SLI's proof"),
        pytest.param(lambda event: (event.kind, event.slo) == ("recovered", CHECKOUT), id="with another SLI's only"),
        pytest.param(lambda event: event.kind == "fault-off", id="without an end"),
    ],
)
def test_a_mitigation_without_proof_is_none(played: Played, less: Callable[[Event], bool]) -> None:
    assert part(played(less=less), "mitigation").measured is None


def test_what_passed_by_itself_was_not_mitigated(played: Played) -> None:
    own = Event(570, "fault-off", "machine", choice="processor", text="by itself")
    assert part(played(own, less=kind("fault-off")), "mitigation").points == 0


def test_the_end_of_what_no_metric_shows_is_the_remedys(played: Played) -> None:
    unseen = Fault("processor", 180, 1500, "checkout", failing=0.4, unseen=True, ended_by=("fail-over-payment",))
    wrong = {"faults": (unseen,), "hypotheses": (RightHypothesis((CHECKOUT,), "metrics"),)}
    record = played(Event(300, "hypothesis", "kim", CHECKOUT, "metrics"), less=kind("recovered"), scenario=wrong)
    assert part(record, "mitigation").measured == 390
    assert part(record, "hypothesis").measured == 120


@pytest.mark.parametrize(
    ("more", "lost"),
    [
        pytest.param([Event(500, "mitigation", "kim", choice="restart-cart")], 5, id="one that could end nothing"),
        pytest.param([Event(470, "mitigation", "kim", choice="fail-over-payment")], 0, id="the right one twice"),
        pytest.param([Event(500, "mitigation", "kim", choice="restart-cart")] * 2, 10, id="a wrong one twice"),
    ],
)
def test_remedies_that_end_nothing_cost(played: Played, more: list[Event], lost: float) -> None:
    assert score(played(*more)).lost == lost


def test_a_remedy_under_way_at_the_end_ended_nothing_yet(played: Played) -> None:
    record = played(less=kind("remedy-done", "fault-off", "recovered"))
    assert score(record).lost == 0


def test_hints_cost_what_they_say(played: Played) -> None:
    before = score(played()).points
    after = score(played(Event(300, "hint", "lee", choice="1", text="look at payment", cost=4))).points
    assert before is not None
    assert after == before - 4


def test_the_dearest_budget_that_was_hurt_counts(played: Played) -> None:
    assert part(played(), "budget").measured == pytest.approx((19490 - 12) / 65000)


@pytest.mark.parametrize(
    "fields",
    [
        pytest.param({"bill": ()}, id="where nobody counted"),
        pytest.param({"scenario": {"par": Par(120, 180, 240, 300, 540, 0)}}, id="where none was to go"),
    ],
)
def test_budget_is_left_out(played: Played, fields: dict[str, object]) -> None:
    card = score(played(**fields))
    assert card.part("budget") is None
    assert sum(one.of for one in card.parts) == pytest.approx(100)


class TestNothingIsWrong:
    def test_the_rest_counts_for_all(self, played: Played) -> None:
        events = (
            Event(100, "message", "ben", text="It is the release!"),
            Event(200, "hypothesis", "kim", CHECKOUT, "noise"),
            Event(300, "decision", "kim", CHECKOUT, "ignore"),
            Event(900, "ended", "machine", choice="time"),
        )
        card = score(played(events=events, scenario=NOTHING_WRONG))
        assert {one.name: one.measured for one in card.parts} == {"hypothesis": 100, "decision": 200}
        assert (card.points, card.lost) == (100, 0)

    def test_who_sleeps_has_nothing(self, played: Played) -> None:
        events = (
            Event(100, "alert", "machine", CHECKOUT, "page_1h_5m"),
            Event(900, "ended", "machine", choice="time"),
        )
        par = Par(60, 120, 300, 400, None, 0.01)
        assert score(played(events=events, scenario=NOTHING_WRONG | {"par": par})).points == 0

    def test_who_mends_it_pays(self, played: Played) -> None:
        events = (
            Event(100, "message", "ben", text="It is the release!"),
            Event(300, "decision", "kim", CHECKOUT, "roll-back"),
            Event(310, "mitigation", "kim", choice="restart-cart"),
            Event(900, "ended", "machine", choice="time"),
        )
        card = score(played(events=events, scenario=NOTHING_WRONG))
        assert (card.points, card.lost) == (0, 10)


def test_two_at_once_are_the_mean_each_from_its_own_begin(played: Played) -> None:
    both = {
        "faults": (
            Fault("processor", 180, 1500, "payment", failing=0.4, ended_by=("fail-over-payment",)),
            Fault("feed", 600, 1500, "inventory", stalls=True, ended_by=("restart-stock-feed",)),
        ),
        "hypotheses": (RightHypothesis((CHECKOUT,), "payment"), RightHypothesis((STOCK,), "inventory")),
    }
    one = played(
        Event(600, "fault-on", "machine", choice="feed"),
        Event(610, "acknowledge", "kim", STOCK),
        Event(400, "hypothesis", "kim", CHECKOUT, "payment"),
        scenario=both,
    )
    assert part(one, "acknowledge").measured == pytest.approx((150 + 10) / 2)
    assert part(one, "hypothesis").share == pytest.approx(0.5)
    assert part(one, "hypothesis").sentence == "correctly named: payment after 3m40s, inventory never, par 4m"
    assert part(one, "mitigation").sentence == "recovered: processor after 8m40s, feed never, par 9m"


def test_a_fault_that_the_player_did_not_wait_for_is_missed(played: Played) -> None:
    late = Fault("late", 1400, 1500, "inventory", stalls=True, ended_by=("restart-stock-feed",))
    record = played(scenario={"faults": (*played().scenario.faults, late)})
    assert "late never" in part(record, "acknowledge").sentence


def test_a_gap_in_the_metrics_beside_a_fault_is_scenery_unless_somebody_has_to_end_it(played: Played) -> None:
    gap = Blindness("gap", 60, 120)
    assert "gap" not in part(played(scenario={"blindness": (gap,)}), "detect").sentence
    real = replace(gap, ended_by=("restart-metrics",))
    assert "gap" in part(played(scenario={"blindness": (real,)}), "detect").sentence


@pytest.mark.parametrize(
    ("ending", "why"),
    [
        pytest.param("aborted", "it was broken off", id="aborted"),
        pytest.param("halted", "it was halted", id="halted"),
        pytest.param("incident", "it was stopped by what looked like a real incident", id="a real incident"),
        pytest.param("interrupted", "its process was stopped", id="interrupted"),
        pytest.param(None, "its process was stopped", id="killed, without an end"),
    ],
)
def test_what_did_not_run_to_its_end_is_not_scored(played: Played, ending: str | None, why: str) -> None:
    ends = [Event(800, "ended", "machine", choice=ending)] if ending else []
    card = score(played(*ends, less=kind("ended")))
    assert (card.scored, card.points, card.parts, card.why) == (False, None, (), why)
    assert lines(card) == (f"Not scored: {why}",)


class TestAlerts:
    EXPECTED = ExpectedAlert(CHECKOUT, "page_1h_5m", 400)

    @pytest.mark.parametrize(
        ("at", "outcome"),
        [
            pytest.param(400, "fired", id="in time"),
            pytest.param(401, "late", id="late"),
            pytest.param(None, "missing", id="never"),
        ],
    )
    def test_the_expected_one(self, asleep: Played, at: float | None, outcome: str) -> None:
        fired = [Event(at, "alert", "machine", CHECKOUT, "page_1h_5m")] if at else []
        record = asleep(scenario={"alerts": (self.EXPECTED,)})
        kept = tuple(event for event in record.events if event.kind != "alert")
        card = score(replace(record, events=tuple(sorted((*kept, *fired), key=lambda event: event.at))))
        assert [one.outcome for one in card.alerts] == [outcome]

    def test_one_that_was_due_after_all_was_over_is_not_missing(self, played: Played) -> None:
        assert [one.outcome for one in score(played()).alerts] == ["fired", "spared"]

    def test_a_page_that_nobody_expected_is_told_and_a_ticket_is_not(self, played: Played) -> None:
        more = [Event(500, "alert", "machine", STOCK, tier) for tier in ("page_1h_5m", "ticket_1d_2h")]
        told = [one for one in score(played(*more)).alerts if one.outcome == "unexpected"]
        assert [(one.slo, one.tier) for one in told] == [(STOCK, "page_1h_5m")]

    @pytest.mark.parametrize(
        ("at", "outcomes"),
        [
            pytest.param(500, ["fired", "spared"], id="while it is hurt, one comes with the other"),
            pytest.param(100, ["fired", "spared", "unexpected"], id="before anything was wrong nobody expects it"),
        ],
    )
    def test_another_tier_of_what_is_hurt(self, played: Played, at: float, outcomes: list[str]) -> None:
        card = score(played(Event(at, "alert", "machine", PAYMENT, "page_6h_30m")))
        assert [one.outcome for one in card.alerts] == outcomes

    def test_they_have_no_points(self, played: Played) -> None:
        more = [Event(500, "alert", "machine", STOCK, "page_1h_5m")]
        assert score(played(*more)).points == score(played()).points


def test_the_lines_fit_a_narrow_terminal_and_have_every_part(played: Played) -> None:
    shown = lines(score(played(Event(500, "mitigation", "kim", choice="restart-cart"))))
    assert max(map(len, shown)) <= COLUMNS
    assert shown[0].startswith("Score ")
    for word in (*WEIGHTS, "restart-cart ended nothing", "spared"):
        assert any(word in line for line in shown), word


def test_the_json_has_the_points_and_every_verdict(played: Played) -> None:
    body = card_json(score(played()))
    assert set(body) == {"scored", "why", "points", "parts", "penalties", "decisions", "alerts"}
    assert not set(body) & {"schema", "id", "drill", "player", "ending"}


# -- properties ---------------------------------------------------------------------------------------------

WAITS = st.floats(1, 1200)


@FIXTURE_IS_PURE
@given(wait=WAITS, sooner=st.floats(0, 1), which=st.sampled_from(["acknowledge", "hypothesis", "decision"]))
def test_earlier_is_never_worse(played: Played, wait: float, sooner: float, which: str) -> None:
    choice = {"acknowledge": "", "hypothesis": "payment", "decision": "page"}[which]

    def points(after: float) -> float:
        act = Event(180 + after, which, "kim", CHECKOUT, choice)  # type: ignore[arg-type]
        found = score(played(act, less=lambda event: event.kind in (which, "done")))
        return sum(one.points for one in found.parts) - found.lost

    assert points(wait * sooner) >= points(wait) - 1e-9


ACTS = st.one_of(
    st.builds(lambda at, slo: Event(at, "acknowledge", "kim", slo), st.floats(0, 799), st.sampled_from([CHECKOUT, STOCK])),
    st.builds(
        lambda at, slo, cause: Event(at, "hypothesis", "kim", slo, cause),
        st.floats(0, 799), st.sampled_from([CHECKOUT, STOCK]), st.sampled_from(["payment", "cart", "noise"]),
    ),
    st.builds(
        lambda at, slo, choice, policy: Event(at, "decision", "kim", slo, choice, policy=policy),
        st.floats(0, 799), st.sampled_from([CHECKOUT, STOCK]),
        st.sampled_from(["page", "ticket", "freeze", "lift", "roll-back", "ignore"]),
        st.sampled_from(["", "healthy", "caution", "freeze"]),
    ),
    st.builds(lambda at, word: Event(at, "mitigation", "kim", choice=word), st.floats(0, 799),
              st.sampled_from(["restart-cart", "fail-over-payment"])),
    st.builds(lambda at, cost: Event(at, "hint", "lee", choice="1", cost=cost), st.floats(0, 799), st.integers(1, 50)),
)  # fmt: skip


@FIXTURE_IS_PURE
@given(acts=st.lists(ACTS, max_size=12))
def test_every_score_is_within_its_bounds_and_the_same_twice(asleep: Played, acts: list[Event]) -> None:
    record = asleep(*acts)
    card = score(record)
    assert card.points is not None
    assert 0 <= card.points <= 100
    assert all(0 <= one.points <= one.of for one in card.parts)
    assert all(penalty.points > 0 for penalty in card.penalties)
    assert score(record) == card


@FIXTURE_IS_PURE
@given(acts=st.lists(ACTS, max_size=6), word=st.sampled_from(["restart-cart", "shed-load"]), at=st.floats(0, 799))
def test_what_costs_points_never_raises_them(played: Played, acts: list[Event], word: str, at: float) -> None:
    futile = Event(at, "mitigation", "kim", choice=word)
    before, after = score(played(*acts)), score(played(*acts, futile))
    assert (after.points or 0) <= (before.points or 0)
    assert after.parts == before.parts

"""Reading drills: what a file means, and what is said, with its line, about a file that is wrong."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from lab.drills.load import commitment, find_scenario, load_scenario, shipped
from lab.drills.remedies import REMEDIES
from lab.drills.scenario import Blindness, Deploy, ExpectedAlert, Fault, Message, Par, PastTrouble
from slotui.errors import SpecError, UsageError

DRILL = """\
apiVersion: slotui/v1
kind: Drill
metadata: {name: leaky-cart, displayName: A rainy Sunday}
spec:
  teaches: "cart fails"
  objective: Find it.
  brief: >-
    It rains,
    and people buy.
  roles: [on-call]
  lasts: 1h
  speed: 30
  world:
    starts: 2026-03-08T14:00:00Z
    rps: 20
    seed: 3
    troubles:
      - {ago: 2d, lasted: 1h, cause: payment, failing: 5%, slow: 1%}
  timeline:
    - at: 0s
      deploy: {version: cart 7}
    - at: 2m
      message: {from: support, text: "Two calls."}
    - at: 5m
      fault:
        name: cache-full
        cause: cart
        failing: 30%
        until: 40m
        endedBy: [restart-cart, empty-cache]
    - at: 50m
      blind: {name: gap, until: 55m}
  expect:
    alerts:
      - {slo: checkout-availability, tier: page 1h, by: 11m}
      - {slo: cart-availability, tier: page_6h_30m, by: 11m}
  right:
    hypotheses:
      - {slos: [cart-availability, checkout-availability], cause: cart}
    decisions:
      - {slo: checkout-availability, choose: page, after: 6m}
  remedies:
    - {name: empty-cache, means: the cache is emptied, takes: 90s}
  par: {detect: 3m, acknowledge: 4m, hypothesis: 6m, decision: 7m, mitigate: 10m, budget: 12%}
  hints:
    - {text: "Look.", cost: 5}
  questions:
    - What told you?
"""


def write(folder: Path, text: str) -> Path:
    path = folder / "drill.yaml"
    path.write_text(text)
    return path


def test_a_file_means_what_it_says(tmp_path: Path) -> None:
    found = load_scenario(write(tmp_path, DRILL))
    assert (found.name, found.title, found.brief) == ("leaky-cart", "A rainy Sunday", "It rains, and people buy.")
    assert (found.lasts, found.speed, found.real_time) == (3600, 30, False)
    assert (found.world.starts, found.world.rps, found.world.seed) == (1772978400, 20, 3)
    assert found.world.troubles == (PastTrouble(172800, 3600, "payment", 0.05, 0.01),)
    assert found.faults == (
        Fault("cache-full", 300, 2400, "cart", failing=0.3, ended_by=("restart-cart", "empty-cache")),
    )
    assert found.blindness == (Blindness("gap", 3000, 3300),)
    assert found.messages == (Message(120, "support", "Two calls."),)
    assert found.deploys == (Deploy(0, "cart 7"),)
    assert found.par == Par(180, 240, 360, 420, 600, 0.12)
    assert [(one.text, one.cost) for one in found.hints] == [("Look.", 5)]


def test_a_tier_may_be_named_by_its_long_window_or_its_key(tmp_path: Path) -> None:
    assert load_scenario(write(tmp_path, DRILL)).alerts == (
        ExpectedAlert("checkout-availability", "page_1h_5m", 660),
        ExpectedAlert("cart-availability", "page_6h_30m", 660),
    )


def test_a_players_choice_is_among_all_remedies_and_the_files_own(tmp_path: Path) -> None:
    found = load_scenario(write(tmp_path, DRILL)).remedies
    assert found[:-1] == REMEDIES
    assert (found[-1].word, found[-1].takes) == ("empty-cache", 90)


def test_a_fault_without_an_end_lasts_as_long_as_the_drill(tmp_path: Path) -> None:
    (fault,) = load_scenario(write(tmp_path, DRILL.replace("        until: 40m\n", ""))).faults
    assert fault.until == 3600


def test_a_drill_without_a_title_goes_by_its_name(tmp_path: Path) -> None:
    assert load_scenario(write(tmp_path, DRILL.replace(", displayName: A rainy Sunday", ""))).title == "leaky-cart"


WRONG = [
    pytest.param("speed: 30", "sped: 30", "12:3: unknown field `spec.sped`", "did you mean `speed`?", id="a typo"),
    pytest.param("kind: Drill", "kind: Dril", "2:7: `kind` is 'Dril'", "'Drill'", id="another kind"),
    pytest.param("apiVersion: slotui/v1", "apiVersion: v2", "1:13: `apiVersion`", "slotui/v1", id="another version"),
    pytest.param("  objective: Find it.\n", "", "`spec.objective` is missing", "add `objective", id="nothing to learn"),
    pytest.param("lasts: 1h", "lasts: soon", "11:10: `spec.lasts`", "", id="a length that is no time"),
    pytest.param("failing: 30%", "failing: a lot", "28:18: ", "", id="a share that is none"),
    pytest.param("cause: cart\n", "cause: moon\n", "27:16: ", "'cart'", id="a cause that there is not"),
    pytest.param("name: cache-full", "name: Cache Full", "26:15: ", "", id="a name with a space"),
    pytest.param("starts: 2026-03-08T14:00:00Z", "starts: sunday", "14:13: ", "", id="a start that is no moment"),
    pytest.param("rps: 20", "rps: 0", "15:10: ", "", id="a shop without buyers"),
    pytest.param("from: support", 'from: ""', "`spec.timeline.1.message.from`", "", id="a message by nobody"),
    pytest.param('text: "Two calls."', 'text: ""', "`spec.timeline.1.message.text`", "", id="an empty message"),
    pytest.param("cost: 5", "cost: 0", "`spec.hints.0.cost`", "", id="a hint for nothing"),
    pytest.param("cost: 5", "cost: 51", "`spec.hints.0.cost`", "", id="a hint that takes half of all points"),
    pytest.param("choose: page", "choose: panic", "`spec.right.decisions.0.choose`", "'page'", id="no such decision"),
    pytest.param(
        "  questions:\n    - What told you?\n", "  questions: []\n", "`spec.questions`", "", id="nothing to talk about"
    ),
    pytest.param(
        "      deploy: {version: cart 7}\n", "      deploy: {version: cart 7}\n      message: {from: a, text: b}\n",
        "`spec.timeline.0`", "", id="two things in one entry",
    ),
    pytest.param("    - at: 50m\n", "    - at: 1h\n", "31:11: ", "write an earlier time", id="after the end"),
    pytest.param("until: 40m", "until: 4m", "29:16: `cache-full` is over at 4m, before it begins", "after 5m",
                 id="a fault that ends before it begins"),
    pytest.param("until: 55m", "until: 45m", "32:33: `gap` is over at 45m, before it begins", "after 50m",
                 id="a gap that ends before it begins"),
    pytest.param("until: 40m", "until: 2h", "29:16: the drill ends after 1h", "", id="a fault beyond the end"),
    pytest.param("name: gap", "name: cache-full", "a second one is named 'cache-full'", "another name",
                 id="two of one name"),
    pytest.param("failing: 30%", "failing: 0%", "this fault does nothing", "add failing", id="a fault of nothing"),
    pytest.param("[restart-cart,", "[restart-car,", "30:19: no remedy is named 'restart-car'",
                 "did you mean restart-cart?", id="a remedy that there is not"),
    pytest.param("{name: empty-cache,", "{name: roll-back-release,", "there is a remedy 'roll-back-release'",
                 "another name", id="a remedy that there is already"),
    pytest.param("{slo: checkout-availability, tier", "{slo: checkout-avail, tier", "35:15: no SLO is named",
                 "did you mean checkout-availability?", id="an alert of no SLO"),
    pytest.param("[cart-availability,", "[car-availability,", "39:17: no SLO is named 'car-availability'",
                 "did you mean cart-availability?", id="a hypothesis about no SLO"),
    pytest.param("{slo: checkout-availability, choose", "{slo: x, choose", "41:15: no SLO is named 'x'", "there are",
                 id="a decision about no SLO"),
    pytest.param("tier: page 1h", "tier: page 2h", "35:44: checkout-availability has no tier 'page 2h'", "page_1h_5m",
                 id="a tier that there is not"),
    pytest.param("tier: page 1h, by: 11m", "tier: page 1h, by: 5m", "35:57: nothing is wrong before 5m", "slotui alerts",
                 id="an alert before the fault"),
    pytest.param("acknowledge: 4m", "acknowledge: 2m", "44:34: acknowledge is quicker than detect", "nobody can be",
                 id="an acknowledgement before anybody knows"),
    pytest.param("hypothesis: 6m", "hypothesis: 3m", "hypothesis is quicker than acknowledge", "nobody can be",
                 id="a cause before anybody looks"),
    pytest.param(" mitigate: 10m,", "", "there is no par for it", "mitigate", id="no par for what can be mended"),
    pytest.param("        endedBy: [restart-cart, empty-cache]\n", "", "nothing can be mended", "endedBy",
                 id="a par for what cannot be mended"),
]  # fmt: skip


@pytest.mark.parametrize(("before", "after", "what", "fix"), WRONG)
def test_what_is_wrong_is_said_where_it_stands(tmp_path: Path, before: str, after: str, what: str, fix: str) -> None:
    assert DRILL.count(before) == 1, "the example has to hold it once"
    path = write(tmp_path, DRILL.replace(before, after))
    with pytest.raises(SpecError) as raised:
        load_scenario(path)
    said = str(raised.value)
    assert f"{path}:" in said
    assert what in said
    assert fix in said


def real_time(text: str) -> str:
    """The example as one that the lab could play."""
    text = text.replace("  speed: 30\n", "  speed: 30\n  realTime: true\n")
    text = text.replace("    - at: 50m\n      blind: {name: gap, until: 55m}\n", "")
    return text[: text.index("    troubles:")] + text[text.index("  timeline:") :]


def test_a_drill_of_an_hour_can_be_played_in_the_lab(tmp_path: Path) -> None:
    assert load_scenario(write(tmp_path, real_time(DRILL))).real_time


@pytest.mark.parametrize(
    ("before", "after", "what"),
    [
        pytest.param("lasts: 1h", "lasts: 61m", "1h1m is long for real time", id="too long"),
        pytest.param(
            "  expect:", "    - {at: 50m, blind: {name: gap, until: 55m}}\n  expect:", "cannot lose its metrics", id="blind"
        ),
        pytest.param("failing: 30%", "failing: 30%\n        unseen: true", "cannot lose its metrics", id="unseen"),
        pytest.param(
            "    seed: 3\n", "    seed: 3\n    troubles: [{ago: 2d, lasted: 1h, cause: cart, failing: 5%}]\n",
            "a past of its own", id="a past that the lab did not have",
        ),
    ],
)  # fmt: skip
def test_what_the_lab_cannot_do_is_not_for_real_time(tmp_path: Path, before: str, after: str, what: str) -> None:
    with pytest.raises(SpecError, match=what):
        load_scenario(write(tmp_path, real_time(DRILL).replace(before, after)))


def test_every_problem_is_said_at_once(tmp_path: Path) -> None:
    text = (
        DRILL.replace("until: 40m", "until: 4m").replace("tier: page 1h", "tier: page 2h").replace("4m, hyp", "2m, hyp")
    )
    with pytest.raises(SpecError) as raised:
        load_scenario(write(tmp_path, text))
    assert len(raised.value.problems) == 3


def test_a_file_holds_one_drill(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="2 documents"):
        load_scenario(write(tmp_path, f"{DRILL}---\n{DRILL}"))


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"gone\.yaml: no such file"):
        load_scenario(tmp_path / "gone.yaml")


def test_a_drill_is_found_by_its_name() -> None:
    assert find_scenario("three-am") == shipped()["three-am"]


def test_a_drill_of_ones_own_is_found_by_its_file(tmp_path: Path) -> None:
    path = write(tmp_path, DRILL)
    assert find_scenario(str(path)) == path


@pytest.mark.parametrize(
    ("name", "what", "fix"),
    [
        pytest.param(
            "tuesday-launch", "no drill is named 'tuesday-launch'", "did you mean tuesday-lunch?", id="a typo"
        ),
        pytest.param("zzz", "no drill is named 'zzz'", "there are tuesday-lunch, quiet-night", id="nothing like it"),
        pytest.param("mine.yaml", "mine.yaml: no such file", "slotui drill list", id="a file that is not there"),
        pytest.param("drills/mine", "drills/mine: no such file", "slotui drill list", id="a path that is not there"),
    ],
)
def test_who_asks_for_another_is_told_what_there_is(
    name: str, what: str, fix: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError) as raised:
        find_scenario(name)
    assert what in raised.value.what
    assert fix in (raised.value.fix or "")


def test_the_commitment_is_what_sha256sum_says_of_salt_and_file() -> None:
    assert commitment(b"kind: Drill\n", "pepper") == hashlib.sha256(b"pepper\nkind: Drill\n").hexdigest()
    assert commitment(b"kind: Drill\n", "pepper") != commitment(b"kind: Drill\n", "salt")
    assert commitment(b"kind: Drill\n", "pepper") != commitment(b"kind: Drill \n", "pepper")

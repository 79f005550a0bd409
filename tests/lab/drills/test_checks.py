"""What the shape of a drill cannot say, one wrong file at a time."""

from __future__ import annotations

from pathlib import Path

import pytest

from lab.drills.load import load_scenario, shipped
from slotui.errors import SpecError

LUNCH = shipped()["tuesday-lunch"].read_text()
NIGHT = shipped()["quiet-night"].read_text()
THAW = shipped()["thaw"].read_text()
GREEN = shipped()["all-green"].read_text()
FRIDAY = shipped()["black-friday"].read_text()


@pytest.mark.parametrize(
    ("text", "before", "after", "what", "fix"),
    [
        pytest.param(LUNCH, "failing: 40%", "failing: 130%", "`spec.timeline.1.fault.failing`", "less than or equal to 1",
                     id="more than all fail"),
        pytest.param(LUNCH, "failing: 40%", "failing: -5%", "`spec.timeline.1.fault.failing`", "", id="fewer than none"),
        pytest.param(LUNCH, "budget: 22%", "budget: 220%", "`spec.par.budget`", "", id="a par above a whole budget"),
        pytest.param(NIGHT, "        failing: 0.6%\n", "", "`failing` is missing", "add `failing: 5%`",
                     id="a ramp to nowhere"),
        pytest.param(GREEN, "failing: 60%", "slow: 60%", "only what fails can be unseen", "failing: 40%",
                     id="unseen, and not failing"),
        pytest.param(FRIDAY, "cause: inventory, stalls", "cause: cart, stalls", "stock that stalls is not of cart",
                     "cause: inventory", id="stock that stalls in the cart"),
        pytest.param(THAW, "ago: 29d20h", "ago: 39d", "the shop's history is 38d long", "past: 39d",
                     id="a trouble before all history"),
        pytest.param(THAW, "lasted: 2h", "lasted: 30d", "it would reach into the drill", "at most", id="a past until now"),
        pytest.param(THAW, ", failing: 50%", "", "this trouble did nothing", "add failing", id="a past of nothing"),
        pytest.param(LUNCH, "{slo: payment-availability, tier: page 6h", "{slo: payment-availability, tier: page 1h",
                     "page_1h_5m of payment-availability is expected twice", "keep one", id="one alert twice"),
        pytest.param(LUNCH, "{slo: payment-availability, tier: page 6h", "{slo: cart-availability, tier: page 6h",
                     "no fault makes events of cart-availability bad", "checkout-availability, payment-availability",
                     id="an alert of what is well"),
        pytest.param(LUNCH, "by: 14m30s", "by: 26m", "the drill ends after 25m", "leave the alert out",
                     id="an alert after the end"),
        pytest.param(LUNCH, "slos: [payment-availability, checkout-availability]", "slos: [cart-availability]",
                     "no right hypothesis is about `processor-outage`", "slos: [checkout-availability, payment",
                     id="a fault that nobody can name"),
        pytest.param(NIGHT, "after: 2h", "after: 16h", "the drill ends after 16h", "an earlier time",
                     id="a decision that is never right"),
        pytest.param(LUNCH, "mitigate: 9m", "mitigate: 1m30s", "the quickest remedy takes 2m", "a longer time",
                     id="a par before any remedy works"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_said(tmp_path: Path, text: str, before: str, after: str, what: str, fix: str) -> None:
    assert text.count(before) == 1
    path = tmp_path / "drill.yaml"
    path.write_text(text.replace(before, after))
    with pytest.raises(SpecError) as raised:
        load_scenario(path)
    assert len(raised.value.problems) == 1
    assert what in str(raised.value)
    assert fix in str(raised.value)

"""Lints from a look at live series, and from how long a server keeps them."""

from __future__ import annotations

import pytest

from slotui.core.lints import Check, Part
from slotui.core.live_lints import Look, Retention, Selected, live_lints, retention_lints
from slotui.core.sli import EventSli, Matcher, Selector, Sli, freshness
from slotui.core.slo import Slo
from slotui.duration import DAY

GOOD = EventSli(Selector("all_total"), Selector("ok_total", (Matcher("code", "=", "200"),)))
BAD = EventSli(Selector("all_total"), bad=Selector("failed_total"))
FRESH = freshness(Selector("updated"), 60)

THERE = Selected(3, 3, 1000.0)
GONE = Selected(0, 0)


def slo(sli: Sli = GOOD) -> Slo:
    return Slo("shop", "shop", 0.999, 30 * DAY, sli)


@pytest.mark.parametrize(
    ("sli", "selected", "expected"),
    [
        pytest.param(GOOD, {Part.ELIGIBLE: THERE, Part.GOOD: THERE}, [], id="all there"),
        pytest.param(GOOD, {Part.ELIGIBLE: GONE, Part.GOOD: GONE},
                     [(Part.ELIGIBLE, "no series match all_total in the last 1h: the SLO has no data", "nothing is named all_total")],
                     id="nothing there: said once"),
        pytest.param(GOOD, {Part.ELIGIBLE: THERE, Part.GOOD: Selected(0, 4)},
                     [(Part.GOOD, "every event counts as bad", "4 series are named ok_total: mend the label conditions")],
                     id="good finds nothing, its metric exists: a label is wrong"),
        pytest.param(BAD, {Part.ELIGIBLE: THERE, Part.BAD: GONE},
                     [(Part.BAD, "nothing counts as bad", "expose the counter at 0")], id="bad finds nothing: perhaps no failure yet"),
        pytest.param(FRESH, {Part.ELIGIBLE: GONE}, [(Part.ELIGIBLE, "no series match updated", "")], id="a gauge that is not there"),
        pytest.param(FRESH, {Part.ELIGIBLE: Selected(1, 1)}, [], id="a gauge that is there"),
        pytest.param(GOOD, {Part.ELIGIBLE: THERE, Part.GOOD: Selected(3, 3, 1200.0)},
                     [(Part.GOOD, "more good events than eligible ones in the last 1h: 1,200 among 1,000", "every label condition")],
                     id="more good events than eligible ones"),
        pytest.param(GOOD, {Part.ELIGIBLE: THERE, Part.GOOD: Selected(3, 3, 1004.0)}, [],
                     id="within what increase() makes of equal counters"),
        pytest.param(BAD, {Part.ELIGIBLE: THERE, Part.BAD: Selected(3, 3, 5000.0)},
                     [(Part.BAD, "more bad events than eligible ones", "")], id="more bad events than eligible ones"),
        pytest.param(GOOD, {Part.ELIGIBLE: THERE, Part.GOOD: Selected(1, 3, 0.0)},
                     [(Part.GOOD, "none of 1,000 eligible events in the last 1h was good", "if that was no outage")],
                     id="a series at rest: the right metric, the wrong label value"),
        pytest.param(GOOD, {Part.ELIGIBLE: Selected(3, 3, 0.0), Part.GOOD: Selected(3, 3, 0.0)}, [], id="no traffic: nothing to say"),
        pytest.param(BAD, {Part.ELIGIBLE: THERE, Part.BAD: Selected(1, 1, 0.0)}, [], id="nothing bad is good"),
        pytest.param(GOOD, {Part.ELIGIBLE: Selected(3, 3), Part.GOOD: Selected(3, 3)}, [], id="a single sample says nothing"),
    ],
)  # fmt: skip
def test_what_the_selectors_find(
    sli: Sli, selected: dict[Part, Selected], expected: list[tuple[Part, str, str]]
) -> None:
    found = live_lints(slo(sli), Look(selected))
    assert [lint.part for lint in found] == [part for part, _, _ in expected]
    for lint, (_, what, fix) in zip(found, expected, strict=True):
        assert what in lint.what
        assert fix in lint.fix


@pytest.mark.parametrize(
    ("by", "what", "matcher"),
    [
        pytest.param([({"route": "/checkout"}, 60), ({"route": "/healthz"}, 40)],
                     'route="/healthz", 40% of the last 1h', 'route!="/healthz"', id="a health check, with its share"),
        pytest.param([({"path": "/live"}, 1), ({"path": "/readyz"}, 2), ({"path": "/a"}, 7)],
                     'path="/readyz", path="/live", 30%', 'path!~"/live|/readyz"', id="two of them, the busier first"),
        pytest.param([({"handler": "/v1.2/metrics"}, 1), ({"handler": "/x/health-check"}, 1)],
                     'handler="/v1.2/metrics"', 'handler!~"/v1\\\\.2/metrics|/x/health-check"', id="a dot is escaped for the regex"),
        pytest.param([({"job": "blackbox_probe"}, 1)], 'job="blackbox_probe"', 'job!="blackbox_probe"', id="a prober's job"),
        pytest.param([({"user_agent": "kube-probe/1.27"}, 1)], "kube-probe", "user_agent!=", id="the kubelet"),
        pytest.param([({"user_agent": "ELB-HealthChecker/2.0"}, 1)], "ELB-HealthChecker", "user_agent!=", id="a load balancer"),
        pytest.param([({"synthetic": "true"}, 5), ({"synthetic": "false"}, 95)],
                     'synthetic="true", 5%', 'synthetic!="true"', id="what says itself that it is synthetic"),
        pytest.param([({"route": "/healthz"}, 0), ({"route": "/checkout"}, 0)],
                     'route="/healthz", 0%', 'route!="/healthz"', id="no traffic just now: still eligible"),
    ],
)  # fmt: skip
def test_probes_among_the_eligible_events(by: list[tuple[dict[str, str], float]], what: str, matcher: str) -> None:
    (lint,) = live_lints(slo(), Look({Part.ELIGIBLE: THERE, Part.GOOD: THERE}, by))
    assert (lint.check, lint.part) == (Check.PROBE_TRAFFIC, Part.ELIGIBLE)
    assert what in lint.what
    assert lint.fix.endswith(matcher) or matcher.endswith("!=")
    assert matcher in lint.fix


@pytest.mark.parametrize("value", ["/delivery", "/already", "/healthcare", "/alive", "/olive-oil", "/rehealth", ""])
def test_what_only_sounds_like_a_probe(value: str) -> None:
    assert live_lints(slo(), Look({Part.ELIGIBLE: THERE, Part.GOOD: THERE}, [({"route": value}, 1)])) == ()


def test_a_label_from_a_server_draws_nothing_but_itself() -> None:
    by = [({"route": "/health\x1b[31m"}, 1.0)]
    (lint,) = live_lints(slo(), Look({Part.ELIGIBLE: THERE, Part.GOOD: THERE}, by))
    assert "\x1b" not in lint.what + lint.fix


@pytest.mark.parametrize(
    ("kept", "words"),
    [
        pytest.param(15, "keeps 15d, and the window is 30d: the budget forgets", id="the default of 15 days"),
        pytest.param(30, "keeps 30d, with too little to spare", id="just the window"),
        pytest.param(33, None, id="a tenth more is enough"),
        pytest.param(None, None, id="unknown is not too short"),
    ],
)
def test_retention(kept: int | None, words: str | None) -> None:
    found = retention_lints(slo(), Retention(None if kept is None else kept * DAY))
    assert [lint.check for lint in found] == ([Check.SHORT_RETENTION] if words else [])
    for lint in found:
        assert words is not None
        assert words in lint.what
        assert "--storage.tsdb.retention.time=33d" in lint.fix

"""Budgets and firing times of the generated rules, by promtool's unit tests: what arithmetic predicts is what happens."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from slotui.core.alerts import AlertTier, detection_time, reset_time
from slotui.core.counting import BAD, ELIGIBLE, SLICE_BAD
from slotui.core.sli import EventSli, Gauge, Matcher, Selector, SliceSli, Threshold, Weights
from slotui.core.slo import Slo
from slotui.duration import DAY, HOUR, MINUTE, compact
from slotui.generate.panel_queries import bad, eligible, remaining
from slotui.generate.rules import REMAINING, rules_yaml

pytestmark = [pytest.mark.slow, pytest.mark.prometheus]

COUNTED = EventSli(Selector("requests_total"), Selector("requests_total", (Matcher("code", "=", "200"),)))
SHOP = Slo("shop", "shop", 0.999, 30 * DAY, COUNTED)
QUEUE = Slo("queue", "shop", 0.99, 7 * DAY, SliceSli(
    Threshold("queue_length", "lte", 100, Gauge(Selector("queue_length"))), MINUTE, 1.0))  # fmt: skip
BY_HAND = AlertTier("page", "by hand", HOUR // 2, 5 * MINUTE, 20.0, 20 * HOUR / 2 / (30 * DAY))


@dataclass(frozen=True, slots=True)
class Expected:
    """What an expression says at `at` seconds of a test: one value without labels, or nothing."""

    expr: str
    at: float
    value: float | None


Judge = Callable[..., None]


@pytest.fixture
def judge(promtool: str, tmp_path: Path) -> Judge:
    """Run promtool's unit test over the rules of an SLO: input series a step apart, and what is expected when."""

    def run(slo: Slo, series: dict[str, str], step: int, every: int, *expected: Expected, without: str = "") -> None:
        rules = yaml.safe_load(rules_yaml([slo]))
        for group in rules["groups"]:
            group["rules"] = [rule for rule in group["rules"] if rule.get("record") != without or not without]
        rules["groups"] = [group for group in rules["groups"] if group["rules"]]
        (tmp_path / "rules.yml").write_text(yaml.safe_dump(rules))
        document: dict[str, Any] = {
            "rule_files": ["rules.yml"],
            "evaluation_interval": compact(every),
            # promtool takes the groups in any order, and an alert may see the ratio of the step before.
            "group_eval_order": [group["name"] for group in rules["groups"]],
            "tests": [{
                "interval": compact(step),
                "input_series": [{"series": name, "values": values} for name, values in series.items()],
                "promql_expr_test": [
                    {
                        "expr": one.expr,
                        "eval_time": compact(one.at),
                        "exp_samples": [] if one.value is None else [{"labels": "{}", "value": one.value}],
                    }
                    for one in expected
                ],
            }],
        }  # fmt: skip
        (tmp_path / "test.yml").write_text(yaml.safe_dump(document))
        done = subprocess.run(
            [promtool, "test", "rules", str(tmp_path / "test.yml")], capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr

    return run


def counters(step: int, *phases: tuple[float, float], rate: float = 10) -> dict[str, str]:
    """Good and bad counters at `rate` requests a second, through phases of (seconds, share that is bad)."""
    found = {"200": "0", "500": "0"}
    totals = {"200": 0.0, "500": 0.0}
    for seconds, share in phases:
        for code, part in (("200", 1 - share), ("500", share)):
            gain = rate * step * part
            count = round(seconds / step)
            found[code] += f" {totals[code] + gain:.12g}+{gain:.12g}x{count - 1}"
            totals[code] += gain * count
    return {f'requests_total{{code="{code}"}}': values for code, values in found.items()}


def fires(tier: AlertTier) -> str:
    """1 while the tier's alert fires, else 0."""
    chosen = f'severity="{tier.severity}",long="{compact(tier.long)}"'
    return f'count(ALERTS{{alertname="ErrorBudgetBurn",alertstate="firing",{chosen}}}) or vector(0)'


def asked(query: str, slo: Slo) -> str:
    """A panel's query for one SLO, as a value without labels."""
    return f"sum({query.replace('$slo', slo.name)})"


# Each tier at an error ratio that it is there for, after a clean window and more. Evaluated as often as its counts are.
@pytest.mark.parametrize(
    ("slo", "tier", "ratio", "every"),
    [
        pytest.param(SHOP, SHOP.tiers[0], 1.0, 15, id="a total failure pages after 52 s"),
        pytest.param(SHOP, SHOP.tiers[0], 0.1, 15, id="ten percent page after 8 min 38 s"),
        pytest.param(SHOP, SHOP.tiers[0], 0.05, 15, id="five percent page after 17 min 17 s"),
        pytest.param(SHOP, SHOP.tiers[1], 0.01, 300, id="one percent pages by the slow burn after 3 h 36 min"),
        pytest.param(SHOP, SHOP.tiers[2], 0.02, 300, id="two percent make a ticket after 3 h 36 min"),
        pytest.param(SHOP, SHOP.tiers[3], 0.005, 300, id="half a percent makes one of the slow leak after 14 h 24 min"),
        pytest.param(replace(SHOP, alerting=(BY_HAND,)), BY_HAND, 0.1, 15, id="a tier by hand after six minutes"),
    ],
)
def test_each_tier_fires_when_predicted(slo: Slo, tier: AlertTier, ratio: float, every: int, judge: Judge) -> None:
    after = detection_time(tier, slo.target, ratio)
    assert after is not None
    clean = tier.long + 2 * tier.short
    series = counters(every, (clean, 0.0), (after + 3 * every, ratio))
    judge(
        replace(slo, alerting=(tier,)), series, every, every,  # the others' rules only cost time here
        Expected(fires(tier), clean, 0),
        Expected(fires(tier), clean + after - every, 0),
        Expected(fires(tier), clean + after + 2 * every, 1),
    )  # fmt: skip


def test_an_alert_links_to_the_runbook_where_there_is_one() -> None:
    def links(slo: Slo) -> set[str | None]:
        rules = [rule for group in yaml.safe_load(rules_yaml([slo]))["groups"] for rule in group["rules"]]
        return {rule["annotations"].get("runbook_url") for rule in rules if "alert" in rule}

    assert links(SHOP) == {None}
    assert links(replace(SHOP, runbook="https://runbooks.example/shop")) == {"https://runbooks.example/shop"}


@pytest.mark.parametrize("ratio", [0.3, 1.0])
def test_a_page_is_kept_for_its_short_window_and_falls_quiet_then(ratio: float, judge: Judge) -> None:
    """S·(1 − f(1−t)/e) after the fault the burn is below; the alert stays for another S, so that it does not flap."""
    tier, every, clean, fault = SHOP.tiers[0], 15, HOUR + 10 * MINUTE, 10 * MINUTE
    quiet = clean + fault + reset_time(tier, SHOP.target, ratio) + tier.short
    judge(
        replace(SHOP, alerting=(tier,)), counters(every, (clean, 0.0), (fault, ratio), (HOUR, 0.0)), every, every,
        Expected(fires(tier), quiet - 2 * every, 1),
        Expected(fires(tier), quiet + 3 * every, 0),
    )  # fmt: skip


def test_a_slice_sli_pages_when_predicted(judge: Judge) -> None:
    """Every slice bad: 13.44 · 1 % of an hour is 8 min 4 s, that is the ninth slice."""
    tier, clean = QUEUE.tiers[0], 2 * HOUR
    after = detection_time(tier, QUEUE.target, 1.0)
    assert after == pytest.approx(483.84)
    series = {"queue_length": "50x480 500x240"}  # 15 s apart: good for two hours, then too long
    judge(
        replace(QUEUE, alerting=(tier,)), series, 15, 60,
        Expected(fires(tier), clean + 8 * MINUTE, 0),
        Expected(fires(tier), clean + after + 2 * MINUTE, 1),
    )  # fmt: skip


# Six hours at 10 requests/s are 216 000; a hundredth of them failing for five minutes are 30 bad ones of 216 allowed.
SHORT = replace(SHOP, window=6 * HOUR, alerting=())
BURST = counters(60, (6 * HOUR, 0.0), (5 * MINUTE, 0.01), (8 * HOUR, 0.0))
BETWEEN = 60
"""Seconds after a recorded count, so that a window's border is on none of them."""


@pytest.mark.parametrize(
    ("weights", "lost", "events"),
    [
        pytest.param(None, 30, 216_000, id="every request counts one"),
        pytest.param(Weights("code", (("500", 2.0),)), 60, 216_030, id="a failed one counts two"),
    ],
)
def test_what_remains_after_a_burst(weights: Weights | None, lost: float, events: float, judge: Judge) -> None:
    slo = replace(SHORT, sli=replace(COUNTED, weights=weights))
    after, rolled_off, silent = (hours * HOUR + 10 * MINUTE + BETWEEN for hours in (8, 12, 20.5))
    left = f"round({asked(remaining([slo]), slo)}, 0.000001)"
    judge(
        slo, BURST, 60, 300,
        Expected(asked(eligible([slo]), slo), after, events),
        Expected(asked(bad([slo]), slo), after, lost),
        Expected(left, after, round(1 - lost / (0.001 * events), 6)),
        Expected(left, rolled_off, 1),
        Expected(left, silent, None),
        # The same as the rules record it, by themselves: exactly on a count, on every version.
        Expected(f"round(sum({REMAINING}), 0.000001)", after, round(1 - lost / (0.001 * events), 6)),
        Expected(f"sum({REMAINING})", rolled_off, 1),
        Expected(f"sum({REMAINING})", silent, None),
    )  # fmt: skip


def test_what_remains_of_a_slice_budget(judge: Judge) -> None:
    """Twelve bad slices of two days (2 880): 1 − 12 / (1 % · 2 880). The slices are half a step off the counts."""
    slices = " ".join("_ 1" if 100 <= number < 112 else "_ 0" for number in range(2880))
    series = {f'{SLICE_BAD}{{slo="queue",service="shop"}}': slices}
    at = 2 * DAY + BETWEEN
    judge(
        replace(QUEUE, alerting=()), series, 30, 300,
        Expected(asked(eligible([QUEUE]), QUEUE), at, 2880),
        Expected(asked(bad([QUEUE]), QUEUE), at, 12),
        Expected(f"round({asked(remaining([QUEUE]), QUEUE)}, 0.000001)", at, round(1 - 12 / 28.8, 6)),
        without=SLICE_BAD,
    )  # fmt: skip


def counted(tiles: dict[int, float], at: int, length: int, *, left_open: bool) -> float:
    """`sum_over_time(tiles[length])` at `at`: Prometheus 3 leaves the left border out, Prometheus 2 takes it in."""
    left = at - length
    return sum(value for when, value in tiles.items() if (left < when if left_open else left <= when) and when <= at)


def test_what_the_rules_count_at_the_border_of_a_window() -> None:
    """Prometheus 3 made ranges left-open. What that changes, by arithmetic:

    A recorded count is `x - x offset 5m`, two instants and no range: on either version the tile that is recorded at
    T holds the events of (T − 5 m, T], and tiles add up to the counter's own difference, whatever happened at their
    borders. A window that sums tiles, `sum_over_time(tiles[30d])`, takes 8 640 of them on either version when it
    ends between two tiles, as a dashboard's does. When it ends exactly on one, Prometheus 2 takes in the tile at the
    left border too: 8 641, a tile more, 0.0116 % of the window. The rules sum where they count, so always exactly on
    a tile: they ask for one second less, which is 8 640 tiles on both.
    """
    step, window = 300, 30 * DAY
    arrivals = {when: 3 + when % 7 for when in range(0, window + 2 * step + 1, 15)}  # some exactly on the borders
    counter, total = {}, 0
    for when, events in arrivals.items():
        total += events
        counter[when] = total
    tiles = {when: counter[when] - counter[when - step] for when in range(step, window + 2 * step + 1, step)}
    last = window + step
    assert sum(tiles[when] for when in tiles if step < when <= last) == counter[last] - counter[step]

    ones = dict.fromkeys(tiles, 1.0)
    between = last + 60
    assert counted(ones, between, window, left_open=True) == counted(ones, between, window, left_open=False) == 8640
    assert counted(ones, last, window, left_open=True) == 8640
    assert counted(ones, last, window, left_open=False) == 8641
    for left_open in (True, False):
        assert counted(ones, last, window - 1, left_open=left_open) == 8640
        assert counted(tiles, between, window, left_open=left_open) == counter[last] - counter[step]


def test_promtool_counts_at_the_border_as_its_version_does(promtool: str, judge: Judge) -> None:
    version = subprocess.run([promtool, "--version"], capture_output=True, text=True, check=True)
    major = re.search(r"version (\d+)\.", version.stdout + version.stderr)
    assert major is not None
    left_open = int(major[1]) >= 3
    tiles = dict.fromkeys(range(0, 2 * HOUR + 1, 300), 1.0)
    series = {'tiles{slo="x"}': "1x24"}
    judge(SHOP, series, 300, 300, *(
        Expected(f"sum(sum_over_time(tiles[{compact(length)}]))", at, counted(tiles, at, length, left_open=left_open))
        for at, length in ((HOUR, HOUR), (HOUR + 60, HOUR), (HOUR, HOUR - 1))
    ))  # fmt: skip


def test_tiles_add_up_to_the_counter_on_this_prometheus(judge: Judge) -> None:
    """Uneven traffic, a tile's border on every fifth sample: the tiles of two hours are the counter's difference."""
    series = {'requests_total{code="200"}': " ".join(str(n * n) for n in range(181))}
    names = f'sum(sum_over_time({ELIGIBLE}{{slo="shop"}}[2h]))', f'sum(sum_over_time({BAD}{{slo="shop"}}[2h]))'
    at = 3 * HOUR + 30
    judge(SHOP, series, 60, 300, Expected(names[0], at, 180**2 - 60**2), Expected(names[1], at, 0))

"""Other tools' SLOs as text and as JSON: their number labelled as theirs, ours beside it, the unknown a dash or null."""

from __future__ import annotations

import json

from slotui.core.budget import Budget
from slotui.core.found import Discovery, FoundSlo, Told, Tool
from slotui.core.sli import EventSli, Selector
from slotui.core.slo import Slo
from slotui.core.timeline import Counts
from slotui.duration import DAY
from slotui.view.discovered import render
from slotui.view.discovered_json import to_json

SLO = Slo("shop-errors", "shop", 0.999, 30 * DAY, EventSli(Selector("all"), bad=Selector("bad")))
FOUND = Discovery(
    "http://prometheus:9090",
    1_700_000_000.0,
    (
        FoundSlo(
            Tool.SLOTH, "shop-errors", "shop errors", "shop", 0.999, 30 * DAY,
            Told(0.5486, 20.0, weighted=False, firing=("page", "ticket")), SLO,
            budget=Budget(0.999, 30 * DAY, Counts(142_559_345, 90_221, 15 * DAY)),
        ),
        FoundSlo(
            Tool.PYRRA, "cart", "cart", "cart", None, None, Told(weighted=True), uncounted="no rules are listed at this address"
        ),
        FoundSlo(Tool.GRAFANA, "u-1", "Basket", "Basket", 0.99, 7 * DAY, Told(0.25)),
    ),
)  # fmt: skip


def test_text() -> None:
    assert render(FOUND).splitlines() == [
        f"{'Sloth        shop-errors':53} 99.9% over 30d  burn 20.0x",
        "             54.9% left, unweighted (Sloth); firing: page, ticket",
        "             36.7% left, counted: 90,221 bad of 142,559,345; 50% of 30d measured",
        f"{'Pyrra        cart':53} - over -  burn -",
        "             - left, by events (Pyrra)",
        "             not counted: no rules are listed at this address",
        f"{'Grafana SLO  Basket':53} 99% over 7d  burn -",
        "             25.0% left, weighting unknown (Grafana SLO)",
        "             not counted",
    ]


def test_json() -> None:
    document = json.loads(json.dumps(to_json(FOUND), allow_nan=False))
    assert (document["schema"], document["at"]) == ("slotui/discovery/1", "2023-11-14T22:13:20Z")
    sloth, pyrra, _ = document["slos"]
    assert (sloth["target"], sloth["window"], sloth["weighting"], sloth["firing"]) == (
        0.999, "30d", "unweighted", ["page", "ticket"],
    )  # fmt: skip
    assert sloth["counted"]["name"] == "shop-errors"
    assert (sloth["counted"]["bad"], sloth["counted"]["coverage"], sloth["not_counted"]) == (90_221, 0.5, None)
    assert (pyrra["target"], pyrra["remaining_ratio"], pyrra["counted"]) == (None, None, None)
    assert pyrra["not_counted"] == "no rules are listed at this address"

"""The chaos panel in lines: what is on, a price, a no, and how far it has come."""

from __future__ import annotations

from dataclasses import replace

import pytest

from slotui.core.board import ActiveFault
from slotui.core.entry import Estimate
from slotui.core.quote import FaultOn, Quote, QuotedAlert, QuotedPrice, Started
from slotui.errors import SourceError, UsageError
from slotui.view.chaos_panel import Panel, Phase, answer, keys, no_desk, on_now, quote_lines, unseen, word_to_type
from slotui.view.ink import plain, width
from slotui.view.words import ASCII, UNICODE

PRICE = QuotedPrice(
    slo="checkout-availability",
    window=2592000,
    bad=Estimate(1407, 1484, 1562),
    share=Estimate(0.0132, 0.0139, 0.0147),
    share_so_far=None,
    burn=50.0,
    left=0.653,
    left_after=0.6391,
    tier="healthy",
    tier_after="healthy",
    tier_at_worst="healthy",
    assumed=("traffic of 49.5/s: the last 30m",),
)
QUOTE = Quote("5% 500 on POST /checkout", 600, "http://127.0.0.1:1", "checkout", "lab", (PRICE,))
REFUSED = replace(QUOTE, against=("an alert fires already",), ways_out=("ends at 14.4x or less", '--override "reason"'))
EVIL = "[/red]\x1b[2J\u202e" + "x" * 300 + "\n" + "カ" * 50


def words(rows) -> str:
    return "\n".join(plain(row) for row in rows)


def test_a_price_has_its_interval_what_is_left_the_tier_and_what_it_rests_on():
    text = words(quote_lines(QUOTE, 80, UNICODE))
    assert "5% 500 on POST /checkout for 10m  at checkout, lab" in text
    assert "1.4% of the 30d budget (1.3%-1.5%)" in text
    assert "1,484 (1,407-1,562) bad, burn 50.0x" in text
    assert "left 65.3%, then 63.9%; policy tier stays healthy" in text
    assert "alerts: none will fire" in text
    assert "assumed: traffic of 49.5/s" in text


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        pytest.param({"tier_after": "caution", "tier_at_worst": "caution"}, "healthy, then caution", id="a new tier"),
        pytest.param({"tier_at_worst": "freeze"}, "stays healthy, at the upper end freeze", id="only at the upper end"),
        pytest.param({"tier": None}, "policy tier unknown", id="no tier is known"),
        pytest.param({"share_so_far": 0.31}, "the window is young: 31.0% of the budget so far", id="a young window"),
        pytest.param({"share": None}, "a cost unknown", id="nothing to divide by"),
        pytest.param(
            {"alerts": (QuotedAlert("page", "1h", 14.4, 0.0), QuotedAlert("ticket", "1d", 3.0, 500.0))},
            "alerts: page at once (1h above 14.4x), ticket after 8m20s (1d above 3x)",
            id="alerts that will fire",
        ),
    ],
)
def test_what_follows_from_a_price_is_said(changed, told):
    assert told in words(quote_lines(replace(QUOTE, prices=(replace(PRICE, **changed),)), 120, UNICODE))


def test_a_refusal_stands_word_for_word_with_its_ways_out_before_the_price():
    text = words(quote_lines(REFUSED, 80, UNICODE))
    assert "✖ REFUSED  an alert fires already" in text
    assert "ends at 14.4x or less" in text
    assert '--override "reason"' in text
    assert text.index("REFUSED") < text.index("1.4%")
    lifted = words(quote_lines(REFUSED, 80, UNICODE, overriding=True))
    assert "OVERRIDDEN  an alert fires already" in lifted
    assert "--override" not in lifted


@pytest.mark.parametrize(
    ("prices", "told"),
    [
        pytest.param(None, "price unknown: the metrics are 5m old", id="nobody can tell"),
        pytest.param((), "costs nothing: no SLO counts these requests as bad", id="nobody counts them"),
    ],
)
def test_a_price_that_is_none_says_so(prices, told):
    assert told in words(quote_lines(replace(QUOTE, prices=prices, why="the metrics are 5m old"), 80, UNICODE))


@pytest.mark.parametrize(
    ("panel", "spendable"),
    [
        pytest.param(Panel(Phase.PRICED, QUOTE), True, id="a price without a no"),
        pytest.param(Panel(Phase.PRICED, REFUSED), False, id="a no"),
        pytest.param(Panel(Phase.PRICED, REFUSED, overriding=True), True, id="a no that is overridden: inject decides"),
        pytest.param(Panel(Phase.PRICED, QUOTE, changed=True), False, id="a price of another form"),
        pytest.param(Panel(Phase.STARTING, QUOTE), False, id="it is being started"),
        pytest.param(Panel(), False, id="no price at all"),
    ],
)
def test_only_a_standing_price_can_be_spent(panel, spendable):
    assert panel.spendable is spendable


@pytest.mark.parametrize(
    ("name", "word"),
    [
        ("checkout-availability", "checkout-availability"),
        ("カート", "spend"),
        ("a\nb", "spend"),
        (" padded", "spend"),
        ("x" * 41, "spend"),
        ("", "spend"),
    ],
)
def test_the_word_to_type_can_be_typed(name, word):
    assert word_to_type(replace(QUOTE, prices=(replace(PRICE, slo=name),))) == word


def test_the_word_is_the_name_of_whoever_pays_most():
    dear = replace(PRICE, slo="dear", share=Estimate(0.1, 0.2, 0.3))
    assert word_to_type(replace(QUOTE, prices=(PRICE, dear))) == "dear"


FAULT = ActiveFault(
    "e1", "error", 46, "5% 500 on POST /checkout", "kim", 1000.0, 1600.0, "checkout-availability", 0.0058, 0.0139
)


@pytest.mark.parametrize(
    ("fault", "now", "told"),
    [
        pytest.param(FAULT, 1252.0, "4m12s of 10m, 5m48s left   cost 0.58% of 1.4% planned", id="halfway"),
        pytest.param(FAULT, 1700.0, "11m40s of 10m, over", id="its time is up"),
        pytest.param(replace(FAULT, cost=None), 1252.0, "46 injected, 1.4% planned", id="a delay is not yet a bad one"),
        pytest.param(ActiveFault("x", "latency", 7), 0.0, "7 injected, not in the ledger", id="nobody wrote it down"),
    ],
)
def test_what_is_on_says_how_far_it_is(fault, now, told):
    assert told in words(on_now([fault], [], now, 80, UNICODE))


def test_a_fault_that_only_a_service_tells_of_is_shown_once():
    lease = FaultOn("l1", "http://127.0.0.1:9", "ben", "hang on /cart", 20, 5, 30.0)
    text = words(on_now([FAULT], [lease, replace(lease, id="e1", what="the same")], 1252.0, 100, UNICODE))
    assert "hang on /cart  5 of 20 hit, 30s left  by ben" in text
    assert "the same" not in text
    assert words(on_now([], [], 0.0, 80, UNICODE)) == " no fault is on"


@pytest.mark.parametrize(
    ("panel", "told"),
    [
        pytest.param(Panel(), "nothing is spent before you have typed a name", id="at first"),
        pytest.param(Panel(Phase.PRICING), "asking for the price, 3s   esc gives up", id="asked"),
        pytest.param(Panel(Phase.STARTING, QUOTE), "starting, 3s", id="confirmed"),
        pytest.param(Panel(Phase.STARTED, started=Started("e7", 4711, "/log")), "entry e7 is on", id="on"),
        pytest.param(Panel(Phase.STARTED, started=Started("e7", 4711, "/log"), over=True), "e7 is over", id="over"),
        pytest.param(Panel(trouble=SourceError("too old", fix="wait")), "too old (exit 7)", id="the desk's no"),
        pytest.param(Panel(trouble=UsageError("no share", fix="5%")), "✖ no share\n   5%", id="the form's own"),
        pytest.param(Panel(Phase.PRICED, QUOTE, again=True), "asked for anew: type it once more", id="an old price"),
        pytest.param(Panel(Phase.PRICED, QUOTE, changed=True), "the form has changed", id="the form was changed since"),
    ],
)
def test_the_panel_says_how_far_it_has_come(panel, told):
    assert told in words(answer(panel, 3.0, 80, UNICODE))


@pytest.mark.parametrize(
    ("kind", "told"),
    [("replay", "This is a replay"), ("prometheus", "This screen only reads")],
)
def test_where_nobody_can_be_asked_it_says_what_to_type(kind, told):
    text = words(no_desk(kind, 80))
    assert told in text
    assert "chaos plan --error-rate 0.05 --for 10m" in text


def test_without_a_service_it_says_what_to_type():
    text = words(unseen(UsageError("no service is known here"), 80, UNICODE))
    assert "no service is known here" in text
    assert "slotui lab up" in text
    assert "--target URL" in text


@pytest.mark.parametrize("columns", [60, 80, 140])
def test_the_footer_names_the_next_key_in_whole_words(columns):
    panels = [Panel(), Panel(Phase.PRICING), Panel(Phase.STARTING), Panel(Phase.PRICED, QUOTE)]
    rows = [keys(panel, columns=columns) for panel in panels]
    rows += [keys(panels[3], naming=True, columns=columns), keys(panels[0], writing=True, columns=columns)]
    rows += [keys(panels[0], halting=True, columns=columns), keys(panels[0], able=False, columns=columns)]
    assert all(width(row) <= columns and "…" not in plain(row) for row in rows)
    assert [plain(row).split("  ")[0] for row in rows] == [
        " enter price", " esc give up", " ^c quit", " enter type the name",
        " enter spend it", " enter price", " enter halt them", " esc back",
    ]  # fmt: skip


@pytest.mark.parametrize("columns", [60, 80, 140])
@pytest.mark.parametrize("glyphs", [UNICODE, ASCII], ids=["unicode", "ascii"])
def test_hostile_words_of_another_process_keep_to_their_lines(columns, glyphs):
    price = replace(
        PRICE, slo=EVIL, tier=EVIL, tier_after=EVIL, assumed=(EVIL,), alerts=(QuotedAlert(EVIL, EVIL, 1, 1),)
    )
    quote = Quote(EVIL, 600, EVIL, EVIL, EVIL, (price,), (EVIL, EVIL), (EVIL,), EVIL)
    fault = replace(FAULT, summary=EVIL, operator=EVIL, slo=EVIL, kind=EVIL)
    rows = [
        *quote_lines(quote, columns, glyphs),
        *quote_lines(replace(quote, prices=None), columns, glyphs),
        *on_now([fault, ActiveFault("x", EVIL, 1)], [FaultOn("y", EVIL, EVIL, EVIL, 1, 1, 1)], 1252.0, columns, glyphs),
        *answer(Panel(Phase.STARTED, started=Started(EVIL, 1, EVIL)), 1, columns, glyphs),
        *answer(Panel(trouble=SourceError(EVIL, fix=EVIL)), 1, columns, glyphs),
        *unseen(SourceError(EVIL), columns, glyphs),
    ]
    assert not any(char in plain(row) for row in rows for char in "\x1b\u202e\n")
    assert all(width(row) <= columns for row in rows)

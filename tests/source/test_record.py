"""The whole record that a source keeps of an SLO, for judging alerts after the fact."""

from __future__ import annotations

from pathlib import Path

from slotui.core.sli import EventSli, Selector
from slotui.core.slo import Slo
from slotui.core.timeline import Counts, Span
from slotui.duration import DAY, MINUTE
from slotui.source.replay import ReplaySource, replay_slo
from slotui.source.scrape.source import ScrapeSource
from slotui.source.scrape.store import CountStore

SHOP = Slo("shop", "shop", 0.999, DAY, EventSli(Selector("all_total"), Selector("ok_total")))
SPANS = [Span(MINUTE * i, MINUTE * (i + 1), 100, i % 2, MINUTE) for i in range(10)]
ALL = Counts(1000, 5, 10 * MINUTE)


async def test_a_file_is_its_own_record(tmp_path: Path) -> None:
    file = tmp_path / "shop.csv"
    file.write_text("timestamp,total,bad\n" + "".join(f"{span.start},{span.eligible},{span.bad}\n" for span in SPANS))
    source = ReplaySource(file, replay_slo(file, 0.999, DAY))
    line = await source.record("shop")
    assert (len(line), line.until(10 * MINUTE)) == (10, ALL)
    assert len(await source.record("another")) == 0


async def test_a_store_gives_every_span_as_fine_as_it_was_kept(tmp_path: Path) -> None:
    store = CountStore(tmp_path / "counts.sqlite")
    store.load_history(SHOP, SPANS)
    store.close()
    source = ScrapeSource("http://shop/metrics", [SHOP], tmp_path / "counts.sqlite", clock=lambda: 10.0 * MINUTE)
    line = await source.record("shop")
    assert (len(line), line.until(10 * MINUTE)) == (10, ALL)
    await source.close()

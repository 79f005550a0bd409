"""A word while somebody waits, and none where nobody had to."""

from __future__ import annotations

import asyncio

import pytest

from slotui.cli.patience import patiently
from slotui.opening import Unopened

PROMETHEUS, PAGE = Unopened("prometheus", "http://p"), Unopened("scrape", "http://shop/metrics")


async def slow() -> str:
    for _ in range(5):
        await asyncio.sleep(0)
    return "counts"


@pytest.mark.parametrize(
    ("source", "soon", "words"),
    [
        pytest.param(PROMETHEUS, 0.0, "waiting for http://p: where no rules recorded counts", id="said once"),
        pytest.param(PAGE, 0.0, "waiting for http://shop/metrics\n", id="no word of rules where there are none"),
        pytest.param(PAGE, 60.0, "", id="nothing to say"),
    ],
)
async def test_what_is_waited_for(
    source: Unopened, soon: float, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert await patiently(slow(), source, soon) == "counts"
    out, err = capsys.readouterr()
    assert (out, err.count("waiting")) == ("", 1 if words else 0)
    assert words in err


async def test_an_error_is_the_works_own(capsys: pytest.CaptureFixture[str]) -> None:
    async def failing() -> None:
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        await patiently(failing(), PROMETHEUS)
    assert capsys.readouterr().err == ""

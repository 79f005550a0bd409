"""A word while somebody waits, and none where nobody had to."""

from __future__ import annotations

import asyncio

import pytest

from slotui.cli.patience import patiently


async def slow() -> str:
    for _ in range(5):
        await asyncio.sleep(0)
    return "counts"


@pytest.mark.parametrize(
    ("soon", "words"),
    [
        pytest.param(0.0, "waiting for http://p: where no rules recorded counts", id="said once"),
        pytest.param(60.0, "", id="nothing to say"),
    ],
)
async def test_what_is_waited_for(soon: float, words: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert await patiently(slow(), "http://p", soon) == "counts"
    out, err = capsys.readouterr()
    assert (out, err.count("waiting")) == ("", 1 if words else 0)
    assert words in err


async def test_an_error_is_the_works_own(capsys: pytest.CaptureFixture[str]) -> None:
    async def failing() -> None:
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        await patiently(failing(), "http://p")
    assert capsys.readouterr().err == ""

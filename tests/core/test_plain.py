"""Cleaning untrusted text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slotui.core.plain import clean


@pytest.mark.parametrize(
    ("dirty", "cleaned"),
    [
        pytest.param("checkout-availability", "checkout-availability", id="plain text stays"),
        pytest.param("a\r\nb\tc", "a  b c", id="line breaks and tabs become blanks"),
        pytest.param("\x1b[31mred\x9b0m", "�[31mred�0m", id="an escape leaves a trace, and no escape"),
        pytest.param("\u202eevil\u2069", "�evil�", id="bidi controls go"),
        pytest.param("e\u0301\u0301\u0301\u0301", "e\u0301\u0301", id="stacked marks are cut to two"),
        pytest.param("99,9\u00a0%", "99,9 %", id="a hard blank becomes a soft one"),
        pytest.param("▒█⠿✖", "▒█⠿✖", id="our own drawing stays"),
    ],
)
def test_clean(dirty, cleaned):
    assert clean(dirty) == cleaned


@given(st.text())
def test_cleaned_text_prints_and_is_clean_already(text):
    once = clean(text)
    assert once.isprintable()
    assert clean(once) == once
    assert len(once) <= len(text)

"""Lines and their widths."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from slotui.core.plain import clean
from slotui.view.ink import Role, cells, clip, crop, fit, fitting, line, pad, plain, rule, spread, width

TEXT = st.text(max_size=60)


@given(TEXT, st.integers(0, 40), st.booleans())
def test_fit_is_exactly_as_wide_as_asked(text, columns, right):
    assert cells(fit(text, columns, right=right)) == columns


@given(st.lists(st.tuples(TEXT, st.sampled_from(Role)), max_size=5), st.integers(1, 60))
def test_crop_never_exceeds_and_pad_is_exact(parts, columns):
    drawn = line(*parts)
    assert width(crop(drawn, columns)) <= columns
    assert width(pad(drawn, columns)) == columns
    if width(drawn) <= columns:
        assert crop(drawn, columns) == drawn
    else:
        assert "…" in plain(crop(drawn, columns))


@given(TEXT, TEXT.filter(lambda text: cells(clean(text)) <= 20), st.integers(20, 80))
def test_the_right_side_is_never_cut(left, right, columns):
    drawn = spread(line(left), line(right), columns)
    assert width(drawn) == columns
    assert "".join(piece.text for piece in drawn).endswith(clean(right))


@given(TEXT, st.integers(1, 80))
def test_a_rule_fills_its_width(title, columns):
    assert width(rule(columns, title)) == columns
    assert width(rule(columns)) == columns


def test_extras_are_left_out_whole():
    always, extras = line("spent"), [line(", by ben"), line(": because")]
    assert plain(fitting(always, extras, 14)) == "spent, by ben"
    assert plain(fitting(always, extras, 12)) == "spent"
    assert plain(fitting(always, extras, 4)) == "spe…"


def test_what_is_clipped_says_so():
    rows = [line("one"), line("two"), line("three")]
    assert [plain(row) for row in clip(rows, 2, 20)] == ["one", "two …"]
    assert clip(rows, 3, 20) == rows
    assert clip(rows, 0, 20) == []

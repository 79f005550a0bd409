"""A line drawn in Braille dots: two columns and four rows to a character cell."""

from __future__ import annotations

from collections.abc import Sequence

BLANK = "\u2800"
# Dot numbers of a Braille cell, by row from the top, for its left and right column.
_DOTS = ((0x01, 0x02, 0x04, 0x40), (0x08, 0x10, 0x20, 0x80))


def braille(
    points: Sequence[float | None], width: int, height: int, low: float, high: float, *, dotted: bool = False
) -> list[str]:
    """`height` strings of `width` cells with the line through `points`, spread evenly over the width.

    The scale is fixed: `low` at the lowest dot, `high` at the highest. None is a gap and stays blank, and
    so does a value off the scale. Neighbours are joined, so that a steep fall is a stroke, not two dots.
    `dotted`: of all that only every second dot.

    >>> print("|".join(braille([1.0, 1.0, None, None, 0.5, 0.0], 3, 1, 0.0, 1.0)).replace(BLANK, "_"))
    ⠉_⢄
    """
    columns, rows = 2 * width, 4 * height
    cells = [[0] * width for _ in range(height)]
    before: int | None = None
    for column in range(columns):
        row = _row(points[column * len(points) // columns], rows, low, high) if points else None
        if row is not None:
            reach = row if before is None else before + (row > before) - (row < before)
            steep = abs(row - reach) > 1
            for dot in range(min(row, reach), max(row, reach) + 1):
                if dotted and (dot % 2 if steep else column % 2 or dot != row):
                    continue
                cells[dot // 4][column // 2] |= _DOTS[column % 2][dot % 4]
        before = row
    return ["".join(chr(0x2800 + bits) for bits in line) for line in cells]


def _row(value: float | None, rows: int, low: float, high: float) -> int | None:
    if value is None or not low <= value <= high:
        return None
    return round((high - value) / (high - low) * (rows - 1))

"""A line to type into, as the forms and lines of the screen have it."""

from __future__ import annotations

from textual.widgets import Input


def plain_input(value: str = "", *, id: str | None = None) -> Input:  # noqa: A002 - Textual's own name
    """A line to type into, one row high; what is typed in it is never markup."""
    # Nothing that is typed or pasted is worth a control character in a command line.
    field = Input(value, id=id, compact=True, select_on_focus=False, restrict=r"[^\x00-\x1f\x7f-\x9f]*")
    field.cursor_blink = False
    return field

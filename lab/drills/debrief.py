"""The debrief of a drill, in Markdown and as one HTML file: both from its record and its scorecard alone."""

from __future__ import annotations

from lab.drills.debrief_contents import page
from lab.drills.debrief_curves import STYLE
from lab.drills.record import Record
from lab.drills.scorecard import Scorecard
from slotui.report import html as html_page
from slotui.report import markdown as markdown_page


def markdown(record: Record, card: Scorecard) -> str:
    """To be pasted into an issue or a wiki: the curves are tables there."""
    return markdown_page.render(page(record, card)) + "\n"


def html(record: Record, card: Scorecard) -> str:
    """One file that needs no other, and no script."""
    return html_page.render(page(record, card), style=STYLE, contents=True) + "\n"

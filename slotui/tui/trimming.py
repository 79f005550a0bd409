"""A compositor that sends the columns that changed, and not also what stands to the left of them.

Textual's own cuts what it sends on the right alone: a digit that changes at the end of a row costs the whole row.
"""

from __future__ import annotations

from rich.console import Console
from rich.control import Control
from textual._compositor import ChopsUpdate, Compositor


class Trimmed(ChopsUpdate):
    """An update of a few stretches of rows."""

    def render_segments(self, console: Console) -> str:
        """What a terminal is sent."""
        sent: list[str] = []
        for y, left, right in self.spans:
            for end, (x, strip) in zip(self.chop_ends[y], self.chops[y].items(), strict=False):
                first, last = max(x, left), min(end, right)
                if strip is not None and first < last:
                    sent.append(Control.move_to(first, y).segment.text)
                    sent.append(strip.crop(first - x, last - x).render(console))
        return "".join(sent)


class Trimming(Compositor):
    """Textual's compositor, with updates that are trimmed."""

    def render_partial_update(self) -> ChopsUpdate | None:
        update = super().render_partial_update()
        return None if update is None else Trimmed(update.chops, update.spans, update.chop_ends)

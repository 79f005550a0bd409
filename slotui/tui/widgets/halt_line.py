"""The button that ends every fault, with one question before it."""

from __future__ import annotations

from textual.message import Message

from slotui.tui.widgets.lines import Lines
from slotui.view.ink import Role, line


class HaltLine(Lines, can_focus=True):
    """At rest, or asking, or saying what came of it."""

    class Pressed(Message):
        """Somebody clicked it."""

    def __init__(self) -> None:
        super().__init__(id="halt")
        self.asking = False
        self.said = ""
        self._role = Role.PLAIN
        self._draw()

    def ask(self) -> None:
        """Ask whether that is meant."""
        self.asking, self.said = True, ""
        self._draw()

    def rest(self, said: str = "", role: Role = Role.PLAIN) -> None:
        """Ask no more; say what there is to say."""
        self.asking, self.said, self._role = False, said, role
        self._draw()

    def _draw(self) -> None:
        if self.asking:
            yes = (("enter", Role.KEY), " or ", ("H", Role.KEY), ": yes   ", ("esc", Role.KEY), ": no")
            self.show([line((" end every fault now?  ", Role.TICKET), *yes)])
        elif self.said:
            self.show([line((f" {self.said}", self._role))])
        else:
            self.show([line(" [ ", ("H", Role.KEY), " halt ]", ("  ends every fault that is known here", Role.DIM))])

    def on_click(self) -> None:
        self.post_message(self.Pressed())

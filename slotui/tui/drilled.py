"""The app with a drill in it: a line on every screen, a page of its own, and keys for what an on-call does."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar

from textual.binding import Binding, BindingType

from slotui.core.drill import Act, Choice
from slotui.errors import SlotuiError
from slotui.tui.app import SlotuiApp
from slotui.tui.screens.drill import DrillScreen
from slotui.tui.screens.pick import Answers, PickScreen, Step, WordsScreen
from slotui.view.drill import DOES, KEYS, drill_line
from slotui.view.ink import Line, Role

if TYPE_CHECKING:
    from slotui.core.drill import DrillView
    from slotui.tui.drill_desk import DrillDesk

_RINGS = frozenset({"alert", "message"})


class DrilledApp(SlotuiApp):
    """Shows a drill's boards. What is done goes to its desk, at the instant of the last key."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding(key, DOES[key], text, show=False) for key, _, text in KEYS]

    more_actions: ClassVar[tuple[tuple[str, str, str], ...]] = tuple((key, DOES[key], text) for key, _, text in KEYS)

    def __init__(self, drill: DrillDesk, *args: Any, rings: bool = False, **options: Any) -> None:
        super().__init__(*args, **options)
        self.drill = drill
        self._read = 0
        self._heard = 0
        self._rings = rings
        self._was_over = False

    def on_mount(self) -> None:
        super().on_mount()
        self.call_after_refresh(self.action_drill)

    # -- what every screen shows of it ------------------------------------------------------------------------

    def drill_line(self, width: int) -> Line | None:
        """The line under the trust line."""
        view = self.drill.view()
        return drill_line(view, max(0, len(view.happenings) - self._read), width)

    def read_drill(self, view: DrillView) -> None:
        """The player has seen all of this."""
        self._read = len(view.happenings)

    def _tick(self) -> None:
        super()._tick()
        view = self.drill.view()
        if self._rings and any(one.kind in _RINGS for one in view.happenings[self._heard :]):
            self.bell()
        self._heard = len(view.happenings)
        if view.result and not self._was_over:
            self._was_over = True
            if self.drill.plays and not isinstance(self.screen, DrillScreen):
                self.action_drill()

    # -- keys -------------------------------------------------------------------------------------------------

    def action_drill(self) -> None:
        """The drill's page, or back from it."""
        if isinstance(self.screen, DrillScreen):
            self.pop_screen()
        else:
            self.push_screen(DrillScreen(self.drill, follows=self._read > 0))

    def action_acknowledge(self) -> None:
        """Look after an alert."""
        self._ask(
            lambda slo: (Act("acknowledge", slo), f"acknowledged {slo}"),
            Step("ACKNOWLEDGE: which SLO's alert?", self._slos(), self._subject),
        )

    def action_hypothesis(self) -> None:
        """Say what is wrong."""
        self._ask(
            lambda slo, cause: (Act("hypothesis", slo, cause), f"hypothesis: {slo}, because of {cause}"),
            Step("HYPOTHESIS: which SLO suffers?", self._slos(), self._subject),
            Step("{0} suffers because of", self.drill.view().causes),
        )

    def action_decision(self) -> None:
        """Say what the policy asks for."""
        self._ask(
            lambda word, slo: (Act("decision", slo, word), f"decision: {word}, about {slo}"),
            Step("DECISION: what does the policy ask for?", self.drill.view().decisions),
            Step("{0}: about which SLO?", self._slos(), self._subject),
        )

    def action_mitigation(self) -> None:
        """Do something to the shop."""
        self._ask(
            lambda word: (Act("mitigation", choice=word), f"under way: {word}"),
            Step("MITIGATION: what is done?", self.drill.view().remedies),
        )

    def action_done(self) -> None:
        """Nothing is left to do."""
        if not self._may_act():
            return
        choices = (Choice("not yet", "go on"), Choice("finished", "what is still broken costs until it ends by itself"))

        def decided(answers: Answers | None) -> None:
            if answers == ("finished",):
                self._do(Act("done"), "finished: the score comes as soon as all has recovered")

        self.push_screen(PickScreen([Step("FINISH: is nothing left to do?", choices)], dash=self.glyphs.dash), decided)

    def action_communication(self) -> None:
        """Tell somebody."""
        if not self._may_act():
            return

        def said(answers: Answers | None) -> None:
            if answers is not None:
                self._do(Act("communication", text=answers[0]), "said")

        self.push_screen(WordsScreen("NEWS: what do those who wait have to know?", dash=self.glyphs.dash), said)

    def _ask(self, means: Callable[..., tuple[Act, str]], *steps: Step) -> None:
        """Go through the steps; `means` says which act the answers are, and what is said to it."""
        if not self._may_act():
            return

        def answered(answers: Answers | None) -> None:
            if answers is not None:
                self._do(*means(*answers))

        self.push_screen(PickScreen(steps, dash=self.glyphs.dash), answered)

    def _slos(self) -> tuple[Choice, ...]:
        board = self.scene().board
        state = {slo.name: slo.state.value for slo in board.slos} if board is not None else {}
        return tuple(Choice(slo, state.get(slo, "")) for slo in self.drill.view().slos)

    @property
    def _subject(self) -> str | None:
        return self.board_screen.subject or self.overview.subject

    def _may_act(self) -> bool:
        if not self.drill.plays:
            self.say("a drill that is over cannot be played: this is a replay")
            return False
        state = self.drill.view().state
        if state != "on":
            self.say("the drill is over" if state == "over" else "the facilitator has paused the drill")
        return state == "on"

    def _do(self, act: Act, said: str) -> None:
        try:
            self.drill.act(act)
        except SlotuiError as error:
            self.say(f"{error.what}: {error.fix}" if error.fix else error.what, role=Role.PAGE)
        else:
            self.say(said)
        self.board_screen.redraw()

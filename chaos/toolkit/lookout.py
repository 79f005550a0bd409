"""Looking at the budget while an experiment runs, whatever driver spends it, and ending it in time."""

from __future__ import annotations

import logging
from collections.abc import Callable
from threading import Event, Thread

from chaoslib.exit import exit_gracefully

from chaos.toolkit.spending import stop_all
from slotui.errors import SlotuiError, SourceError

logger = logging.getLogger("chaostoolkit")


class Lookout:
    """Calls `look` every so many seconds until `leave`; what it raises ends our faults and the experiment.

    Metrics that do not answer are forgiven once: a scrape may fail.
    """

    def __init__(self, look: Callable[[], object], every: float) -> None:
        self._look = look
        self._every = every
        self._over = Event()
        self._thread = Thread(target=self._watch, daemon=True)
        self._thread.start()

    def leave(self) -> None:
        """Stop looking. When this returns nothing more comes of it."""
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        try:
            self._look_until_over()
        except SlotuiError as error:
            logger.fatal(str(error))
        finally:
            # Nobody looks any more, be it for a bug: that is a no as well.
            if not self._over.is_set():
                stop_all()
                # The runner's own way out of whatever its main thread is in.
                exit_gracefully()

    def _look_until_over(self) -> None:
        blind = False
        while not self._over.wait(self._every):
            try:
                self._look()
            except SourceError:
                if blind:
                    raise
                blind = True
            else:
                blind = False

"""One run as a process of its own: `chaos inject`, with all its guards, its lease and its account."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress

from slotui.errors import StoreError
from slotui.parent import ends_with_parent

CHAOS = (sys.executable, "-m", "chaos.cli.main")
"""The command line of the program that runs now."""


class Child:
    """A `chaos inject` that ends with this process, whatever happens to it; what it says goes where ours goes."""

    def __init__(self, arguments: Sequence[str]) -> None:
        try:
            self._process = subprocess.Popen(
                [*CHAOS, "inject", *arguments],
                stdin=subprocess.DEVNULL,
                # Ctrl-C at the terminal is for us: we pass it on, once, and wait for the account.
                process_group=0,
                preexec_fn=ends_with_parent(signal.SIGTERM),  # noqa: PLW1509 - unsafe beside threads, and this process has none
            )
        except OSError as error:
            raise StoreError(f"a run cannot start: {error.strerror}", fix="has the machine memory left?") from error

    def exit_code(self) -> int | None:
        """Its exit code, or None while it runs; a death by signal N is 128 + N, as in a shell."""
        code = self._process.poll()
        return 128 - code if code is not None and code < 0 else code

    def stop(self) -> None:
        """Ask it to end its fault; asked twice, it does not wait until the cost is counted."""
        with suppress(ProcessLookupError):
            self._process.send_signal(signal.SIGTERM)

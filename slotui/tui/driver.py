"""The terminal as Textual drives it, save that a closed window ends the process, and a resized one is believed."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import IO, Any

from textual.driver import Driver
from textual.drivers.linux_driver import LinuxDriver


class _Losable:
    """A file that takes words for a terminal; when that is gone, they are dropped."""

    def __init__(self, file: IO[str]) -> None:
        self._file = file

    def write(self, text: str) -> None:
        # An error here would end Textual's writing thread. Its queue then fills, and whoever writes next, be it
        # only to restore the terminal, waits for ever.
        with suppress(OSError):
            self._file.write(text)

    def flush(self) -> None:
        with suppress(OSError):
            self._file.flush()

    def fileno(self) -> int:
        return self._file.fileno()


class LosableTerminal(LinuxDriver):
    """Textual's own driver, writing to a file that may go away."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._file: Any = _Losable(self._file)

    def _get_terminal_size(self) -> tuple[int, int]:
        """The size of the window. Textual would believe an exported COLUMNS first, which no resize ever changes."""
        with suppress(OSError):
            columns, rows = os.get_terminal_size(self.fileno)
            if columns and rows:
                return columns, rows
        return super()._get_terminal_size()


def losable(driver: type[Driver]) -> type[Driver]:
    """Our driver in the place of Textual's for a terminal; any other, as a browser's, is left as it is."""
    return LosableTerminal if driver is LinuxDriver else driver

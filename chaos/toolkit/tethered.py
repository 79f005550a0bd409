"""`python -m chaos.toolkit.tethered inject …`: our command line, for as long as the owner of its stdin wants it.

When the other end of the pipe closes, because the owner stops the spend or because it died, that is one SIGTERM: the
fault ends at once, and the entry is closed when its cost has been measured. A second signal does not wait for that.
"""

from __future__ import annotations

import os
import signal
import sys
from threading import Thread

from chaos.cli.main import main as chaos


def main() -> None:
    """Run the words of this process as `chaos …`, until it is over or stdin ends."""
    Thread(target=stop_when_closed, args=(sys.stdin.fileno(),), daemon=True).start()
    chaos()


def stop_when_closed(pipe: int) -> None:
    """Wait for the end of a file descriptor, then tell this process to stop."""
    while os.read(pipe, 4096):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    main()

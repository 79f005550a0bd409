"""The name of a request, by which its buyer, its answer and its line in the log find each other."""

from __future__ import annotations

import random
import re

REQUEST_ID = b"x-request-id"

_SANE = re.compile(rb"[A-Za-z0-9._:/+=-]{1,64}")

# Of its own: a caller that sends no ids must not change the fates that a seed repeats.
_ids = random.Random()


def request_id(given: bytes | None) -> str:
    """The caller's own id where it is sane, else a new one.

    Sane is at most 64 letters, digits and `._:/+=-`: nothing that could end a line, in a header or in a log.

    >>> request_id(b"3f2a-77"), len(request_id(b"two\\nlines")), len(request_id(None))
    ('3f2a-77', 16, 16)
    """
    if given is not None and _SANE.fullmatch(given):
        return given.decode()
    return f"{_ids.getrandbits(64):016x}"

"""Who writes to the ledger."""

from __future__ import annotations

import getpass

from slotui.core.plain import clean


def operator() -> str:
    """Who types this, as the system knows them."""
    try:
        return clean(getpass.getuser())
    except (KeyError, OSError):
        return "unknown"

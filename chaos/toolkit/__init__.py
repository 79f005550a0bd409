"""A driver for Chaos Toolkit: spends as actions, budgets as probes, a control that keeps both within policy.

Chaos Toolkit is an optional extra; nothing outside this room imports it, but for handing its verbs on to it.
"""

from __future__ import annotations

from typing import Any


def discover(discover_system: bool = True) -> dict[str, Any]:
    """What the driver can do, as `chaos discover slotui` writes it down; with the SLOs it would ask about."""
    from chaos.toolkit.discovery import found

    return found(discover_system=discover_system)

"""What the driver tells Chaos Toolkit of itself."""

from __future__ import annotations

from typing import Any

from chaoslib.discovery.discover import discover_actions, discover_probes, initialize_discovery_result

from chaos.cli import options
from chaos.toolkit.where import Where
from slotui import __version__
from slotui.errors import SlotuiError

PACKAGE = "slotui"


def found(*, discover_system: bool) -> dict[str, Any]:
    """Actions, probes, and as the system the SLOs that are found from here, if any are."""
    discovery: dict[str, Any] = initialize_discovery_result(PACKAGE, __version__, PACKAGE)
    discovery["activities"] = [*discover_actions("chaos.toolkit.actions"), *discover_probes("chaos.toolkit.probes")]
    discovery["system"] = _system() if discover_system else None
    return discovery


def _system() -> dict[str, Any] | None:
    try:
        opened = options.connect(Where().reading)
    except SlotuiError:
        return None  # neither a lab nor SLO files are here
    tiers = [tier.name for tier in opened.policy.tiers]
    return {"slos": [slo.name for slo in opened.slos], "tiers": tiers, "source": opened.source.url}

"""The one door of the data plane: what a service mounts to let itself be failed on purpose.

plane = Plane(token, service="checkout")
app = metrics_layer(plane.middleware(app))   # the service's own metrics stay outside the faults
while await plane.withholds("inventory", 15): pass   # before each update that a fault may hold back
routes += plane.routes                       # the control plane, under /chaos
REGISTRY.register(plane.collector)           # chaos_injected_total and friends
"""

from __future__ import annotations

from collections.abc import Sequence

from prometheus_client.registry import Collector
from starlette.routing import BaseRoute
from starlette.types import ASGIApp

from chaos.plane.asgi import EXEMPT, ChaosMiddleware, wait_out
from chaos.plane.control import control_routes
from chaos.plane.exposition import LeaseCollector
from chaos.plane.lease import Ceilings, Delay, LeaseTable


class Plane:
    """Leases, and the three things that a service does with them. A restarted service comes up clean.

    `token` is what the control plane asks for; `environment` is announced to clients, which refuse
    anything but a lab; requests whose path starts with one of `exempt` are never touched. The control plane answers
    callers of its own machine, and with `remote` any that have the token.
    """

    def __init__(
        self,
        token: str,
        *,
        service: str,
        environment: str = "lab",
        ceilings: Ceilings | None = None,
        exempt: Sequence[str] = EXEMPT,
        remote: bool = False,
    ) -> None:
        self.leases = LeaseTable(ceilings or Ceilings())
        self._token = token
        self._service = service
        self._environment = environment
        self._exempt = tuple(exempt)
        self._remote = remote

    def middleware(self, app: ASGIApp) -> ASGIApp:
        """`app` with the faults in front of it; also fits Starlette's `Middleware(plane.middleware)`."""
        return ChaosMiddleware(app, self.leases, exempt=self._exempt)

    async def withholds(self, what: str, every: float) -> bool:
        """Whether a fault holds back the update of `what` that is due now.

        True comes when the next one is due, `every` seconds later; False at once, or as soon as the fault is over.
        """
        lease = self.leases.withheld(what)
        if lease is None:
            return False
        await wait_out(Delay(every, lease), self.leases)
        return self.leases.lives(lease)

    @property
    def routes(self) -> list[BaseRoute]:
        """The control plane, mounted under `/chaos`."""
        return control_routes(
            self.leases, self._token, service=self._service, environment=self._environment, remote=self._remote
        )

    @property
    def collector(self) -> Collector:
        """What the leases did, for a `prometheus_client` registry."""
        return LeaseCollector(self.leases)
